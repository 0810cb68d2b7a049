//! From JSON to a request type, with errors that name the field and what is allowed and never repeat the value.
//!
//! serde_json's own errors quote what they choked on, which may be a child's name. So a body is first read as a
//! tree (depth and size are limited by then; a member given twice is refused, not silently dropped), and request
//! types are read from that tree by a deserialiser whose error type has no place for values.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Map, Number, Value};

use crate::error::FieldError;

/// Reads a request from the text of a JSON document.
///
/// # Errors
/// The fields that are wrong: all unknown ones, or else the first that cannot be read.
pub fn from_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, Vec<FieldError>> {
    let tree: Tree = serde_json::from_slice(text).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        let allowed = match error.classify() {
            serde_json::error::Category::Data => format!("a member may be given once; see {place}"),
            serde_json::error::Category::Eof => format!("must be a whole JSON document; it ends at {place}"),
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                format!("must be JSON; see {place}")
            }
        };
        vec![FieldError::new("body", allowed)]
    })?;
    from_value(tree.0)
}

/// Reads a request from a tree.
///
/// # Errors
/// See [`from_json`].
pub fn from_value<T: DeserializeOwned>(tree: Value) -> Result<T, Vec<FieldError>> {
    T::deserialize(Reader(tree)).map_err(Unread::into_fields)
}

/// Why a tree is not what was asked for. Holds no value.
#[derive(Debug)]
struct Unread {
    /// From the inside out.
    path: Vec<Cow<'static, str>>,
    reason: String,
    /// Members that are not known, where that is the reason.
    unknown: Vec<String>,
}

impl Unread {
    fn because(reason: String) -> Self {
        Self { path: Vec::new(), reason, unknown: Vec::new() }
    }

    fn inside(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.path.push(name.into());
        self
    }

    fn into_fields(self) -> Vec<FieldError> {
        let parents: Vec<&str> = self.path.iter().rev().map(AsRef::as_ref).collect();
        let named = |last: Option<&str>| {
            let path: Vec<&str> = parents.iter().copied().chain(last).collect();
            if path.is_empty() { "body".to_owned() } else { path.join("/") }
        };
        if self.unknown.is_empty() {
            return vec![FieldError::new(named(None), self.reason)];
        }
        self.unknown.iter().map(|name| FieldError::new(named(Some(name)), &self.reason)).collect()
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Unread {}

/// A list of what is allowed, in words.
fn one_of(allowed: &[&str]) -> String {
    if allowed.is_empty() { "none is".to_owned() } else { allowed.join(", ") }
}

fn must_be(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    match expected.as_str() {
        "a sequence" => "must be a list".to_owned(),
        structure if structure.starts_with("struct ") => "must be an object".to_owned(),
        _ => format!("must be {expected}"),
    }
}

impl serde::de::Error for Unread {
    /// What request types say themselves: their words never hold the value.
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::because(reason.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::because(must_be(expected))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::because(must_be(expected))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::because(must_be(expected))
    }

    fn unknown_variant(_: &str, allowed: &'static [&'static str]) -> Self {
        Self::because(format!("must be one of {}", one_of(allowed)))
    }

    fn unknown_field(name: &str, allowed: &'static [&'static str]) -> Self {
        Self {
            unknown: vec![printable(name)],
            ..Self::because(format!("is not known here; allowed: {}", one_of(allowed)))
        }
    }

    fn missing_field(name: &'static str) -> Self {
        Self::because("is required".to_owned()).inside(name)
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::because("may be given once".to_owned()).inside(name)
    }
}

/// A member's name as it may be repeated: anything that does not look like one of ours could be somebody's name.
fn printable(name: &str) -> String {
    let ours = name.len() <= 40
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || b"_-0123456789".contains(&byte));
    if ours { name.to_owned() } else { "(a member)".to_owned() }
}

struct Reader(Value);

