//! Profile files: what `oauth_client_open` takes over from them, and how it says what is wrong in them.

use crate::common::runnable::runnable;
use crate::common::{error_text, properties, scratch, setting_numbers, Client};
use crate::support::{Row, Table};
use oauth::constants::*;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What must never stand in a sentence.
pub const SECRET: &str = "hunter2-s3cr3t";

/// A folder that is gone with the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        Self(scratch::folder("profiles"))
    }

    /// A file in it that only its owner can write.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // One that was there may be closed to us.
        let _ = fs::remove_file(&path);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Good {
    name: &'static str,
    text: &'static str,
    open: &'static str,
    gives: &'static [(i32, &'static str)],
}

const GOOD: &[Good] = &[
    Good {
        name: "headers and names",
        text: r#"
            [a]
            token_headers = """
                X-Api-Key: hunter2-s3cr3t
                Accept: */*
            """
            token_names = "client_id=client_key&grant_type="
            redirect_names = "code=auth_code"
            token_hosts = "a.example b.example"
            query_in_fragment = true
        "#,
        open: "#a",
        gives: &[
            (
                OAUTH_TOKEN_HEADERS,
                "                X-Api-Key: hunter2-s3cr3t\n                Accept: */*\n            ",
            ),
            (OAUTH_TOKEN_NAMES, "client_id=client_key&grant_type="),
            (OAUTH_REDIRECT_NAMES, "code=auth_code"),
            (OAUTH_TOKEN_HOSTS, "a.example b.example"),
            (OAUTH_QUERY_IN_FRAGMENT, "yes"),
        ],
    },
    Good {
        name: "every kind of value",
        text: r#"
            # ours
            [acme]
            authorization_endpoint = "https://acme.example/authorize"
            token_endpoint = 'https://acme.example/token'
            client_id = 12345
            client_secret = """multi"""
            scope = "a b"
            scope_separator = ","
            min_valid = 1_200
            timeout = +45
            allow_http = true
            pkce = "off"
        "#,
        open: "#acme",
        gives: &[
            (OAUTH_PROFILE, "acme"),
            (OAUTH_AUTHORIZATION_ENDPOINT, "https://acme.example/authorize"),
            (OAUTH_TOKEN_ENDPOINT, "https://acme.example/token"),
            (OAUTH_CLIENT_ID, "12345"),
            (OAUTH_CLIENT_SECRET, "multi"),
            (OAUTH_SCOPE, "a b"),
            (OAUTH_SCOPE_SEPARATOR, "comma"),
            (OAUTH_MIN_VALID, "1200"),
            (OAUTH_TIMEOUT, "45"),
            (OAUTH_ALLOW_HTTP, "yes"),
            (OAUTH_PKCE, "off"),
        ],
    },
    Good {
        name: "the only profile",
        text: "[acme]\nclient_id = \"a\"\n",
        open: "",
        gives: &[(OAUTH_CLIENT_ID, "a")],
    },
    Good {
        name: "one of several",
        text: "[a]\nclient_id = \"1\"\n[b]\nclient_id = \"2\"\n",
        open: "#b",
        gives: &[(OAUTH_CLIENT_ID, "2"), (OAUTH_PROFILE, "b")],
    },
    Good {
        name: "a name with blanks and dots",
        text: "[\"acme eu.1\"]\nclient_id = \"1\"\n",
        open: "#acme eu.1",
        gives: &[(OAUTH_CLIENT_ID, "1")],
    },
    Good {
        name: "builds on a known server",
        text: "[mine]\nprofile = \"stamps\"\nclient_id = \"1\"\nrequest_body = \"form\"\n",
        open: "#mine",
        gives: &[
            (OAUTH_PROFILE, "mine"),
            (OAUTH_BASE_URL, "https://signin.stampsendicia.com"),
            (OAUTH_SCOPE, "offline_access"),
            (OAUTH_CLIENT_AUTH, "client_secret_post"),
            (OAUTH_REQUEST_BODY, "form"),
        ],
    },
    Good {
        name: "called as the known server that it builds on",
        text: "[stamps]\nprofile = \"stamps\"\nclient_id = \"1\"\n",
        open: "#stamps",
        gives: &[(OAUTH_CLIENT_ID, "1"), (OAUTH_SCOPE, "offline_access")],
    },
    Good {
        name: "builds on another of the file, which builds on a known server",
        text: "[test]\nprofile = \"acme\"\nbase_url = \"https://test.example\"\n\
               [acme]\nprofile = \"belladati\"\nclient_id = \"1\"\nbase_url = \"https://bi.example\"\n",
        open: "#test",
        gives: &[
            (OAUTH_CLIENT_ID, "1"),
            (OAUTH_BASE_URL, "https://test.example"),
            (OAUTH_RESPONSE_TYPE, "CODE"),
            (OAUTH_PROFILE, "test"),
        ],
    },
    Good {
        name: "one of the file goes before the known server",
        text: "[stamps]\nclient_id = \"mine\"\n[b]\nprofile = \"stamps\"\n",
        open: "#b",
        gives: &[(OAUTH_CLIENT_ID, "mine"), (OAUTH_SCOPE, "")],
    },
    Good {
        name: "takes a setting back",
        text: "[mine]\nprofile = \"stamps\"\nscope = \"\"\nclient_auth = \"\"\n",
        open: "#mine",
        gives: &[(OAUTH_SCOPE, ""), (OAUTH_CLIENT_AUTH, "")],
    },
    Good {
        name: "allow_http and base_url, in any order",
        text: "[a]\ntoken_endpoint = \"http://as.example/token\"\nallow_http = true\n",
        open: "#a",
        gives: &[(OAUTH_TOKEN_ENDPOINT, "http://as.example/token")],
    },
    Good {
        name: "line ends of another system",
        text: "[a]\r\nclient_id = \"1\"\r\n",
        open: "#a",
        gives: &[(OAUTH_CLIENT_ID, "1")],
    },
    Good {
        name: "byte order mark",
        text: "\u{feff}[a]\nclient_id = \"1\"\n",
        open: "#a",
        gives: &[(OAUTH_CLIENT_ID, "1")],
    },
    Good {
        name: "a number in hexadecimal",
        text: "[a]\ntimeout = 0x10\n",
        open: "#a",
        gives: &[(OAUTH_TIMEOUT, "16")],
    },
    Good { name: "an empty profile", text: "[a]\n", open: "#a", gives: &[(OAUTH_PROFILE, "a")] },
    Good {
        name: "an inline table",
        text: "a = { client_id = \"1\" }\n",
        open: "#a",
        gives: &[(OAUTH_CLIENT_ID, "1")],
    },
];

