//! What goes over the wire by the built-in HTTP, and what comes in odd dress: each is an answer, and asked for once.

use crate::common::{error_action, error_text};
use crate::support::*;
use oauth::constants::*;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

const READ: &[(&str, &str)] = &[
    ("small servers", "HTTP/1.1 200 OK\nServer : x\nX: a\n b\nSet-Cookie: \u{1}\n\n{}"),
    (
        "interim answers",
        "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}",
    ),
    ("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n{}"),
    ("cut off behind the JSON", "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{}"),
    ("no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n{}"),
    ("an item of a list", "HTTP/1.1 200 OK\r\n\r\n[{}]"),
];

const UNREAD: &[(&str, &str, &str)] = &[
    (
        "two lengths",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
        "line 3, Content-Length",
    ),
    ("no length", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}", "line 2, Content-Length"),
    ("no HTTP", "SSH-2.0-Server\r\n", "line 1 is no HTTP (\"SSH-2.0-Server\")"),
    ("no head", "{}", "line 1 is no HTTP:"),
    ("our own words", "SECRET-refresh-0 is no good\r\n", "line 1 is no HTTP:"),
    ("our password", "SECRET-of-the-client\r\n", "line 1 is no HTTP:"),
];

#[test]
fn an_answer_in_odd_dress_is_asked_for_once() {
    let mut table = Table::default();
    let token = token_for("1", HOUR);
    for (name, text) in READ {
        table.row(name, || {
            let answer = text.replace("{}", &token);
            let server = Script::start(move |number, _| match number {
                0 => ok(&token_for("0", HOUR)),
                _ => answer.clone(),
            });
            let client = server.holder(None, &[]);
            assert_eq!(client.refresh(), 0, "{}", error_text());
            assert_eq!((server.count(), client.get(OAUTH_REFRESH_TOKEN).as_str()), (2, "SECRET-refresh-1"));
        });
    }
    for (name, text, words) in UNREAD {
        table.row(name, || {
            let answer = text.replace("{}", &token);
            let server = Script::start(move |number, _| match number {
                0 => ok(&token_for("0", HOUR)),
                _ => answer.clone(),
            });
            let folder = Folder::new();
            let client = server.holder(Some(&folder), &[]);
            assert_eq!(client.refresh(), OAUTH_ERROR_RESPONSE, "{}", error_text());
            assert_eq!(error_action(), OAUTH_ACTION_FIX);
            let said = error_text();
            assert!(said.starts_with("the answer of 127.0.0.1:") && said.contains(words), "{said}");
            assert!(!said.contains("SECRET"), "{said}");
            let is_success = text.starts_with("HTTP/1.1 200");
            assert_eq!(said.ends_with("; a new token may have been in it"), is_success, "{said}");
            assert_eq!((server.count(), client.get(OAUTH_REFRESH_TOKEN).as_str()), (2, "SECRET-refresh-0"));
            let status = client.get(OAUTH_STATUS_LINE);
            assert!(status.contains("got an answer that was not understood"), "{status}");
            // What is held is given out as long as it lives.
            assert_eq!(client.header().1, "Authorization: Bearer SECRET-access-0");
        });
    }
    table.end();
}

