//! Every (type, version) ever written has a schema and a sample on file, and both are what this program has.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Once;

use domain::event::{Event, Frozen};
use domain::ids::KeyId;
use domain::sealed::{Known, OpenedPart, PlainPart};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::sampler::{Choose, Dice, First, sample};

/// A sample on file: facts byte for byte as stored, and the parts before they are sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    r#type: String,
    version: u16,
    facts: Box<RawValue>,
    parts: Vec<SamplePart>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SamplePart {
    number: u16,
    key: Uuid,
    content: Box<RawValue>,
}

impl Sample {
    /// An event of this version, chosen, and written once as this program writes it.
    pub fn made(frozen: &Frozen, choose: &mut dyn Choose) -> Self {
        let schema = serde_json::to_value((frozen.schema)()).unwrap();
        let (facts, parts) = sample(&schema, choose);
        let texts: Vec<_> = parts.iter().map(|part| serde_json::to_vec(&part.content).unwrap()).collect();
        let opened: Vec<_> =
            parts.iter().zip(&texts).map(|(part, text)| open(part.number, part.key, text)).collect();
        let (facts, parts) = (frozen.rewrite)(&serde_json::to_vec(&facts).unwrap(), &opened)
            .unwrap_or_else(|error| panic!("{} {}: {error}: {facts}", frozen.kind, frozen.schema_version));
        Self {
            r#type: frozen.kind.to_owned(),
            version: frozen.schema_version,
            facts: raw(facts),
            parts: parts.into_iter().map(SamplePart::from).collect(),
        }
    }

    pub fn event(&self) -> Event {
        let opened: Vec<_> = self.parts.iter().map(SamplePart::opened).collect();
        Event::decode(&self.r#type, self.version, self.facts.get().as_bytes(), &opened).unwrap()
    }

    fn opened(&self) -> Vec<OpenedPart<'_>> {
        self.parts.iter().map(SamplePart::opened).collect()
    }

    fn is_written_as(&self, facts: &[u8], parts: &[PlainPart]) -> bool {
        let same_part = |(mine, part): (&SamplePart, &PlainPart)| {
            mine.number == part.number
                && mine.key == part.key.0
                && mine.content.get().as_bytes() == part.json.as_slice()
        };
        self.facts.get().as_bytes() == facts
            && self.parts.len() == parts.len()
            && self.parts.iter().zip(parts).all(same_part)
    }

    /// One line an item, the facts as they are stored.
    fn text(&self) -> String {
        let parts: Vec<String> =
            self.parts.iter().map(|part| format!("    {}", serde_json::to_string(part).unwrap())).collect();
        let parts = if parts.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", parts.join(",\n")) };
        format!(
            "{{\n  \"type\": \"{}\",\n  \"version\": {},\n  \"facts\": {},\n  \"parts\": {parts}\n}}\n",
            self.r#type,
            self.version,
            self.facts.get()
        )
    }
}

impl SamplePart {
    fn opened(&self) -> OpenedPart<'_> {
        open(self.number, self.key, self.content.get().as_bytes())
    }
}

impl From<PlainPart> for SamplePart {
    fn from(part: PlainPart) -> Self {
        Self { number: part.number, key: part.key.0, content: raw(part.json) }
    }
}

fn open(number: u16, key: Uuid, text: &[u8]) -> OpenedPart<'_> {
    OpenedPart { number, key: KeyId(key), text: Some(Known::Known(Cow::Borrowed(text))) }
}

fn raw(json: Vec<u8>) -> Box<RawValue> {
    RawValue::from_string(String::from_utf8(json).unwrap()).unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/events")
}

fn file_name(frozen: &Frozen) -> String {
    format!("{}.v{}.json", frozen.kind, frozen.schema_version)
}

