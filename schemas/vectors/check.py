#!/usr/bin/env python3
"""Checks every test vector with code that shares nothing with goldthread.

Written from README.md in this folder. Needs Python 3.9 and the package `cryptography` (42 or newer, built with an
OpenSSL that has AES-GCM-SIV). Prints one line a file; exits 1 at the first vector that is not as it says.
"""

import base64
import hashlib
import json
import re
import struct
import sys
import uuid
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = Path(__file__).parent


class Refused(Exception):
    """Bytes or a text that are not what they should be."""


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def raw(text):
    return bytes.fromhex(text)


def load(name):
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def must_refuse(what, action):
    try:
        action()
    except Refused:
        return
    raise AssertionError(f"accepted: {what}")


# Headers


def string(text):
    encoded = text.encode()
    return struct.pack(">H", len(encoded)) + encoded


def encode_header(event):
    def id_of(field):
        return uuid.UUID(event[field]).bytes

    out = [
        b"GTH\x01",
        string(event["origin"]),
        id_of("event_id"),
        string(event["category"]),
        id_of("stream_id"),
        struct.pack(">Q", event["version"]),
        string(event["type"]),
        struct.pack(">H", event["schema_version"]),
        struct.pack(">q", event["recorded_at_us"]),
        string(event["occurred"]),
        id_of("actor"),
        id_of("agency"),
        string(event["purpose"]),
        string(event["lawful_basis"]),
        id_of("correlation"),
        id_of("causation"),
        b"\x00" if event["trace_hex"] is None else b"\x01" + raw(event["trace_hex"]),
        sha256(event["meta"].encode()),
        sha256(raw(event["salt_hex"]), event["facts"].encode()),
        struct.pack(">H", len(event["parts"])),
    ]
    for part in event["parts"]:
        out.append(struct.pack(">H", part["number"]) + uuid.UUID(part["key_id"]).bytes)
        out.append(sha256(raw(part["nonce_hex"]), raw(part["ciphertext_hex"])))
    return b"".join(out)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Refused("too short")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def string(self):
        try:
            return self.take(self.number(">H")).decode()
        except UnicodeDecodeError as error:
            raise Refused("not UTF-8") from error

    def end(self):
        if self.at != len(self.data):
            raise Refused("trailing bytes")


# What a timestamp of microseconds may be: the years -262143 to 262142.
FIRST_US, LAST_US = -8_334_601_228_800_000_000, 8_210_266_876_799_999_999


def parse_header(data):
    reader = Reader(data)
    if reader.take(4) != b"GTH\x01":
        raise Refused("magic")
    reader.string()
    reader.take(16)
    reader.string()
    reader.take(16)
    reader.number(">Q")
    reader.string()
    reader.number(">H")
    if not FIRST_US <= reader.number(">q") <= LAST_US:
        raise Refused("time")
    reader.string()
    reader.take(32)
    reader.string()
    reader.string()
    reader.take(32)
    flag = reader.take(1)
    if flag == b"\x01":
        reader.take(25)
    elif flag != b"\x00":
        raise Refused("trace flag")
    reader.take(64)
    reader.take(50 * reader.number(">H"))
    reader.end()


def check_headers():
    vectors = load("header.json")
    for event in vectors["valid"]:
        header = encode_header(event)
        assert header == raw(event["header_hex"]), event["name"]
        assert sha256(b"\x00", header) == raw(event["leaf_hex"]), event["name"]
        parse_header(header)
    for bad in vectors["refused"]:
        must_refuse(bad["name"], lambda: parse_header(raw(bad["header_hex"])))
    return len(vectors["valid"]) + len(vectors["refused"])


# Trees


def root_of(leaves):
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01", root_of(leaves[:split]), root_of(leaves[split:]))


def compact_range(leaves):
    roots, at = [], 0
    for bit in reversed(range(len(leaves).bit_length())):
        if len(leaves) >> bit & 1:
            roots.append(root_of(leaves[at : at + (1 << bit)]))
            at += 1 << bit
    return roots


def check_leaves():
    vectors = load("leaf.json")
    leaves = []
    for leaf in vectors["leaves"]:
        leaves.append(sha256(b"\x00", raw(leaf["data_hex"])))
        assert leaves[-1] == raw(leaf["leaf_hex"])
    assert [tree["size"] for tree in vectors["trees"]] == list(range(len(leaves) + 1))
    for tree in vectors["trees"]:
        first = leaves[: tree["size"]]
        assert root_of(first) == raw(tree["root_hex"]), tree["size"]
        assert compact_range(first) == [raw(root) for root in tree["compact_range_hex"]], tree["size"]
    return len(vectors["leaves"]) + len(vectors["trees"])


# Proofs: made again from all leaves (RFC 9162, PATH and SUBPROOF), and followed from the top (not the RFC's own
# algorithm, so that an error in it would show).


