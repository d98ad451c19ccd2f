//! JSON as servers write it: read with more patience than the RFC asks for, names kept in order, texts wiped.
#![forbid(unsafe_code)]

mod forgive;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;
use std::marker::PhantomData;

use crate::secret::{Secret, Wiped};
use forgive::forgiven;

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(Secret),
    List(Vec<Json>),
    Members(Vec<(String, Json)>),
}

/// So deep it is read; what calls itself needs a caller's stack.
const DEEPEST: usize = 32;

impl Json {
    /// Reads a text that begins with `{`, `[` or `"`. Forgives a comma before the closing bracket, which BellaDati's
    /// documentation shows, and a number beyond all bounds, which is none. What is nested deeper than anything of OAuth's is
    /// passed over, too: it must not need a caller's stack. A member that stands twice is an error: which one holds would
    /// be a guess.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read = serde_json::from_str(text).or_else(|_| serde_json::from_str(&Wiped::new(forgiven(text))));
        read.map_err(|e| match e.classify() {
            serde_json::error::Category::Eof => "it is cut off".to_owned(),
            _ if e.to_string().contains("stands twice") => e.to_string(),
            // serde's own sentence can quote the text, and that can be a secret
            _ => format!("no valid JSON at line {}, column {}", e.line(), e.column()),
        })
    }

    /// Reads what is no more than JSON allows, whole.
    pub fn parse_exactly(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|e| match e.to_string() {
            // serde's own sentence can quote the text.
            said if said.contains("stands twice") => said,
            _ => format!("no valid JSON at line {}, column {}", e.line(), e.column()),
        })?;
        if read.is_cut() {
            Err(format!("it is nested deeper than {DEEPEST} levels"))
        } else {
            Ok(read)
        }
    }

    /// Of an object only these members: little work.
    pub fn parse_members(text: &str, names: &[&str]) -> Result<Self, String> {
        Self::parse_some(text, &|name| names.contains(&name))
    }

    /// Of an object only the members of such names.
    pub fn parse_some(text: &str, is_wanted: &dyn Fn(&str) -> bool) -> Result<Self, String> {
        let read = (&mut serde_json::Deserializer::from_str(text)).deserialize_map(MembersReader(is_wanted));
        read.map_err(|_| "no valid JSON".to_owned())
    }

    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Members(members.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// As a text of JSON.
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn of_text(text: &str) -> Self {
        Self::Text(Secret::new(text))
    }

    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Members(members) => members.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// What stands at names of members and numbers of items with dots between them. What is left of a path may be one name,
    /// dots and all (ASP.NET: `.expires`), and a list of one needs no number.
    pub fn at_path<'a>(&'a self, path: &str) -> Result<&'a Self, Lost<'a>> {
        let (mut at, mut rest, mut depth) = (self, path, 0);
        while !rest.is_empty() {
            let (name, behind) = rest.split_once('.').unwrap_or((rest, ""));
            let found = [(at, 1), (at.only(), 2)].into_iter().find_map(|(from, deeper)| {
                let whole = from.at(rest).map(|found| (found, "", deeper));
                whole.or_else(|| Some((from.at(name)?, behind, deeper)))
            });
            let Some((found, behind, deeper)) = found else {
                let way = path[..path.len() - rest.len()].trim_end_matches('.').to_owned();
                return Err(Lost { at, way, is_too_deep: depth >= DEEPEST });
            };
            (at, rest, depth) = (found, behind, depth + deeper);
        }
        if depth >= DEEPEST && at.is_null() {
            return Err(Lost { at, way: path.to_owned(), is_too_deep: true });
        }
        Ok(at)
    }

    /// A member by its name or, of a list, an item by its number.
    fn at(&self, name: &str) -> Option<&Self> {
        match self {
            Self::List(list) => list.get(name.parse::<usize>().ok()?),
            _ => self.member(name),
        }
    }

    /// The one item of a list that has no other, which then means the same.
    pub fn only(&self) -> &Self {
        match self {
            Self::List(list) if list.len() == 1 => &list[0],
            _ => self,
        }
    }

    /// How deep it is nested, and about how many bytes it takes when it is written.
    pub fn measure(&self) -> (usize, usize) {
        let within = |parts: &mut dyn Iterator<Item = (usize, (usize, usize))>| {
            parts.fold((1, 2), |(depth, size), (name, inner)| {
                (depth.max(inner.0 + 1), size + name + inner.1 + 16 * inner.0)
            })
        };
        match self {
            Self::Null | Self::Bool(_) => (0, 5),
            Self::Number(_) => (0, 24),
            Self::Text(text) => (0, 2 * text.expose().len() + 2),
            Self::List(list) => within(&mut list.iter().map(|value| (0, value.measure()))),
            Self::Members(members) => {
                within(&mut members.iter().map(|(name, value)| (2 * name.len() + 6, value.measure())))
            }
        }
    }

    /// The names of the first members, for a sentence; `None` where there are none, or one could be a secret.
    pub fn plain_names(&self) -> Option<String> {
        const MOST: usize = 6;
        const LONGEST: usize = 24;
        let is_plain = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '-');
        // What has two capitals in a row may be a token.
        let is_plain = |name: &&str| {
            let capitals = name.as_bytes().windows(2).any(|two| two.iter().all(u8::is_ascii_uppercase));
            name.len() <= LONGEST && !capitals && name.chars().all(is_plain)
        };
        let Self::Members(members) = self else { return None };
        let names: Vec<_> = members.iter().map(|(name, _)| name.as_str()).take(MOST).collect();
        (!names.is_empty() && names.iter().all(is_plain)).then(|| names.join(", "))
    }

    /// Whether something in it may have been passed over.
    pub fn is_cut(&self) -> bool {
        self.measure().0 >= DEEPEST
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.expose()),
            _ => None,
        }
    }

    /// A number without a fraction.
    pub fn whole(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// How far a path has led that leads nowhere.
pub struct Lost<'a> {
    at: &'a Json,
    way: String,
    is_too_deep: bool,
}

