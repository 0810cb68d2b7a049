//! Makes an event's content from its schema: the same for the same choices. With the first of every choice it is the
//! sample on file, every optional field present; with thrown dice it is any event.

use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Chooses one of `count`, from 0.
pub trait Choose {
    fn pick(&mut self, count: usize) -> usize;
}

/// Always the first.
pub struct First;

impl Choose for First {
    fn pick(&mut self, _: usize) -> usize {
        0
    }
}

/// The bytes given, over and over.
pub struct Dice {
    bytes: Vec<u8>,
    next: usize,
}

impl Dice {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, next: 0 }
    }
}

impl Choose for Dice {
    fn pick(&mut self, count: usize) -> usize {
        if self.bytes.is_empty() {
            return 0;
        }
        self.next += 1;
        // The turn is mixed in, so that few bytes do not choose alike everywhere.
        let byte = self.bytes[self.next % self.bytes.len()];
        (usize::from(byte) + self.next / self.bytes.len()) % count
    }
}

/// A part before it is sealed.
pub struct Part {
    pub number: u16,
    pub key: Uuid,
    pub content: Value,
}

/// An event's facts and the content of its parts.
pub fn sample(schema: &Value, choose: &mut dyn Choose) -> (Value, Vec<Part>) {
    let mut sampler = Sampler { root: schema, choose, parts: Vec::new() };
    let facts = sampler.value(schema, "");
    (facts, sampler.parts)
}

struct Sampler<'a> {
    root: &'a Value,
    choose: &'a mut dyn Choose,
    parts: Vec<Part>,
}

impl Sampler<'_> {
    fn value(&mut self, schema: &Value, path: &str) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.root.pointer(reference.trim_start_matches('#'));
            return self.value(&target.expect("a reference inside the schema").clone(), path);
        }
        if !schema["x-sealed-content"].is_null() {
            let content = self.value(&schema["x-sealed-content"], path);
            let number = u16::try_from(self.parts.len() + 1).unwrap();
            let key = self.uuid(&format!("{path}/key"));
            self.parts.push(Part { number, key, content });
            return json!({ "part": number });
        }
        if !schema["const"].is_null() {
            return schema["const"].clone();
        }
        for list in ["enum", "examples"] {
            if let Some(values) = schema[list].as_array() {
                return self.one_of(values);
            }
        }
        for list in ["oneOf", "anyOf", "allOf"] {
            if let Some(schemas) = schema[list].as_array() {
                let known: Vec<_> =
                    schemas.iter().filter(|schema| schema["type"] != "null").cloned().collect();
                let chosen = self.one_of(&known);
                return self.value(&chosen, path);
            }
        }
        match kind(schema) {
            "object" => self.object(schema, path),
            "array" => {
                let count = [1, 2, 0][self.choose.pick(3)];
                (0..count).map(|at| self.value(&schema["items"], &format!("{path}/{at}"))).collect()
            }
            "string" => self.string(schema, path),
            "integer" => match path.ends_with("year") {
                true => self.one_of(&[json!(2026), json!(2015)]),
                false => self.one_of(&[json!(2), json!(1), json!(0)]),
            },
            "boolean" => self.one_of(&[json!(true), json!(false)]),
            other => panic!("no sample for `{other}` at {path}: {schema}"),
        }
    }

    fn object(&mut self, schema: &Value, path: &str) -> Value {
        let mut object = Map::new();
        let Some(properties) = schema["properties"].as_object() else {
            let values = &schema["additionalProperties"];
            if values.is_object() {
                object.insert("example".to_owned(), self.value(&values.clone(), &format!("{path}/example")));
            }
            return Value::Object(object);
        };
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        // Sorted, because whether a map keeps its order is decided by other crates' features.
        let mut names: Vec<&String> = properties.keys().collect();
        names.sort();
        for name in names {
            if required.contains(&name.as_str()) || self.choose.pick(2) == 0 {
                object.insert(name.clone(), self.value(&properties[name], &format!("{path}/{name}")));
            }
        }
        Value::Object(object)
    }

    fn string(&mut self, schema: &Value, path: &str) -> Value {
        match schema["format"].as_str() {
            Some("uuid") => json!(self.uuid(path)),
            Some("date") => self.one_of(&[
                json!("2026-03-02"),
                json!("2026-02-28"),
                json!("2019-05-02"),
                json!("2026-12-31"),
            ]),
            Some("date-time") => self.one_of(&[json!("2026-03-02T09:20:00Z"), json!("2025-10-26T01:30:00Z")]),
            Some(other) => panic!("no sample for a string of format `{other}` at {path}"),
            None => json!("example"),
        }
    }

    /// An id of its own for every place, or one of few that other events name too.
    fn uuid(&mut self, path: &str) -> Uuid {
        match self.choose.pick(4) {
            0 => {
                let hash = path.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
                    (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
                });
                uuid::Builder::from_custom_bytes(hash.to_be_bytes()).into_uuid()
            }
            few => Uuid::from_u128(u128::try_from(few).unwrap()),
        }
    }

    fn one_of(&mut self, values: &[Value]) -> Value {
        values[self.choose.pick(values.len())].clone()
    }
}

/// The type, the one that is not null where there are two.
fn kind(schema: &Value) -> &str {
    let kinds = &schema["type"];
    let either =
        || kinds.as_array().into_iter().flatten().filter_map(Value::as_str).find(|kind| *kind != "null");
    kinds.as_str().or_else(either).unwrap_or("object")
}