def path(index, leaves):
    if len(leaves) == 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < split:
        return path(index, leaves[:split]) + [root_of(leaves[split:])]
    return path(index - split, leaves[split:]) + [root_of(leaves[:split])]


def subproof(old, leaves, whole):
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if old <= split:
        return subproof(old, leaves[:split], whole) + [root_of(leaves[split:])]
    return subproof(old - split, leaves[split:], False) + [root_of(leaves[:split])]


def included(leaf, index, size, proof):
    """The root that a proof leads to."""
    if not 0 <= index < size:
        raise Refused("no such leaf")
    if size == 1:
        if proof:
            raise Refused("too long")
        return leaf
    if not proof:
        raise Refused("too short")
    split = 1 << ((size - 1).bit_length() - 1)
    *rest, sibling = proof
    if index < split:
        return sha256(b"\x01", included(leaf, index, split, rest), sibling)
    return sha256(b"\x01", sibling, included(leaf, index - split, size - split, rest))


def consistent(old, size, old_root, proof, whole=True):
    """The old and the new root that a proof leads to."""
    if old == size:
        if whole:
            if proof:
                raise Refused("too long")
            return old_root, old_root
        if len(proof) != 1:
            raise Refused("wrong length")
        return proof[0], proof[0]
    if not proof:
        raise Refused("too short")
    split = 1 << ((size - 1).bit_length() - 1)
    *rest, sibling = proof
    if old <= split:
        before, after = consistent(old, split, old_root, rest, whole)
        return before, sha256(b"\x01", after, sibling)
    before, after = consistent(old - split, size - split, old_root, rest, False)
    return sha256(b"\x01", sibling, before), sha256(b"\x01", sibling, after)


def verify_inclusion(vector):
    proof = [raw(piece) for piece in vector["proof_hex"]]
    if included(raw(vector["leaf_hex"]), vector["index"], vector["size"], proof) != raw(vector["root_hex"]):
        raise Refused("root")


def verify_consistency(vector):
    old, new = vector["old_size"], vector["new_size"]
    old_root, new_root = raw(vector["old_root_hex"]), raw(vector["new_root_hex"])
    proof = [raw(piece) for piece in vector["proof_hex"]]
    if old > new:
        raise Refused("shrunk")
    if old == 0:
        if proof or old_root != sha256() or (new == 0 and new_root != sha256()):
            raise Refused("empty tree")
        return
    if consistent(old, new, old_root, proof) != (old_root, new_root):
        raise Refused("roots")


def check_proofs():
    vectors = load("proofs.json")
    leaves = [sha256(b"\x00", struct.pack(">Q", i)) for i in range(40)]
    for vector in vectors["inclusion"]:
        if vector["valid"]:
            verify_inclusion(vector)
            made = path(vector["index"], leaves[: vector["size"]])
            assert made == [raw(piece) for piece in vector["proof_hex"]]
            assert root_of(leaves[: vector["size"]]) == raw(vector["root_hex"])
        else:
            must_refuse(vector["name"], lambda: verify_inclusion(vector))
    for vector in vectors["consistency"]:
        old, new = vector["old_size"], vector["new_size"]
        if vector["valid"]:
            verify_consistency(vector)
            made = subproof(old, leaves[:new], True) if old else []
            assert made == [raw(piece) for piece in vector["proof_hex"]]
            assert root_of(leaves[:old]) == raw(vector["old_root_hex"])
            assert root_of(leaves[:new]) == raw(vector["new_root_hex"])
        else:
            must_refuse(vector["name"], lambda: verify_consistency(vector))
    return len(vectors["inclusion"]) + len(vectors["consistency"])


# Parts


def open_part(part):
    aad = (
        string(part["origin"])
        + uuid.UUID(part["event_id"]).bytes
        + struct.pack(">H", part["number"])
        + uuid.UUID(part["key_id"]).bytes
    )
    ciphertext = raw(part["ciphertext_hex"])
    if len(ciphertext) < 16:
        raise Refused("no tag")
    try:
        return AESGCMSIV(raw(part["key_hex"])).decrypt(raw(part["nonce_hex"]), ciphertext, aad), aad
    except InvalidTag as error:
        raise Refused("tag") from error


def encode_column(parts):
    out = [struct.pack(">H", len(parts))]
    for part in parts:
        ciphertext = raw(part["ciphertext_hex"])
        out.append(struct.pack(">H", part["number"]) + uuid.UUID(part["key_id"]).bytes + raw(part["nonce_hex"]))
        out.append(struct.pack(">I", len(ciphertext)) + ciphertext)
    return b"".join(out)


def parse_column(data):
    reader = Reader(data)
    for _ in range(reader.number(">H")):
        reader.take(2 + 16 + 12)
        reader.take(reader.number(">I"))
    reader.end()