impl Lost<'_> {
    /// What there is instead, for the end of a sentence; empty where nothing can be said.
    pub fn instead(&self) -> String {
        let way = if self.way.is_empty() { "it" } else { &self.way };
        match self.at {
            _ if self.is_too_deep => format!("what is nested deeper than {DEEPEST} levels is not read"),
            Json::List(list) => format!("{way} is a list of {}: give an item's number", list.len()),
            members => members.plain_names().map(|names| format!("{way} has {names}")).unwrap_or_default(),
        }
    }
}

/// Whether it begins with an object or a list, and that comes to its end.
#[cfg(feature = "net")]
pub fn is_whole(text: &[u8]) -> bool {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text).trim_ascii_start();
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return true,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return false;
        }
    }
    false
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader { levels: DEEPEST }.deserialize(deserializer)
    }
}

/// So many names are compared one by one; a huge answer must not take for ever.
const FEW: usize = 32;

#[derive(Clone, Copy)]
struct Reader {
    /// How deep it still reads.
    levels: usize,
}

impl Reader {
    fn within(self) -> Self {
        Self { levels: self.levels - 1 }
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        if self.levels == 0 {
            // Does not call itself, however deep it goes.
            return IgnoredAny::deserialize(deserializer).map(|_| Json::Null);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(Secret::new(value)))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(Secret::new(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = access.next_element_seed(self.within())? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut names = std::collections::HashSet::new();
        while let Some((name, value)) = access.next_entry_seed(PhantomData::<String>, self.within())? {
            let stands_twice = if members.len() < FEW {
                members.iter().any(|(n, _)| *n == name)
            } else {
                if names.is_empty() {
                    names.extend(members.iter().map(|(n, _)| n.clone()));
                }
                !names.insert(name.clone())
            };
            if stands_twice {
                return Err(A::Error::custom("a member stands twice"));
            }
            members.push((name, value));
        }
        Ok(Json::Members(members))
    }
}

struct MembersReader<'a>(&'a dyn Fn(&str) -> bool);

impl<'de> Visitor<'de> for MembersReader<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = access.next_key::<String>()? {
            if self.0(&name) {
                members.push((name, access.next_value()?));
            } else {
                access.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Json::Members(members))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => value.serialize(serializer),
            Self::Text(value) => serializer.serialize_str(value.expose()),
            Self::List(list) => list.serialize(serializer),
            Self::Members(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}
