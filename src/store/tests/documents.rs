//! What is kept beside tokens, as every engine keeps it.
#![forbid(unsafe_code)]

use std::fs;

use super::World;
use crate::json::Json;
use crate::store::{Document, DocumentName, Wait};
use crate::system;

fn document(text: &str, expires_in: Option<i64>) -> Document {
    let json = Json::object([("secret", Json::of_text(text))]);
    Document { json, expires_at: expires_in.map(|seconds| system::now() + seconds) }
}

pub fn until_they_expire(world: &World) {
    let name = DocumentName::new("code", &["https://as.example", "anne"]);
    let read = |name: &DocumentName| world.store.document(name).unwrap();
    assert_eq!(read(&name), None);
    world.store.remove_document(&name).unwrap();
    for text in ["one", "two"] {
        let kept = document(text, Some(60));
        world.store.keep_document(&name, &kept).unwrap();
        assert_eq!(read(&name), Some(kept));
    }
    // By its kind and all of its texts.
    for other in [
        DocumentName::new("keys", &["https://as.example", "anne"]),
        DocumentName::new("code", &["https://as.example", "bert"]),
        DocumentName::new("code", &["https://as.example", "anne", ""]),
        DocumentName::new("code", &["https://as.exampl", "eanne"]),
    ] {
        assert_eq!(read(&other), None);
    }
    world.store.keep_document(&name, &document("old", Some(0))).unwrap();
    assert_eq!(read(&name), None);
    let for_good = document("good", None);
    world.store.keep_document(&name, &for_good).unwrap();
    assert_eq!(read(&name), Some(for_good));
    world.store.remove_document(&name).unwrap();
    assert_eq!(read(&name), None);
}

/// A server that calls its keys otherwise each day fills no disk.
pub fn none_piles_up(world: &World) {
    let name = |at: &str| DocumentName::new("keys", &[at]);
    for at in ["1", "2", "3", "4", "5", "6"] {
        world.store.keep_document(&name(at), &document("old", Some(0))).unwrap();
    }
    world.store.keep_document(&name("7"), &document("good", None)).unwrap();
    let held = world.store.claim_document(&name("8")).unwrap();
    world.store.keep_document(&name("8"), &document("held", Some(0))).unwrap();
    world.store.keep_document(&name("9"), &document("new", Some(60))).unwrap();
    let Ok(files) = fs::read_dir(world.folder.join("store")) else { return };
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = names.filter(|name| name.starts_with("keys-")).collect();
    assert_eq!(left.len(), 4, "three, and what shows who changes one: {left:?}");
    drop(held);
}

pub fn sealed_anew(world: &World) {
    let name = DocumentName::new("code", &["anne"]);
    let kept = document("SECRET-text", None);
    world.store.keep_document(&name, &kept).unwrap();
    let Some(rekeyed) = world.open_rekeyed() else { return };
    let texts = || {
        fs::read_dir(world.folder.join("store"))
            .unwrap()
            .filter_map(|file| fs::read(file.unwrap().path()).ok())
    };
    let is_plain = || texts().any(|text| String::from_utf8_lossy(&text).contains("SECRET-text"));
    let was_plain = is_plain();
    assert_eq!(rekeyed.reseal(Wait::No).unwrap(), 1);
    assert_eq!(rekeyed.document(&name).unwrap(), Some(kept));
    assert_eq!(is_plain(), !was_plain);
}
