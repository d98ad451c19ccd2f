//! The list of exports, which only grows, is what the library and every language have.
#![forbid(unsafe_code)]

use std::collections::BTreeSet;
use std::process::Command;

use super::{
    between, library, prototypes, read, root, succeed, BINDER_SOURCE, COPYBOOK, COPYBOOK_OF_IBM, HEADER,
    MEMBER,
};
use crate::runnable::tool;

pub const EXPORTS: &str = "bindings/exports.txt";

/// What programs of version 0.1 are bound to.
const OF_0_1: [&str; 21] = [
    "oauth_client_new",
    "oauth_client_open",
    "oauth_client_close",
    "oauth_set",
    "oauth_get",
    "oauth_build_authorize_url",
    "oauth_exchange_code",
    "oauth_refresh",
    "oauth_bearer_header",
    "oauth_access_token",
    "oauth_token_rejected",
    "oauth_accounts",
    "oauth_forget",
    "oauth_store_reseal",
    "oauth_import_token",
    "oauth_http_request",
    "oauth_http_response",
    "oauth_error_text",
    "oauth_error_action",
    "oauth_version",
    "oauth_revoke",
];

#[test]
fn the_list_only_grows() {
    assert_eq!(listed()[..OF_0_1.len()], OF_0_1);
}

/// RPG programs are bound to an export's place.
#[test]
fn header_and_bindings_have_the_listed_functions_in_their_order() {
    let listed = listed();
    let between = |path: &str, before: &str, after: char| between(&root().join(path), before, after);
    assert_eq!(between(HEADER, "\nint32_t ", '('), listed);
    let mut exported = between(BINDER_SOURCE, "EXPORT SYMBOL(\"", '"');
    assert_eq!(exported.remove(37), "oauth_bridge_ccsid", "programs are bound to its place");
    assert_eq!(exported, listed);
    assert_eq!(between(COPYBOOK, "CALL \"", '"'), listed);
    assert_eq!(between(COPYBOOK_OF_IBM, "CALL \"", '"'), listed);
    let with_the_bridges: Vec<_> = listed.iter().cloned().chain(["oauth_bridge_ccsid".to_owned()]).collect();
    assert_eq!(between(MEMBER, "extproc('", '\''), with_the_bridges);
    assert_eq!(between(MEMBER, "\ndcl-pr ", ' '), with_the_bridges);
    let code = "import _liboauth as m\nfor k in m.FUNCTIONS: print(k)\n";
    assert_eq!(succeed(&mut prototypes(code)).lines().collect::<Vec<_>>(), listed);
}

#[test]
fn the_library_exports_the_listed_functions_and_nothing_else() {
    let symbols = succeed(Command::new(tool("nm")).args(["-D", "--defined-only"]).arg(library()));
    let mut exported: BTreeSet<_> =
        symbols.lines().filter_map(|line| line.split_whitespace().nth(2)).map(str::to_owned).collect();
    // Where ring has no assembler it exports a function of its own; its version is in the name.
    if cfg!(not(any(target_arch = "x86_64", target_arch = "aarch64"))) {
        exported.retain(|name| !(name.starts_with("ring_core_") && name.ends_with("_bn_mul_mont")));
    }
    assert_eq!(exported, listed().into_iter().collect());
}

/// The list of exports: what the library has, each in its place.
pub fn listed() -> Vec<String> {
    let list = read(&root().join(EXPORTS));
    list.lines().filter(|line| line.starts_with("oauth_")).map(str::to_owned).collect()
}