def check_parts():
    vectors = load("part.json")
    for part in vectors["parts"]:
        plaintext, aad = open_part(part)
        assert plaintext == part["plaintext"].encode(), part["name"]
        nonce, ciphertext = raw(part["nonce_hex"]), raw(part["ciphertext_hex"])
        if plaintext:  # some versions of OpenSSL open an empty content, but do not seal one
            assert AESGCMSIV(raw(part["key_hex"])).encrypt(nonce, plaintext, aad) == ciphertext, part["name"]
    for part in vectors["parts"] + vectors["refused"]:
        assert sha256(raw(part["nonce_hex"]), raw(part["ciphertext_hex"])) == raw(part["part_hash_hex"]), part["name"]
    for part in vectors["refused"]:
        must_refuse(part["name"], lambda: open_part(part))
    for column in vectors["columns"]:
        assert encode_column(column["parts"]) == raw(column["column_hex"]), column["name"]
        parse_column(raw(column["column_hex"]))
    for column in vectors["refused_columns"]:
        must_refuse(column["name"], lambda: parse_column(raw(column["column_hex"])))
    for key in vectors["wrapped"]:
        tag, rest = {
            "data key": lambda text: (b"\x01", uuid.UUID(text).bytes),
            "secret": lambda text: (b"\x02", text.encode()),
            "check": lambda text: (b"\x03", b""),
        }[key["purpose"]](key["id_or_name"])
        aad = tag + struct.pack(">I", key["epoch"]) + rest
        nonce = raw(key["nonce_hex"])
        wrapped = nonce + AESGCMSIV(raw(key["master_hex"])).encrypt(nonce, raw(key["secret_hex"]), aad)
        assert wrapped == raw(key["wrapped_hex"]), key["purpose"]
    return sum(len(vectors[name]) for name in ("parts", "refused", "columns", "refused_columns", "wrapped"))


# Notes


def strict_base64(text):
    decoded = base64.b64decode(text, validate=True)
    if base64.b64encode(decoded).decode() != text:
        raise ValueError("not canonical")
    return decoded


def key_id(name, public):
    return sha256(name.encode(), b"\n\x01", public)[:4]


def is_name(text):
    return bool(text) and not re.search(r"[\s+\x00-\x1f\x7f-\x9f]", text)


def read_note(note, name, public):
    if re.search(r"[\x00-\x09\x0b-\x1f]", note) or not note.endswith("\n") or "\n\n" not in note:
        raise Refused("form")
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    signed = False
    for line in signatures[:-1].split("\n"):
        match = re.fullmatch("— ([^ ]+) ([^ ]+)", line)
        try:
            decoded = strict_base64(match[2]) if match else b""
        except ValueError as error:
            raise Refused("signature line") from error
        if not match or not is_name(match[1]) or len(decoded) < 5:
            raise Refused("signature line")
        if match[1] != name or decoded[:4] != key_id(name, public):
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(decoded[4:], text.encode())
        except InvalidSignature as error:
            raise Refused("signature") from error
        signed = True
    if not signed:
        raise Refused("unsigned")
    match = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]*)\n([^\n]+)\n", text)
    if not match or match[1] != name or int(match[2]) >= 2**64:
        raise Refused("checkpoint")
    try:
        root = strict_base64(match[3])
    except ValueError as error:
        raise Refused("root") from error
    if len(root) != 32:
        raise Refused("root")
    return match[1], int(match[2]), root


def check_notes():
    vectors = load("note.json")
    secret = Ed25519PrivateKey.from_private_bytes(raw(vectors["secret_hex"]))
    public = secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert public == raw(vectors["public_hex"])
    name = vectors["valid"][0]["origin"]
    encoded = base64.b64encode(b"\x01" + public).decode()
    assert vectors["verifier_key"] == f"{name}+{key_id(name, public).hex()}+{encoded}"
    for vector in vectors["valid"]:
        origin, size, root = read_note(vector["note"], name, public)
        assert (origin, size, root) == (vector["origin"], vector["size"], raw(vector["root_hex"])), vector["name"]
        # Ed25519 has one signature a text: ours must be made again to the byte.
        text = vector["note"].rsplit("\n\n", 1)[0] + "\n"
        signature = base64.b64encode(key_id(name, public) + secret.sign(text.encode())).decode()
        assert f"— {name} {signature}\n" in vector["note"], vector["name"]
        assert root == root_of([sha256(b"\x00", struct.pack(">Q", i)) for i in range(size)]), vector["name"]
    for vector in vectors["refused"]:
        must_refuse(vector["name"], lambda: read_note(vector["note"], name, public))
    return len(vectors["valid"]) + len(vectors["refused"])


def main():
    checks = {
        "header.json": check_headers,
        "leaf.json": check_leaves,
        "part.json": check_parts,
        "note.json": check_notes,
        "proofs.json": check_proofs,
    }
    for name, check in checks.items():
        print(f"{name}: {check()} vectors are as they say")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"wrong: {error}")
