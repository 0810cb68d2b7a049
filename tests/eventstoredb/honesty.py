"""Asks the double, with a client goldthread did not write, what a server would be asked.

    python3 honesty.py 127.0.0.1:2113

Ends with "all as expected", or with the first thing that was not.
"""

import sys
import uuid

from kurrentdbclient import CaughtUp, Checkpoint, KurrentDBClient, NewEvent, StreamState
from kurrentdbclient.exceptions import NotFoundError, WrongCurrentVersionError

client = KurrentDBClient(f"esdb://{sys.argv[1]}?Tls=false")
OURS = {"filter_exclude": (), "filter_include": ("honest.",), "filter_by_stream_name": True, "filter_by_prefix": True}


def event(number):
    return NewEvent(
        id=uuid.UUID(int=number),
        type="thing.happened",
        data=b"{\"n\": %d}" % number,
        metadata=b"\x00\xffnot text",
        content_type="application/octet-stream",
    )


def refused(error, action):
    try:
        action()
    except error:
        return
    sys.exit(f"{error.__name__} was expected")


def same(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: {found!r}, not {expected!r}")


stream = "honest.thing-1"

refused(NotFoundError, lambda: client.get_stream(stream))
same("the version of no stream", client.get_current_version(stream), StreamState.NO_STREAM)

# One event is sent by Append, several by BatchAppend.
first = client.append_to_stream(stream, current_version=StreamState.NO_STREAM, events=event(1))
second = client.append_to_stream(stream, current_version=0, events=[event(2), event(3)])
if not first < second:
    sys.exit("positions do not rise")
same("the version", client.get_current_version(stream), 2)

# The same ids again are a success and write nothing; other ids are refused, and told apart from them.
client.append_to_stream(stream, current_version=StreamState.NO_STREAM, events=event(1))
client.append_to_stream(stream, current_version=0, events=[event(2), event(3)])
same("the version after repeats", client.get_current_version(stream), 2)
for stale in (StreamState.NO_STREAM, 0, 7):
    refused(WrongCurrentVersionError, lambda: client.append_to_stream(stream, current_version=stale, events=event(9)))
    refused(
        WrongCurrentVersionError,
        lambda: client.append_to_stream(stream, current_version=stale, events=[event(9), event(10)]),
    )
refused(
    WrongCurrentVersionError,
    lambda: client.append_to_stream("honest.none-1", current_version=StreamState.EXISTS, events=event(9)),
)
client.append_to_stream("honest.other-1", current_version=StreamState.ANY, events=event(4))

found = client.get_stream(stream)
same("ids", [one.id.int for one in found], [1, 2, 3])
same("places", [one.stream_position for one in found], [0, 1, 2])
same("bytes", (found[0].data, found[0].metadata), (event(1).data, event(1).metadata))
same("kind", (found[0].type, found[0].content_type), ("thing.happened", "application/octet-stream"))
same("a page", [one.id.int for one in client.get_stream(stream, stream_position=1, limit=1)], [2])
same("backwards", [one.id.int for one in client.get_stream(stream, backwards=True)], [3, 2, 1])

everything = list(client.read_all(**OURS))
same("everything of ours", [one.id.int for one in everything], [1, 2, 3, 4])
positions = [one.commit_position for one in everything]
same("order", positions, sorted(set(positions)))
same("from a position, with it", [one.id.int for one in client.read_all(commit_position=positions[1], **OURS)], [2, 3, 4])
back = client.read_all(commit_position=positions[1], backwards=True, **OURS)
same("backwards from a position, without it", [one.id.int for one in back], [1])
same("the newest", [one.id.int for one in client.read_all(backwards=True, limit=1, **OURS)], [4])
unfiltered = list(client.read_all(filter_exclude=()))
if not any(one.stream_name.startswith("$") for one in unfiltered):
    sys.exit("a server has system events of its own")

# A subscription starts after its position, tells that it has caught up, and then what comes.
with client.subscribe_to_all(
    commit_position=positions[1], include_caught_up=True, include_checkpoints=True, timeout=30, **OURS
) as subscription:
    past, caught_up, checkpoints = [], False, 0
    for told in subscription:
        if isinstance(told, CaughtUp):
            same("what was before it caught up", past, [3, 4])
            caught_up = True
            client.append_to_stream(stream, current_version=2, events=event(5))
        elif isinstance(told, Checkpoint):
            checkpoints += 1
        else:
            past.append(told.id.int)
        if len(past) == 3:
            break
    same("what it told", past, [3, 4, 5])
    if not caught_up or checkpoints == 0:
        sys.exit("it was not told that it had caught up, or how far it was")

members = client.read_gossip()
same("gossip", [(member.state, f"{member.address}:{member.port}") for member in members], [("NODE_STATE_LEADER", sys.argv[1])])

client.close()
print("all as expected")