/// Name, file, what is asked for, and what the sentence holds beside the file's name.
type Bad = (&'static str, &'static str, &'static str, &'static [&'static str]);

const BAD: &[Bad] = &[
    (
        "typo in a key",
        "[a]\nclient_id = \"1\"\ntokn_endpoint = \"https://x.example\"\n",
        "#a",
        &["line 3", "tokn_endpoint", "did you mean token_endpoint"],
    ),
    (
        "a hyphen in a key",
        "[a]\n\nclient-secret = \"hunter2-s3cr3t\"\n",
        "#a",
        &["line 3", "client-secret", "client_secret"],
    ),
    (
        "a typo in a parameter's name",
        "[a]\ntoken_names = \"client_idd=app_id\"\n",
        "#a",
        &["line 2: token_names: client_idd is no parameter of ours: did you mean client_id?"],
    ),
    (
        "a parameter's name in capitals",
        "[a]\nauthorize_names = \"CLIENT-ID=app_id\"\n",
        "#a",
        &["line 2: authorize_names: CLIENT-ID is no parameter of ours: did you mean client_id?"],
    ),
    (
        "a header that would split the request",
        "[a]\n\ntoken_headers = \"X-Api-Key=hunter2-s3cr3t%0d%0aHost: x\"\n",
        "#a",
        &["line 3: token_headers: X-Api-Key has a character that no header can carry"],
    ),
    ("a key like no other", "[a]\nfavourite_colour = \"blue\"\n", "#a", &["line 2", "favourite_colour"]),
    ("a result as a key", "[a]\naccess_token = \"hunter2-s3cr3t\"\n", "#a", &["line 2", "access_token"]),
    (
        "a constant's name as a key",
        "[a]\nOAUTH_TOKEN_ENDPOINT = \"https://x.example\"\n",
        "#a",
        &["line 2", "OAUTH_TOKEN_ENDPOINT", ": write token_endpoint"],
    ),
    (
        "a relative URL",
        "[a]\ntoken_endpoint = \"token\"\n",
        "#a",
        &["line 2: token_endpoint: use https://host/path, or /path below base_url"],
    ),
    ("~", "[a]\nstore = \"file:~/x\"\n", "#a", &["line 2: store: ~ is not expanded: write the whole path"]),
    (
        "a proxy without a port",
        "[a]\nproxy = \"http://u:hunter2-s3cr3t@proxy.example\"\n",
        "#a",
        &["line 2: proxy: ", "port"],
    ),
    ("list", "[a]\nscope = [\"a\",\n \"b\"]\n", "#a", &["line 2", "scope"]),
    ("table", "[a]\nscope.x = 1\n", "#a", &["line 2", "scope"]),
    ("fraction", "[a]\ntimeout = 1.5\n", "#a", &["line 2", "timeout"]),
    ("date", "[a]\ntimeout = 2026-01-31\n", "#a", &["line 2", "timeout"]),
    ("profile is no text", "[a]\nprofile = 1\n", "#a", &["line 2", "profile"]),
    (
        "bad word",
        "[a]\nclient_id=\"1\"\nclient_auth = \"basic\"\n",
        "#a",
        &["line 3", "client_auth", "client_secret_basic"],
    ),
    ("bad number", "[a]\n# x\n\ntimeout = 0\n", "#a", &["line 4", "timeout", "3600"]),
    ("negative number", "[a]\nmin_valid = -1\n", "#a", &["line 2", "min_valid"]),
    ("number of twenty digits", "[a]\ntimeout = 99999999999999999999\n", "#a", &["line 2", "timeout"]),
    ("truth where a word is wanted", "[a]\npkce = true\n", "#a", &["line 2", "pkce"]),
    ("bad URL", "[a]\ntoken_endpoint = \"as.example/token\"\n", "#a", &["line 2", "token_endpoint"]),
    (
        "URL with a password",
        "[a]\ntoken_endpoint = \"https://u:hunter2-s3cr3t@as.example/\"\n",
        "#a",
        &["line 2", "token_endpoint"],
    ),
    (
        "http",
        "[a]\ntoken_endpoint = \"http://as.example/token\"\n",
        "#a",
        &["line 2", "token_endpoint", "https"],
    ),
    (
        "secret with a line end",
        "[a]\nclient_secret = \"hunter2-s3cr3t\\n\"\n",
        "#a",
        &["line 2", "client_secret"],
    ),
    ("builds on nothing", "[a]\nprofile = \"nowhere\"\n", "#a", &["line 2", "nowhere"]),
    ("builds on itself", "[a]\nprofile = \"a\"\n", "#a", &["line 2"]),
    ("circle of two", "[a]\nprofile = \"b\"\n[b]\nprofile = \"a\"\n", "#a", &["line ", "circle"]),
    (
        "circle of three",
        "[a]\nprofile = \"b\"\n[b]\nprofile = \"c\"\n[c]\nprofile = \"b\"\n",
        "#a",
        &["line ", "circle"],
    ),
    ("key before any profile", "client_id = \"1\"\n", "#client_id", &["line 1", "client_id"]),
    (
        "key before any profile, no name",
        "client_id = \"1\"\n",
        "",
        &["line 1: client_id", "begin the file with a line such as [demo]"],
    ),
    (
        "fault in the profile that is built on",
        "[a]\nprofile = \"b\"\n[b]\nscoop = \"x\"\n",
        "#a",
        &["line 4", "scoop", "scope"],
    ),
    ("no such profile", "[a]\n", "#b", &["[b]"]),
    ("a known server that is not in the file", "[a]\n", "#stamps", &["[stamps]"]),
    ("several, none named", "[a]\n[b]\n", "", &["say which: ", "bad.toml#a (there are a, b)"]),
    ("empty, none named", "", "", &["is empty", "[demo]"]),
    (
        "a key before any profile, and a profile",
        "# x\nclient_id = \"1\"\n[a]\n",
        "",
        &["line 2: client_id stands before any [name]"],
    ),
    ("empty", "", "#a", &["[a]"]),
    ("comments alone", "# nothing\n\n", "", &["is empty"]),
    // ---- no TOML ----
    (
        "no quotes",
        "[a]\nclient_id = \"1\"\nclient_secret = hunter2-s3cr3t\n",
        "#a",
        &["line 3: client_secret: "],
    ),
    ("no quotes, blanks", "[a]\nclient_secret = hunter2-s3cr3t is it\n", "#a", &["line 2: client_secret: "]),
    ("one quote", "[a]\nclient_secret = \"hunter2-s3cr3t\nscope = \"a\"\n", "#a", &["line 2"]),
    ("an apostrophe too many", "[a]\nclient_secret = 'hunter2-s3cr3t''\n", "#a", &["line 2"]),
    ("no equal sign", "[a]\nclient_secret \"hunter2-s3cr3t\"\n", "#a", &["line 2"]),
    ("a colon", "[a]\nclient_secret: \"hunter2-s3cr3t\"\n", "#a", &["line 2"]),
    ("no key", "[a]\n= \"hunter2-s3cr3t\"\n", "#a", &["line 2"]),
    ("the value alone", "[a]\nhunter2-s3cr3t\n", "#a", &["line 2"]),
    ("the value alone, with an equal sign", "[a]\nhunter2-s3cr3t=\n", "#a", &["line 2"]),
    ("the value alone, in quotes", "[a]\n\"hunter2-s3cr3t\"\n", "#a", &["line 2"]),
    ("an escape that is none", "[a]\nclient_secret = \"hunter2-s3cr3t\\q\"\n", "#a", &["line 2"]),
    ("a number with a letter", "[a]\nclient_secret = 12hunter2-s3cr3t\n", "#a", &["line 2"]),
    (
        "two values in a line",
        "[a]\nclient_secret = \"hunter2-s3cr3t\" \"hunter2-s3cr3t\"\n",
        "#a",
        &["line 2"],
    ),
    (
        "a key twice",
        "[a]\nclient_secret = \"hunter2-s3cr3t\"\nclient_secret = \"hunter2-s3cr3t\"\n",
        "#a",
        &["line 3: client_secret: duplicate key"],
    ),
    ("a profile twice", "[a]\n[b]\n[a]\n", "#a", &["line 3"]),
    ("a bracket missing", "[a\nclient_secret = \"hunter2-s3cr3t\"\n", "#a", &["line 1"]),
    ("a NUL", "[a]\nclient_secret = \"hunter2-s3cr3t\0\"\n", "#a", &["line 2"]),
    ("JSON", "{\"a\":{\"client_secret\":\"hunter2-s3cr3t\"}}", "#a", &["line 1"]),
    ("a fault in another profile", "[a]\n[b]\nclient_secret = hunter2-s3cr3t\n", "#a", &["line 3"]),
];

fn fails(row: &mut Row, wanted: &str, says: &[&str]) {
    let n = Client::open(wanted).err().unwrap_or_default();
    row.returned(n, OAUTH_ERROR_PROFILE);
    row.action(OAUTH_ACTION_FIX);
    let text = error_text();
    for part in says {
        row.holds(&format!("says {part}: {text}"), text.contains(part));
    }
    let leaks = SECRET.as_bytes().windows(7).any(|part| text.as_bytes().windows(7).any(|t| t == part));
    row.holds(&format!("holds no secret: {text}"), !leaks);
}

#[test]
fn profile_files() {
    let folder = Folder::new();
    let mut table = Table::new("profile files");
    for case in GOOD {
        table.row(case.name, |row| {
            let path = folder.file("good.toml", case.text);
            match Client::open(&format!("{path}{}", case.open)) {
                Err(n) => row.returned(n, 1),
                Ok(client) => {
                    for (property, text) in case.gives {
                        row.eq(&format!("property {property}"), client.get(*property).as_str(), text);
                    }
                }
            }
        });
    }
    for (name, text, open, says) in BAD {
        table.row(name, |row| {
            let path = folder.file("bad.toml", text);
            fails(row, &format!("{path}{open}"), says);
            row.holds("names the file", error_text().contains(&path));
        });
    }
    table.end();
}

#[test]
fn files_that_are_not_read() {
    let folder = Folder::new();
    let good = "[a]\nclient_secret = \"hunter2-s3cr3t\"\n";
    let mut table = Table::new("files");
    table.row("missing", |row| {
        let path = folder.0.join("none.toml");
        let path = path.to_str().unwrap();
        fails(row, path, &[path, "not exist"]);
        fails(row, &format!("{path}#a"), &[path, "not exist"]);
        fails(row, "/no-such-folder/x.toml#a", &["/no-such-folder/x.toml", "not exist"]);
    });
    for (mode, is_fine) in
        [(0o600, true), (0o400, true), (0o644, true), (0o602, false), (0o666, false), (0o660, false)]
    {
        table.row(&format!("mode {mode:o}"), |row| {
            let path = folder.file("mode.toml", good);
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            if is_fine {
                row.holds(&format!("opens: {}", error_text()), Client::open(&path).is_ok());
            } else {
                fails(row, &path, &[&path, "chmod"]);
            }
        });
    }
    table.row("folder", |row| {
        let path = folder.0.to_str().unwrap();
        fails(row, path, &[path, "is a folder: name the file in it"]);
        fails(row, &format!("{path}/#a"), &[path, "is a folder"]);
        fails(row, "./", &["is a folder: name the file in it: ./"]);
    });
    table.row("device", |row| fails(row, "/dev/null#a", &["is no regular file", "/dev/null"]));
    table.row("named pipe", |row| {
        let path = folder.0.join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        fails(row, path.to_str().unwrap(), &["is no regular file"]);
    });
    table.row("below a file", |row| {
        fails(row, "/dev/null/x.toml", &["/dev/null/x.toml", "not exist"]);
    });
    table.row("2 MiB", |row| {
        let path = folder.file("large.toml", format!("{good}# {}\n", "x".repeat(2 * 1024 * 1024)));
        fails(row, &path, &[&path, "larger than 1 MiB"]);
    });
    table.row("almost 1 MiB", |row| {
        let path = folder.file("large.toml", format!("{good}# {}\n", "x".repeat(1024 * 1024 - 100)));
        row.holds("opens", Client::open(&path).is_ok());
    });
    table.row("not UTF-8", |row| {
        let path = folder.file("latin1.toml", b"[a]\nclient_secret = \"hunter2-s3cr3t\xe9\"\n");
        fails(row, &path, &[&path, "save it as UTF-8"]);
    });
    table.row("a symbolic link to a good file", |row| {
        let path = folder.file("target.toml", good);
        let link = folder.0.join("link.toml");
        std::os::unix::fs::symlink(path, &link).unwrap();
        row.holds("opens", Client::open(link.to_str().unwrap()).is_ok());
    });
    table.row("a thousand profiles", |row| {
        use std::fmt::Write as _;
        let mut text = String::new();
        for i in 0..1000 {
            writeln!(text, "[p{i}]\nclient_id = \"{i}\"").unwrap();
        }
        let path = folder.file("many.toml", text);
        let client = Client::open(&format!("{path}#p999")).ok();
        row.eq("client_id", client.map(|c| c.get(OAUTH_CLIENT_ID)), Some("999".to_owned()));
    });
    table.row("no name at all", |row| fails(row, "", &[]));
    table.end();
}

/// What `oauth_client_open` says in a process of its own, in that folder and with these variables alone.
fn asked(folder: &Folder, name: &str, variables: &[(&str, &str)], user: Option<u32>) -> String {
    let mut child = Command::new(runnable(std::env::current_exe().unwrap()));
    child.args(["--exact", "profile_search::asks_for_a_profile", "--ignored", "--nocapture"]);
    child.env_clear().envs(variables.iter().copied()).env("PROFILE_ASKED_FOR", name).current_dir(&folder.0);
    // The child becomes that user itself: for another user the test's program may be out of reach.
    child.envs(user.map(|user| ("PROFILE_ASKED_BY", user.to_string())));
    let output = String::from_utf8(child.output().unwrap().stdout).unwrap();
    output.lines().find_map(|line| line.strip_prefix("FOUND ")).unwrap_or(&output).to_owned()
}

#[test]
fn a_secret_that_others_can_read_is_said() {
    let folder = Folder::new();
    let account = folder.file(
        "account.json",
        r#"{"clientid":"c","clientsecret":"hunter2-s3cr3t","url":"https://as.example"}"#,
    );
    fs::set_permissions(&account, Permissions::from_mode(0o600)).unwrap();
    let account = format!("service_account = \"file:{account}\"");
    let mut table = Table::new("secrets that others can read");
    for (name, setting, has_secret) in [
        ("an account elsewhere", account.as_str(), false),
        ("and a secret here", &format!("{account}\npassword = \"s3cr3t\""), true),
        ("a private key", "private_key = \"-----BEGIN s3cr3t\"", true),
        ("a private key elsewhere", "private_key = \"env:LIBOAUTH_NO_SUCH_NAME\"", false),
        ("a private key's password", "private_key_password = \"hunter2-s3cr3t\"", true),
        ("client_secret", "client_secret = \"hunter2-s3cr3t\"", true),
        (
            "store_key",
            "store_key = \"5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2\"",
            true,
        ),
        ("a proxy's password", "proxy = \"http://me:hunter2-s3cr3t@127.0.0.1:1\"", true),
        ("a parameter", "token_params = \"password=hunter2-s3cr3t\"", true),
        ("a key elsewhere", "store_key = \"env:LIBOAUTH_NO_SUCH_NAME\"", false),
        ("no secret", "client_id = \"public\"", false),
    ] {
        for (mode, is_open) in [(0o600, false), (0o640, true), (0o604, true), (0o644, true)] {
            table.row(&format!("{name}, {mode:o}"), |row| {
                let path = folder.file("open.toml", format!("[a]\n{setting}\n"));
                fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
                let client = Client::open(&path).expect("it opens");
                let line = client.get(OAUTH_STATUS_LINE);
                let says = format!("others can read the secret in the profile: chmod 600 {path}");
                row.eq(&line, line.contains(&says), is_open && has_secret);
                row.holds("no secret", !line.contains("s3cr3t") && !line.contains("5ec2e7"));
            });
        }
    }
    table.end();
}

#[test]
fn what_is_around_a_name() {
    let folder = Folder::new();
    let home = folder.0.to_str().unwrap();
    let usual = format!("{home}/.config/liboauth/profiles.toml");
    let mut table = Table::new("around a name");
    table.row("a home that is a device", |row| {
        for variable in ["HOME", "XDG_CONFIG_HOME"] {
            let said = asked(&folder, "stamps", &[(variable, "/dev/null")], None);
            row.holds(&said, said.starts_with("0|"));
        }
    });
    table.row("the variable's file is missing", |row| {
        for path in ["/no-such-folder/own.toml", "/dev/null/own.toml"] {
            let said = asked(&folder, "stamps", &[("LIBOAUTH_PROFILES", path)], None);
            row.holds(
                &said,
                said.ends_with(&format!(
                    "|LIBOAUTH_PROFILES names a file that does not exist: correct or unset it: {path}"
                )),
            );
        }
    });
    table.row("where it was looked for", |row| {
        let said = asked(&folder, "no-such-server", &[("HOME", home)], None);
        row.holds(&said, said.contains(&format!("nor is it in {usual} (not there), /etc/")));
        folder.file(".config/liboauth/profiles.toml", "[b]\n");
        let said = asked(&folder, "no-such-server", &[("HOME", home)], None);
        row.holds(&said, said.contains(&format!("nor is it in {usual}, /etc/liboauth/")));
        let start =
            "|no profile [no-such-server]: for a file, write ./no-such-server; no known server has that name";
        row.holds(&said, said.contains(&format!("{start} (docs/known-servers.md), nor is it in ")));
        let said = asked(&folder, "upss", &[("HOME", home)], None);
        let start = "|no profile [upss]: did you mean ups? For a file, write ./upss; no known";
        row.holds(&said, said.contains(start));
    });
    table.row("a file of that name", |row| {
        folder.file("demo.toml", "[a]\nclient_secret = \"hunter2-s3cr3t\"\n");
        let said = asked(&folder, "demo.toml", &[("HOME", home)], None);
        row.holds(&said, said.contains("|no profile [demo.toml]: did you mean the file ./demo.toml? "));
    });
    table.row("a home that is not ours", |row| {
        let closed = Folder::new();
        let home = closed.0.to_str().unwrap();
        let own = closed.file("own.toml", "[a]\n");
        fs::set_permissions(&closed.0, Permissions::from_mode(0o000)).unwrap();
        // Nothing is closed to root.
        let nobody = fs::read_dir(&closed.0).is_ok().then_some(65534);
        let said = asked(&folder, "stamps", &[("HOME", home)], nobody);
        row.holds(&said, said.starts_with("0|"));
        let said = asked(&folder, "no-such-server", &[("HOME", home)], nobody);
        row.holds(&said, said.contains("profiles.toml (not readable), "));
        let said = asked(&folder, "stamps", &[("LIBOAUTH_PROFILES", &own)], nobody);
        row.holds(
            &said,
            said.contains("the profile file cannot be read (Permission denied") && said.ends_with(&own),
        );
        let said = asked(&folder, &own, &[], nobody);
        row.holds(&said, said.contains("the profile file cannot be read (Permission denied"));
        fs::set_permissions(&closed.0, Permissions::from_mode(0o700)).unwrap();
    });
    table.end();
}

/// The names of the catalogue.
fn known() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/settings/known_servers");
    let files = fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let names = |text: String| -> Vec<_> {
        text.lines().filter_map(|line| Some(line.strip_prefix('[')?.strip_suffix(']')?.to_owned())).collect()
    };
    let names: Vec<_> = files.flat_map(names).collect();
    assert!(names.len() >= 80, "{names:?}");
    names
}

const ALL: &str = "All are listed in docs/known-servers.md";

/// Names that no known server has, and what is asked.
const UNKNOWN: &[(&str, &str)] = &[
    ("Stamps", "did you mean stamps? "),
    ("stamps.com", "did you mean stamps? "),
    ("UPS-Cod", "did you mean ups or ups-code? "),
    ("dhl", "did you mean dhl-ecommerce-americas or dhl-parcel-de? "),
    ("keycloack-server", "did you mean keycloak-server? "),
    ("no-such-server", ""),
    ("title", ""),
    ("ups]", "did you mean ups? "),
    ("q", ""),
    ("xyz", ""),
    ("../stamps\\", ""),
];

#[test]
fn known_servers() {
    let mut table = Table::new("known servers");
    for name in &known() {
        table.row(name, |row| {
            let opened = Client::open(name).expect("it is known");
            let set = Client::with(&[(OAUTH_PROFILE, name)]);
            for property in properties(setting_numbers()) {
                row.eq(&format!("property {property}"), opened.get(property), set.get(property));
            }
            row.eq("profile", opened.get(OAUTH_PROFILE), name.clone());
        });
    }
    for (name, hint) in UNKNOWN {
        table.row(&format!("not {name}"), |row| {
            let n = Client::open(name).err().unwrap_or_default();
            row.returned(n, OAUTH_ERROR_PROFILE);
            row.holds("open says what may be meant", error_text().contains(hint));
            let client = Client::with(&[(OAUTH_PROFILE, "stamps")]);
            row.returned(client.set(OAUTH_PROFILE, name), OAUTH_ERROR_PROFILE);
            row.eq("said", error_text(), format!("no known server is called {name}: {hint}{ALL}"));
            row.eq("the old one", client.get(OAUTH_PROFILE).as_str(), "stamps");
            row.eq("its settings", client.get(OAUTH_SCOPE).as_str(), "offline_access");
        });
    }
    table.end();
}