impl<'de> Deserializer<'de> for Reader {
    type Error = Unread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => visit_number(&number, visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items { items: items.into_iter(), next: 0 }),
            Value::Object(members) => {
                visitor.visit_map(Members { members: members.into_iter(), value: None })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unread> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        if let Value::Object(members) = &self.0 {
            let unknown = members.keys().filter(|name| !fields.contains(&name.as_str()));
            let unknown: Vec<String> = unknown.map(|name| printable(name)).collect();
            if !unknown.is_empty() {
                return Err(Unread { unknown, ..Unread::unknown_field("", fields) });
            }
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        let wrong = || Unread::because(format!("must be an object with one of {}", one_of(variants)));
        match self.0 {
            Value::String(name) => visitor.visit_enum(IntoDeserializer::<Unread>::into_deserializer(name)),
            Value::Object(members) => {
                let mut members = members.into_iter();
                match (members.next(), members.next()) {
                    (Some((name, content)), None) => visitor.visit_enum(Variant { name, content }),
                    _ => Err(wrong()),
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Err(wrong()),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

/// JSON has one kind of number: `4.0` is as whole as `4`.
fn visit_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Unread> {
    /// Beyond this a double no longer holds every whole number.
    const MOST_WHOLE: f64 = 9_007_199_254_740_992.0;
    if let Some(whole) = number.as_u64() {
        return visitor.visit_u64(whole);
    }
    if let Some(whole) = number.as_i64() {
        return visitor.visit_i64(whole);
    }
    let Some(real) = number.as_f64() else { return Err(Unread::because("must be a number".to_owned())) };
    if real.fract() == 0.0 && real.abs() <= MOST_WHOLE {
        let whole: i64 = format!("{real:.0}").parse().unwrap_or_default();
        return match u64::try_from(whole) {
            Ok(whole) => visitor.visit_u64(whole),
            Err(_) => visitor.visit_i64(whole),
        };
    }
    visitor.visit_f64(real)
}

struct Items {
    items: std::vec::IntoIter<Value>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Unread;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unread> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.next;
        self.next += 1;
        seed.deserialize(Reader(item)).map(Some).map_err(|unread| unread.inside(index.to_string()))
    }
}

struct Members {
    members: serde_json::map::IntoIter,
    value: Option<(String, Value)>,
}

impl<'de> MapAccess<'de> for Members {
    type Error = Unread;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unread> {
        let Some((name, value)) = self.members.next() else { return Ok(None) };
        let key: StringDeserializer<Unread> = name.clone().into_deserializer();
        self.value = Some((name, value));
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unread> {
        let Some((name, value)) = self.value.take() else {
            return Err(Unread::custom("a member has no value"));
        };
        seed.deserialize(Reader(value)).map_err(|unread| unread.inside(printable(&name)))
    }
}

struct Variant {
    name: String,
    content: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unread;
    type Variant = Content;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Content), Unread> {
        let name: StringDeserializer<Unread> = self.name.clone().into_deserializer();
        Ok((seed.deserialize(name)?, Content { name: self.name, content: self.content }))
    }
}

struct Content {
    name: String,
    content: Value,
}

impl<'de> VariantAccess<'de> for Content {
    type Error = Unread;

    fn unit_variant(self) -> Result<(), Unread> {
        Err(Unread::because("must be given by its name alone".to_owned()))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Unread> {
        seed.deserialize(Reader(self.content)).map_err(|unread| unread.inside(self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unread> {
        Reader(self.content).deserialize_any(visitor).map_err(|unread| unread.inside(self.name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        Reader(self.content)
            .deserialize_struct("", fields, visitor)
            .map_err(|unread| unread.inside(self.name))
    }
}

/// A JSON tree in which no member is given twice.
struct Tree(Value);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor).map(Self)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Tree(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let Tree(value) = members.next_value()?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member is given twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Order {
        name: String,
        #[serde(default)]
        count: Option<u8>,
        #[serde(default)]
        lines: Vec<Line>,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Line {
        colour: Colour,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "kebab-case")]
    enum Colour {
        Red,
        BlueGreen,
    }

    fn wrong(json: &str) -> Vec<(String, String)> {
        let fields = from_json::<Order>(json.as_bytes()).unwrap_err();
        fields.into_iter().map(|field| (field.field, field.problem)).collect()
    }

    fn one(field: &str, allowed: &str) -> Vec<(String, String)> {
        vec![(field.to_owned(), allowed.to_owned())]
    }

    #[test]
    fn a_request_is_read_and_a_whole_number_may_have_a_point() {
        let read: Order =
            from_json(br#"{"name":"a","count":3.0,"lines":[{"colour":"blue-green"}]}"#).unwrap();
        let lines = vec![Line { colour: Colour::BlueGreen }];
        assert_eq!(read, Order { name: "a".to_owned(), count: Some(3), lines });
    }

    #[test]
    fn the_field_is_named_by_its_path_and_told_what_is_allowed() {
        assert_eq!(
            wrong(r#"{"name":"a","lines":[{"colour":"red"},{"colour":"CANARY"}]}"#),
            one("lines/1/colour", "must be one of red, blue-green")
        );
        assert_eq!(wrong("{}"), one("name", "is required"));
        assert_eq!(wrong(r#"{"name":7}"#), one("name", "must be a string"));
        assert_eq!(wrong(r#"{"name":"a","count":256}"#), one("count", "must be u8"));
        assert_eq!(wrong(r#"{"name":"a","lines":{}}"#), one("lines", "must be a list"));
        assert_eq!(wrong("[]"), one("body", "must be an object"));
    }

    #[test]
    fn every_unknown_member_is_named_unless_it_could_be_a_person() {
        let allowed = "is not known here; allowed: name, count, lines";
        let named = |name: &str| (name.to_owned(), allowed.to_owned());
        // Members come in the order they were given or by name, as serde_json was built.
        let mut told = wrong(r#"{"name":"a","nmae":"CANARY","zzz":1,"Canary Smith":1}"#);
        told.sort();
        assert_eq!(told, [named("(a member)"), named("nmae"), named("zzz")]);
    }

    #[test]
    fn a_member_given_twice_or_half_a_document_is_refused_by_its_place() {
        assert_eq!(
            wrong(r#"{"name":"a","name":"b"}"#),
            one("body", "a member may be given once; see line 1 column 23")
        );
        assert_eq!(
            wrong(r#"{"name":"#),
            one("body", "must be a whole JSON document; it ends at line 1 column 8")
        );
        assert_eq!(wrong("{'name':1}"), one("body", "must be JSON; see line 1 column 2"));
        let deep = "[".repeat(100_000);
        assert_eq!(wrong(&deep).len(), 1, "depth is limited");
    }

    #[test]
    fn no_error_repeats_a_value() {
        for json in [
            r#"{"name":"a","count":"CANARY"}"#,
            r#"{"name":["CANARY"]}"#,
            r#"{"name":{"CANARY":1}}"#,
            r#"{"name":"a","lines":[{"colour":{"CANARY":1}}]}"#,
            r#""CANARY""#,
            r#"{"name":CANARY}"#,
        ] {
            let told = format!("{:?}", wrong(json));
            assert!(!told.contains("CANARY"), "{told}");
        }
    }
}