/// With its keys sorted: whether a JSON map keeps its order is decided by other crates' features.
fn schema_text(frozen: &Frozen) -> String {
    let schema = sorted(&serde_json::to_value((frozen.schema)()).unwrap());
    format!("{}\n", serde_json::to_string_pretty(&schema).unwrap())
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<_> =
                object.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(values) => values.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// Both files of a version, with the text this program has for them.
fn files(frozen: &Frozen) -> [(PathBuf, String); 2] {
    let name = file_name(frozen);
    let sample = Sample::made(frozen, &mut First).text();
    [(folder().join(&name), schema_text(frozen)), (folder().join("samples").join(&name), sample)]
}

/// Where the files are; written anew first, when this run is to write them.
fn on_file() -> PathBuf {
    static BLESSED: Once = Once::new();
    BLESSED.call_once(|| {
        if std::env::var_os("BLESS").is_none() {
            return;
        }
        for (path, text) in Event::frozen().iter().flat_map(files) {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
        }
    });
    folder()
}

fn sample_on_file(name: &str) -> Sample {
    serde_json::from_str(&read(&on_file().join("samples").join(name))).unwrap()
}

#[test]
fn schemas_and_samples_on_file_are_fresh() {
    on_file();
    let mut drifted = Vec::new();
    for (path, text) in Event::frozen().iter().flat_map(files) {
        if read(&path) != text {
            drifted.push(path.file_name().unwrap().to_owned());
        }
    }
    assert!(
        drifted.is_empty(),
        "not as on file (BLESS=1 writes them, if they were never released): {drifted:?}"
    );
}

#[test]
fn no_version_ever_written_is_forgotten() {
    let known: BTreeSet<String> = Event::frozen().iter().map(file_name).collect();
    for folder in [on_file(), on_file().join("samples")] {
        let on_file: BTreeSet<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        assert_eq!(on_file, known, "{}", folder.display());
    }
}

#[test]
fn every_sample_on_file_is_read_and_written_again_byte_for_byte() {
    for frozen in Event::frozen() {
        let sample = sample_on_file(&file_name(&frozen));
        let event = sample.event();
        assert_eq!(event.kind(), frozen.kind);
        let (facts, parts) = (frozen.rewrite)(sample.facts.get().as_bytes(), &sample.opened()).unwrap();
        assert!(sample.is_written_as(&facts, &parts), "{}", file_name(&frozen));
        if event.schema_version() == frozen.schema_version {
            let encoded = event.encode().unwrap();
            assert!(sample.is_written_as(&encoded.facts, &encoded.parts), "{}", file_name(&frozen));
        }
    }
}

#[test]
fn an_event_of_any_content_is_read_and_written_again_byte_for_byte() {
    for frozen in Event::frozen() {
        for seed in 0..64_u8 {
            let dice = (0..13).map(|turn| seed.wrapping_mul(37).wrapping_add(turn * 11)).collect();
            let sample = Sample::made(&frozen, &mut Dice::new(dice));
            let event = sample.event();
            let encoded = event.encode().unwrap();
            if event.schema_version() == frozen.schema_version {
                assert!(sample.is_written_as(&encoded.facts, &encoded.parts), "{}", sample.text());
            }
            let again = Sample {
                r#type: encoded.kind.to_owned(),
                version: encoded.schema_version,
                facts: raw(encoded.facts),
                parts: encoded.parts.into_iter().map(SamplePart::from).collect(),
            };
            assert_eq!(again.event(), event);
        }
    }
}

#[test]
fn a_contact_of_version_1_is_read_with_its_one_concern_about_everyone() {
    let Event::ContactRecorded(recorded) = sample_on_file("contact.recorded.v1.json").event() else {
        panic!("a contact")
    };
    let [concern] = recorded.concerns.as_slice() else { panic!("one concern") };
    assert!(concern.about.is_empty());
    assert!(recorded.account.known().is_some());
    assert_eq!(Event::from(recorded).schema_version(), 3);
}

#[test]
fn an_older_address_is_read_as_kept_no_less_closely() {
    let Event::PersonAddressRecorded(recorded) = sample_on_file("person.address-recorded.v1.json").event()
    else {
        panic!("an address")
    };
    assert_eq!(recorded.class, domain::person::address::AddressClass::Ordinary, "it was open");
    assert!(recorded.withheld_from.is_empty() && !recorded.is_communal);
    use domain::person::address::AddressClass;
    use domain::person::older::AddressDisclosureV1;
    for (old, class) in [
        (AddressDisclosureV1::WithheldFromFamily, AddressClass::Withheld),
        (AddressDisclosureV1::InvolvedOnly, AddressClass::Refuge),
    ] {
        assert_eq!(AddressClass::from(old), class);
    }
}

#[test]
fn an_enquiry_of_version_1_says_neither_as_what_it_was_asked_nor_what_was_sought() {
    let Event::EnquiryMade(made) = sample_on_file("enquiry.made.v1.json").event() else {
        panic!("an enquiry")
    };
    assert!(made.asked_as.is_none() && made.sought.is_none());
    assert!(made.reason.known().is_some());
}

#[test]
fn roles_of_older_versions_are_read_as_the_roles_they_were() {
    use domain::access::Role;
    use domain::access::older::RoleV1;
    for old in RoleV1::ALL {
        assert_eq!(Role::from(*old).code(), old.code());
    }
    let Event::EnquiryMade(made) = sample_on_file("enquiry.made.v2.json").event() else {
        panic!("an enquiry")
    };
    assert!(made.asked_as.is_some_and(|asked_as| asked_as.roles == [Role::SocialWorker]));
    let Event::PractitionerRoleGiven(given) = sample_on_file("practitioner.role-given.v1.json").event()
    else {
        panic!("a role")
    };
    assert_eq!(given.role, Role::SocialWorker);
}

#[test]
fn a_period_of_being_looked_after_of_version_1_states_no_end() {
    let Event::LookedAfterStarted(started) = sample_on_file("looked-after.started.v1.json").event() else {
        panic!("a period")
    };
    assert_eq!(started.until, None);
}

#[test]
fn a_part_that_is_erased_or_not_opened_leaves_the_facts_readable() {
    for frozen in Event::frozen() {
        let sample = Sample::made(&frozen, &mut First);
        for text in [None, Some(Known::Erased)] {
            let parts: Vec<_> = sample
                .parts
                .iter()
                .map(|part| OpenedPart { number: part.number, key: KeyId(part.key), text: text.clone() })
                .collect();
            let facts = sample.facts.get().as_bytes();
            let event = Event::decode(frozen.kind, frozen.schema_version, facts, &parts).unwrap();
            assert_eq!(event.encode().is_ok(), parts.is_empty(), "{}", frozen.kind);
        }
    }
}

#[test]
fn content_of_another_shape_is_told_apart_from_an_unknown_type() {
    for frozen in Event::frozen() {
        let facts = br#"{"surprise":1}"#;
        let error = Event::decode(frozen.kind, frozen.schema_version, facts, &[]).unwrap_err();
        assert!(error.to_string().starts_with("the content is not"), "{error}");
        let error = Event::decode(frozen.kind, 99, facts, &[]).unwrap_err();
        assert!(error.to_string().contains("is not known"), "{error}");
    }
}

/// Where free text stands in facts. Each is public, or written by a program.
const FREE_TEXT: [&str; 10] = [
    // An agency's own name and duty numbers, and its teams.
    "agency.registered/name",
    "agency.registered/safeguarding_line/in_hours",
    "agency.registered/safeguarding_line/out_of_hours",
    "agency.team-formed/name",
    // An issuer's address.
    "account.linked/issuer",
    // How a file of testimony describes itself.
    "return.received/serial",
    "return.received/software",
    "return.received/release",
    "return.received/content_hash",
    // A rule's name and sentence, which hold no value.
    "*/testimony/faults",
];

#[test]
fn facts_hold_no_free_text_but_what_is_public() {
    for frozen in Event::frozen() {
        let schema = serde_json::to_value((frozen.schema)()).unwrap();
        let mut found = BTreeSet::new();
        free_text(&schema, &schema, frozen.kind.to_owned(), &mut found);
        let is_known = |path: &String| {
            FREE_TEXT.iter().any(|known| match known.strip_prefix('*') {
                Some(inside) => path.contains(inside),
                None => path == known,
            })
        };
        let unknown: Vec<_> = found.iter().filter(|path| !is_known(path)).collect();
        assert!(unknown.is_empty(), "free text belongs in a sealed part: {unknown:?}");
    }
}

fn free_text(root: &Value, schema: &Value, path: String, found: &mut BTreeSet<String>) {
    if !schema["x-sealed-content"].is_null() {
        return;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        return free_text(
            root,
            &root.pointer(reference.trim_start_matches('#')).unwrap().clone(),
            path,
            found,
        );
    }
    let is_text = schema["type"] == "string" || schema["type"][0] == "string";
    let is_closed = ["enum", "const", "format", "pattern"].iter().any(|closed| !schema[closed].is_null());
    if is_text && !is_closed {
        found.insert(path.clone());
    }
    for list in ["oneOf", "anyOf"] {
        for inner in schema[list].as_array().into_iter().flatten() {
            free_text(root, inner, path.clone(), found);
        }
    }
    for inner in ["items", "additionalProperties"] {
        if schema[inner].is_object() {
            free_text(root, &schema[inner], path.clone(), found);
        }
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        free_text(root, inner, format!("{path}/{name}"), found);
    }
}