/// What is set, the request's line, and its head but for Host, Content-Length and Accept-Encoding.
type Wire<'a> = (&'a str, &'a [(i32, &'a str)], &'a str, &'a [&'a str]);

/// Each header once, as somebody wrote it.
#[test]
fn what_settings_say_goes_over_the_wire() {
    let mut table = Table::default();
    let version = env!("CARGO_PKG_VERSION");
    let rows: &[Wire] = &[
        (
            "headers",
            &[(
                OAUTH_TOKEN_HEADERS,
                "x-api-Key: SECRET\naccept: */*\nUser-Agent: mine/1\nAuthorization: a b",
            )],
            "POST /token HTTP/1.1",
            &[
                "Authorization: a b",
                "Content-Type: application/x-www-form-urlencoded",
                "User-Agent: mine/1",
                "accept: */*",
                "x-api-Key: SECRET",
            ],
        ),
        (
            "GET",
            &[
                (OAUTH_REQUEST_BODY, "get"),
                (OAUTH_CLIENT_AUTH, "none"),
                (OAUTH_TOKEN_NAMES, "client_id=app_id&redirect_uri="),
            ],
            "GET /token?grant_type=authorization_code&code=SECRET-code&app_id=edge HTTP/1.1",
            &["Accept: application/json", &format!("User-Agent: liboauth/{version}")],
        ),
    ];
    for (name, settings, line, expected) in rows {
        table.row(name, || {
            let (url, seen) = seen(vec![ok(&token_for("1", HOUR))]);
            let client = client_with(&[
                (OAUTH_HTTP, "builtin"),
                (OAUTH_TOKEN_ENDPOINT, &format!("{url}/token")),
                (OAUTH_PKCE, "off"),
            ]);
            for (property, text) in *settings {
                client.must_set(*property, text);
            }
            client.authorize_url();
            let back = format!("?code=SECRET-code&state={}", client.get(OAUTH_STATE));
            assert_eq!(client.exchange(&back), 0, "{}", error_text());
            let seen = seen.join().unwrap().remove(0);
            let (head, _) = seen.split_once("\r\n\r\n").unwrap();
            let (first, lines) = head.split_once("\r\n").unwrap();
            assert_eq!(first, *line);
            let is_framing = |line: &&str| {
                ["Host: ", "Content-Length: ", "Accept-Encoding: identity"]
                    .iter()
                    .any(|f| line.starts_with(f))
            };
            let mut lines: Vec<_> = lines.split("\r\n").filter(|line| !is_framing(line)).collect();
            lines.sort_unstable();
            assert_eq!(lines, *expected);
        });
    }
    table.end();
}

/// Another job has the sign-in from the folder alone.
#[test]
fn what_a_sign_in_has_brought_holds_for_a_job_after_it() {
    let folder = Folder::new();
    let (url, seen) = seen(vec![ok(&token_for("1", HOUR)), ok(&token_for("2", HOUR))]);
    let port = url.rsplit(':').next().unwrap();
    let job = || {
        client_with(&[
            (OAUTH_HTTP, "builtin"),
            (OAUTH_STORE, &folder.setting()),
            (OAUTH_TOKEN_ENDPOINT, &format!("{url}/token")),
            (OAUTH_TOKEN_HEADERS, "X-Api-Key=SECRET"),
            (OAUTH_REDIRECT_NAMES, "code=auth_code&state=custom"),
            (OAUTH_TOKEN_NAMES, "code=auth_code"),
            (OAUTH_TOKEN_HOSTS, "eu.example localhost"),
            (OAUTH_TOKEN_HOST_PARAM, "home"),
            (OAUTH_REFRESH_VERIFIER, "yes"),
        ])
    };
    let first = job();
    first.authorize_url();
    let back = format!("?auth_code=SECRET-code&custom={}&home=LocalHost&realmId=7", first.get(OAUTH_STATE));
    assert_eq!(first.exchange(&back), 0, "{}", error_text());
    drop(first);
    let second = job();
    assert_eq!(second.refresh(), 0, "{}", error_text());
    gives(&second, "2");
    assert!(second
        .get(OAUTH_TOKEN_RECORD)
        .contains("\"redirect\":{\"home\":\"LocalHost\",\"realmId\":\"7\"}"));
    let requests = seen.join().unwrap();
    for request in &requests {
        assert!(request.contains(&format!("\r\nHost: localhost:{port}\r\n")), "{request}");
        assert!(request.contains("\r\nX-Api-Key: SECRET\r\n"), "{request}");
    }
    let content = |request: &str| format!("?{}", request.split_once("\r\n\r\n").unwrap().1);
    let [exchange, refresh] = [content(&requests[0]), content(&requests[1])];
    assert_eq!(parameter_of(&exchange, "auth_code"), "SECRET-code");
    assert_eq!(parameter_of(&refresh, "refresh_token"), "SECRET-refresh-1");
    let verifier = parameter_of(&exchange, "code_verifier");
    assert_eq!((verifier.len(), &parameter_of(&refresh, "code_verifier")), (43, &verifier));
}

/// The URL of a server that gives these answers, one a connection, and what it was sent.
fn seen(answers: Vec<String>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = move |answer: String| {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let mut line = String::new();
            assert!(reader.read_line(&mut line).unwrap() > 0, "cut off: {head}");
            length = line.strip_prefix("Content-Length: ").map_or(length, |n| n.trim().parse().unwrap());
            head += &line;
        }
        let mut content = vec![0; length];
        reader.read_exact(&mut content).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        head + &String::from_utf8(content).unwrap()
    };
    (url, std::thread::spawn(move || answers.into_iter().map(answer).collect()))
}
