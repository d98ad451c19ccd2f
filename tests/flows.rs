//! Whole flows through the C functions, against the practice server: each server that it plays, over HTTP and
//! HTTPS, with the built-in HTTPS and with the caller's own HTTP.
#![allow(clippy::too_many_lines)]

mod common;

use common::carrier::{header, run, send, Carrier};
use common::rows::Table;
use common::{error_action, error_text, scratch, Client};
use oauth::constants::*;
use oauth::ffi;
use practice_server::{code_of, sign_in, Fault, Options, Server, SignIn};
use std::collections::HashSet;
use std::sync::Mutex;
use std::thread;
#[cfg(feature = "sign")]
use std::time::{SystemTime, UNIX_EPOCH};

/// The clock is the process's: one test moves it at a time.
static CLOCK: Mutex<()> = Mutex::new(());

struct Dialect {
    base: &'static str,
    settings: &'static [(i32, &'static str)],
    /// Whether it gives a refresh token.
    refreshes: bool,
    expires: bool,
}

const REDIRECT: &str = "http://127.0.0.1:9999/cb";

const DIALECTS: &[Dialect] = &[
    Dialect {
        base: "strict",
        settings: &[
            (OAUTH_AUTHORIZATION_ENDPOINT, "/authorize"),
            (OAUTH_TOKEN_ENDPOINT, "/token"),
            (OAUTH_REDIRECT_URI, REDIRECT),
            (OAUTH_SCOPE, "read offline_access"),
        ],
        refreshes: true,
        expires: true,
    },
    Dialect {
        base: "stamps",
        settings: &[(OAUTH_PROFILE, "stamps"), (OAUTH_REDIRECT_URI, "https://www.stamps.com")],
        refreshes: true,
        expires: true,
    },
    Dialect {
        base: "stamps",
        settings: &[
            (OAUTH_PROFILE, "stamps"),
            (OAUTH_REQUEST_BODY, "form"),
            (OAUTH_REDIRECT_URI, "https://www.stamps.com"),
        ],
        refreshes: true,
        expires: true,
    },
    Dialect {
        base: "belladati",
        settings: &[(OAUTH_PROFILE, "belladati"), (OAUTH_REDIRECT_URI, REDIRECT)],
        refreshes: true,
        expires: true,
    },
    Dialect { base: "metamaps", settings: &[(OAUTH_PROFILE, "metamaps")], refreshes: true, expires: true },
    Dialect {
        base: "metamaps",
        settings: &[(OAUTH_PROFILE, "metamaps"), (OAUTH_REQUEST_BODY, "query")],
        refreshes: true,
        expires: true,
    },
    Dialect {
        base: "metamaps-real",
        settings: &[(OAUTH_PROFILE, "metamaps")],
        refreshes: false,
        expires: false,
    },
    Dialect {
        base: "github-form",
        settings: &[
            (OAUTH_AUTHORIZATION_ENDPOINT, "/login/oauth/authorize"),
            (OAUTH_TOKEN_ENDPOINT, "/login/oauth/access_token"),
            (OAUTH_CLIENT_AUTH, "client_secret_post"),
            (OAUTH_REDIRECT_URI, REDIRECT),
        ],
        refreshes: false,
        expires: false,
    },
    Dialect {
        base: "nested",
        settings: &[
            (OAUTH_AUTHORIZATION_ENDPOINT, "/authorize"),
            (OAUTH_TOKEN_ENDPOINT, "/token"),
            (OAUTH_REDIRECT_URI, REDIRECT),
            (OAUTH_RESPONSE_PATH, "authed_user"),
        ],
        refreshes: true,
        expires: true,
    },
];

#[test]
fn every_server_signs_in_calls_the_api_and_refreshes() {
    let _clock = CLOCK.lock();
    let mut table: Table<()> = Table::default();
    for https in [false, true] {
        let server = Server::start(Options { https, ..Options::default() }).unwrap();
        for dialect in DIALECTS {
            for carrier in [Carrier::Builtin, Carrier::Caller] {
                if https && carrier == Carrier::Caller {
                    continue; // this test's own HTTP speaks no TLS
                }
                let name = format!("{} https={https} {carrier:?}", dialect.base);
                table.row(&name, || whole_flow(&server, dialect, carrier));
            }
        }
    }
    table.end();
}

fn whole_flow(server: &Server, dialect: &Dialect, carrier: Carrier) {
    let client = client(server, dialect, carrier);
    let came_back = signed_in(server, &client);
    assert_eq!(run(carrier, &client, || client.exchange(&came_back)), 0, "{}", error_text());
    let first = header(carrier, &client);
    assert_eq!(api(server, dialect.base, &first), 200);
    assert_eq!(client.get(OAUTH_EXPIRES_AT).is_empty(), !dialect.expires);
    assert_eq!(client.get(OAUTH_REFRESH_TOKEN).is_empty(), !dialect.refreshes);

    // The same code again: refused here, before a server can take it for a theft.
    let before = server.counts(dialect.base).token_requests;
    assert_eq!(client.exchange(&came_back), OAUTH_ERROR_SEQUENCE);
    assert_eq!(server.counts(dialect.base).token_requests, before);

    if !dialect.refreshes {
        assert_eq!(client.refresh(), OAUTH_ERROR_SIGN_IN);
        assert_eq!(error_action(), OAUTH_ACTION_SIGN_IN);
        assert_eq!(header(carrier, &client), first, "what never expires is still good");
        return;
    }
    let old = client.get(OAUTH_REFRESH_TOKEN);
    assert_eq!(run(carrier, &client, || client.refresh()), 0, "{}", error_text());
    let second = header(carrier, &client);
    assert_ne!(first, second);
    assert_eq!(api(server, dialect.base, &second), 200);
    assert!(!client.get(OAUTH_REFRESH_TOKEN).is_empty());
    if dialect.base == "strict" {
        assert_ne!(client.get(OAUTH_REFRESH_TOKEN), old, "strict rotates");
    }

    // An API that says 401 is believed, once.
    server.revoke_access_tokens();
    assert_eq!(api(server, dialect.base, &second), 401);
    assert_eq!(client.rejected(), 0);
    let third = header(carrier, &client);
    assert_eq!(api(server, dialect.base, &third), 200);

    // Expiry: refreshed without being asked.
    oauth::system::testing::advance(100_000);
    server.advance(100_000);
    let fourth = header(carrier, &client);
    assert_ne!(third, fourth);
    assert_eq!(api(server, dialect.base, &fourth), 200);
}

/// RFC 8414: endpoints, and that `iss` is sent, are found by the issuer.
#[test]
fn an_issuer_suffices() {
    let _clock = CLOCK.lock(); // its tokens must not expire meanwhile
    let mut table: Table<()> = Table::default();
    for https in [false, true] {
        let server = Server::start(Options { https, ..Options::default() }).unwrap();
        for carrier in [Carrier::Builtin, Carrier::Caller] {
            if https && carrier == Carrier::Caller {
                continue; // this test's own HTTP speaks no TLS
            }
            table.row(&format!("https={https} {carrier:?}"), || {
                const NONE: Dialect =
                    Dialect { base: "strict", settings: &[], refreshes: true, expires: true };
                let client = client(&server, &NONE, carrier);
                client.must_set(OAUTH_BASE_URL, "");
                client.must_set(OAUTH_ISSUER, &server.base("strict"));
                client.must_set(OAUTH_REDIRECT_URI, REDIRECT);
                client.must_set(OAUTH_SCOPE, "read offline_access");
                assert!(run(carrier, &client, || client.build_url().0) > 0, "{}", error_text());
                let came_back = signed_in(&server, &client);
                let without = came_back.split("&iss=").next().unwrap();
                assert_eq!(client.exchange(without), OAUTH_ERROR_ISSUER, "{}", error_text());
                assert_eq!(run(carrier, &client, || client.exchange(&came_back)), 0, "{}", error_text());
                assert_eq!(api(&server, "strict", &header(carrier, &client)), 200);
                assert_eq!(run(carrier, &client, || client.refresh()), 0, "{}", error_text());
                let second = header(carrier, &client);
                assert_eq!(api(&server, "strict", &second), 200);
                assert_eq!(run(carrier, &client, || ffi::oauth_introspect(client.0)), 0, "{}", error_text());
                assert_eq!(run(carrier, &client, || ffi::oauth_revoke(client.0)), 0, "{}", error_text());
                assert_eq!(api(&server, "strict", &second), 401);
            });
        }
    }
    table.end();
}

/// Where a server revokes tokens, and what its API says to the access token then.
const REVOKING: &[(&str, &str, i32)] = &[
    ("strict", "/revoke", 401),
    ("stamps", "/oauth/revoke", 200), // until it expires
    ("metamaps", "/oauth/revoke", 401),
    ("metamaps-real", "/oauth/revoke", 401),
];

#[test]
fn what_is_revoked_is_of_no_use_to_anybody() {
    let _clock = CLOCK.lock(); // its tokens must not expire meanwhile
    let mut table: Table<()> = Table::default();
    for https in [false, true] {
        let server = Server::start(Options { https, ..Options::default() }).unwrap();
        for dialect in DIALECTS {
            let Some((_, path, status)) = REVOKING.iter().find(|(base, ..)| *base == dialect.base) else {
                continue;
            };
            for carrier in [Carrier::Builtin, Carrier::Caller] {
                if https && carrier == Carrier::Caller {
                    continue; // this test's own HTTP speaks no TLS
                }
                let body = dialect.settings.iter().find(|(property, _)| *property == OAUTH_REQUEST_BODY);
                let body = body.map_or("", |(_, body)| body);
                table.row(&format!("{} {body} https={https} {carrier:?}", dialect.base), || {
                    revoked(&server, dialect, carrier, path, *status);
                });
            }
        }
    }
    table.end();
}

fn revoked(server: &Server, dialect: &Dialect, carrier: Carrier, path: &str, status: i32) {
    let signed = client(server, dialect, carrier);
    signed.must_set(OAUTH_REVOCATION_ENDPOINT, path);
    let came_back = signed_in(server, &signed);
    assert_eq!(run(carrier, &signed, || signed.exchange(&came_back)), 0, "{}", error_text());
    let (header, record) = (header(carrier, &signed), signed.get(OAUTH_TOKEN_RECORD));
    assert_eq!(api(server, dialect.base, &header), 200);

    let revoke = || run(carrier, &signed, || oauth::ffi::oauth_revoke(signed.0));
    if dialect.base == "strict" {
        signed.must_set(OAUTH_CLIENT_SECRET, "not-the-secret");
        assert_eq!(revoke(), OAUTH_ERROR_INVALID_CLIENT, "{}", error_text());
        assert_eq!(signed.get(OAUTH_HTTP_STATUS), "401");
        assert_eq!(signed.header().1, header, "it is there");
        signed.must_set(OAUTH_CLIENT_SECRET, "demo-secret");
    }
    assert_eq!(revoke(), 0, "{}", error_text());
    assert_eq!(signed.header().0, OAUTH_ERROR_SIGN_IN);
    assert_eq!(signed.get(OAUTH_TOKEN_RECORD), "");
    assert_eq!(api(server, dialect.base, &header), status);

    // Who has kept the tokens elsewhere has nothing.
    let thief = client(server, dialect, carrier);
    thief.must_set(OAUTH_TOKEN_RECORD, &record);
    assert_eq!(run(carrier, &thief, || thief.refresh()), OAUTH_ERROR_SIGN_IN, "{}", error_text());
    assert_eq!(thief.get(OAUTH_ERROR) == "invalid_grant", dialect.refreshes, "{}", error_text());
    thief.must_set(OAUTH_REVOCATION_ENDPOINT, path);
    assert_eq!(run(carrier, &thief, || oauth::ffi::oauth_revoke(thief.0)), 0, "{}", error_text());
}

#[cfg(feature = "sign")]
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
#[cfg(feature = "sign")]
const P256: &str = include_str!("keys/p256.pem");
#[cfg(feature = "sign")]
const RSA: &str = include_str!("keys/rsa.pem");

#[cfg(feature = "sign")]
/// What `demo` shows who it is by, in the place of its secret in a header.
const SIGNING: &[(&str, &[(i32, &str)])] = &[
    ("an EC key", &[(OAUTH_CLIENT_SECRET, ""), (OAUTH_PRIVATE_KEY, P256)]),
    (
        "an RSA key, for the issuer",
        &[(OAUTH_CLIENT_SECRET, ""), (OAUTH_PRIVATE_KEY, RSA), (OAUTH_ASSERTION_AUDIENCE, "issuer")],
    ),
    ("its secret", &[(OAUTH_CLIENT_AUTH, "client_secret_jwt")]),
];

/// Sign-in, refresh and revocation, and without a person.
#[cfg(feature = "sign")]
#[test]
fn a_client_that_signs_is_known() {
    let _clock = CLOCK.lock();
    let mut table: Table<()> = Table::default();
    for https in [false, true] {
        let server = Server::start(Options { https, ..Options::default() }).unwrap();
        let real = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        server.advance(oauth::system::now().unsigned_abs().saturating_sub(real)); // as another test may have
        for carrier in [Carrier::Builtin, Carrier::Caller] {
            if https && carrier == Carrier::Caller {
                continue; // this test's own HTTP speaks no TLS
            }
            let signing = |set: &[(i32, &str)]| {
                let client = client(&server, &DIALECTS[0], carrier);
                client.must_set(OAUTH_ISSUER, &server.base("strict"));
                client.must_set(OAUTH_REVOCATION_ENDPOINT, "/revoke");
                set.iter().fold(client, |client, (property, text)| {
                    client.must_set(*property, text);
                    client
                })
            };
            for (name, set) in SIGNING {
                table.row(&format!("{name} https={https} {carrier:?}"), || {
                    let client = signing(set);
                    let came_back = signed_in(&server, &client);
                    assert_eq!(run(carrier, &client, || client.exchange(&came_back)), 0, "{}", error_text());
                    assert_eq!(run(carrier, &client, || client.refresh()), 0, "{}", error_text());
                    assert_eq!(api(&server, "strict", &header(carrier, &client)), 200);
                    let revoked = run(carrier, &client, || oauth::ffi::oauth_revoke(client.0));
                    assert_eq!(revoked, 0, "{}", error_text());
                    for grant in ["client_credentials", JWT_BEARER] {
                        if grant == JWT_BEARER && client.get(OAUTH_PRIVATE_KEY).is_empty() {
                            continue; // a secret signs no grant
                        }
                        let job = signing(set);
                        job.must_set(OAUTH_GRANT_TYPE, grant);
                        assert_eq!(api(&server, "strict", &header(carrier, &job)), 200, "{grant}");
                        let again = run(carrier, &job, || job.refresh());
                        assert_eq!(again, 0, "a jti of its own: {}", error_text());
                    }
                });
            }
            table.row(&format!("another's key https={https} {carrier:?}"), || {
                for grant in ["client_credentials", JWT_BEARER] {
                    let job = signing(&[
                        (OAUTH_CLIENT_SECRET, ""),
                        (OAUTH_GRANT_TYPE, grant),
                        (OAUTH_PRIVATE_KEY, include_str!("keys/p256_sec1.pem")),
                        (OAUTH_CLIENT_ID, "public"),
                    ]);
                    let refused = run(carrier, &job, || job.header().0);
                    let known = [OAUTH_ERROR_INVALID_CLIENT, OAUTH_ERROR_INVALID_GRANT];
                    assert!(known.contains(&refused), "{grant}: {refused} {}", error_text());
                    assert_eq!(error_action(), OAUTH_ACTION_FIX, "{}", error_text());
                }
            });
        }
    }
    table.end();
}

/// RFC 9126, at `/strict`.
#[test]
fn a_pushed_request_brings_its_person_back() {
    let _clock = CLOCK.lock();
    let mut table: Table<()> = Table::default();
    for https in [false, true] {
        let server = Server::start(Options { https, ..Options::default() }).unwrap();
        for carrier in [Carrier::Builtin, Carrier::Caller] {
            if https && carrier == Carrier::Caller {
                continue; // this test's own HTTP speaks no TLS
            }
            let pushing = || {
                let client = client(&server, &DIALECTS[0], carrier);
                client.must_set(OAUTH_PAR, "yes");
                client.must_set(OAUTH_PAR_ENDPOINT, "/par");
                client
            };
            let pushes = || server.counts("strict").pushes;
            table.row(&format!("https={https} {carrier:?}"), || {
                let (client, before) = (pushing(), pushes());
                let short = |capacity: i32| {
                    let mut buffer = [0; 16];
                    let pointer = buffer.as_mut_ptr();
                    unsafe { oauth::ffi::oauth_build_authorize_url(client.0, pointer, capacity) }
                };
                let length = run(carrier, &client, || short(0));
                assert_eq!(short(16), OAUTH_ERROR_BUFFER, "{}", error_text());
                let came_back = signed_in(&server, &client);
                assert_eq!(pushes() - before, 1, "a short buffer pushes nothing");
                assert_eq!(run(carrier, &client, || client.exchange(&came_back)), 0, "{}", error_text());
                assert_eq!(api(&server, "strict", &header(carrier, &client)), 200);
                // Another URL is another request.
                assert_eq!(run(carrier, &client, || short(0)), length);
                assert_eq!(pushes() - before, 2);
            });
            if carrier == Carrier::Builtin {
                table.row(&format!("forty threads, https={https}"), || {
                    let (client, before) = (pushing(), pushes());
                    let url = || client.authorize_url();
                    let urls = thread::scope(|scope| {
                        let threads: Vec<_> = (0..40).map(|_| scope.spawn(url)).collect();
                        threads.into_iter().map(|t| t.join().unwrap()).collect::<HashSet<_>>()
                    });
                    assert_eq!((urls.len(), pushes() - before), (40, 40));
                });
            }
            table.row(&format!("refused, https={https} {carrier:?}"), || {
                let client = pushing();
                client.must_set(OAUTH_CLIENT_SECRET, "not-the-secret");
                let refused = run(carrier, &client, || client.build_url().0);
                assert_eq!(refused, OAUTH_ERROR_INVALID_CLIENT, "{}", error_text());
                assert_eq!(
                    (client.get(OAUTH_HTTP_STATUS), client.get(OAUTH_STATE)),
                    ("401".into(), String::new())
                );
            });
        }
    }
    table.end();
}

#[test]
fn refusals_have_their_numbers() {
    let server = Server::start(Options::default()).unwrap();
    for carrier in [Carrier::Builtin, Carrier::Caller] {
        let dialect = &DIALECTS[0];

        let denied = client(&server, dialect, carrier);
        let person = SignIn { deny: true, ..SignIn::default() };
        let came_back = sign_in(&denied.authorize_url(), &person).unwrap();
        assert_eq!(denied.exchange(&came_back), OAUTH_ERROR_ACCESS_DENIED);
        assert_eq!(denied.get(OAUTH_ERROR), "access_denied");
        assert!(error_text().starts_with("access_denied"), "{}", error_text());

        let wrong = client(&server, dialect, carrier);
        wrong.must_set(OAUTH_CLIENT_SECRET, "not-the-secret");
        let came_back = signed_in(&server, &wrong);
        assert_eq!(run(carrier, &wrong, || wrong.exchange(&came_back)), OAUTH_ERROR_INVALID_CLIENT);
        assert_eq!(error_action(), OAUTH_ACTION_FIX);
        assert_eq!(wrong.get(OAUTH_HTTP_STATUS), "401");
        // A wrong secret burns no code: mended, the same one is good.
        wrong.must_set(OAUTH_CLIENT_SECRET, "demo-secret");
        assert_eq!(run(carrier, &wrong, || wrong.exchange(&came_back)), 0, "{}", error_text());

        let guessed = client(&server, dialect, carrier);
        guessed.authorize_url();
        assert_eq!(run(carrier, &guessed, || guessed.exchange("guessed")), OAUTH_ERROR_INVALID_GRANT);
        assert_eq!(error_action(), OAUTH_ACTION_SIGN_IN);

        // Another redirect URI than the URL had: the code is refused.
        let other = client(&server, dialect, carrier);
        let code = code_of(&signed_in(&server, &other)).unwrap();
        let thief = client(&server, dialect, carrier);
        thief.must_set(OAUTH_REDIRECT_URI, "http://127.0.0.1:9999/callback");
        thief.authorize_url();
        assert_eq!(run(carrier, &thief, || thief.exchange(&code)), OAUTH_ERROR_INVALID_GRANT);

        // A stolen refresh token ends the family; a person must sign in again and nothing is dropped.
        let (ours, theirs) = (client(&server, dialect, carrier), client(&server, dialect, carrier));
        let came_back = signed_in(&server, &ours);
        assert_eq!(run(carrier, &ours, || ours.exchange(&came_back)), 0);
        let came_back = signed_in(&server, &theirs);
        assert_eq!(run(carrier, &theirs, || theirs.exchange(&came_back)), 0);
        server.revoke_all();
        let kept = ours.get(OAUTH_REFRESH_TOKEN);
        assert_eq!(run(carrier, &ours, || ours.refresh()), OAUTH_ERROR_SIGN_IN);
        assert_eq!(ours.get(OAUTH_ERROR), "invalid_grant");
        assert_eq!(ours.get(OAUTH_REFRESH_TOKEN), kept);
    }
}

#[test]
fn faults_lose_nothing() {
    let _clock = CLOCK.lock();
    oauth::system::testing::hurry(true);
    let server = Server::start(Options::default()).unwrap();
    let cases: &[(&str, i32, i32)] = &[
        ("status=500", OAUTH_ERROR_UNAVAILABLE, OAUTH_ACTION_RETRY),
        ("status=503&retry_after=7", OAUTH_ERROR_UNAVAILABLE, OAUTH_ACTION_RETRY),
        ("status=429&retry_after=7", OAUTH_ERROR_UNAVAILABLE, OAUTH_ACTION_RETRY),
        ("html=1", OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX),
        ("empty=1", OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX),
        ("deep=100000", OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX),
        ("huge=2097152", OAUTH_ERROR_TOO_LARGE, OAUTH_ACTION_FIX),
        ("redirect=http://127.0.0.1:1/", OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX),
        ("reset=1", OAUTH_ERROR_DISCONNECTED, OAUTH_ACTION_RETRY),
    ];
    for (fault, code, action) in cases {
        let client = client(&server, &DIALECTS[0], Carrier::Builtin);
        let came_back = signed_in(&server, &client);
        // The code survives a fault that left it unspent.
        server.set_fault(Fault::parse(fault).unwrap());
        assert_eq!(client.exchange(&came_back), *code, "{fault}: {}", error_text());
        assert_eq!(error_action(), *action, "{fault}");
        if [OAUTH_ERROR_RESPONSE, OAUTH_ERROR_TOO_LARGE].contains(code)
            && client.get(OAUTH_HTTP_STATUS) == "200"
        {
            // A whole answer of success may have had tokens: the code is not sent again.
            assert_eq!(client.exchange(&came_back), OAUTH_ERROR_SEQUENCE, "{fault}: {}", error_text());
            assert_eq!(client.exchange(&signed_in(&server, &client)), 0, "{fault}: {}", error_text());
        } else {
            assert_eq!(client.exchange(&came_back), 0, "{fault}: {}", error_text());
        }
        let before = client.header();
        // A refresh survives what passes after a moment.
        server.set_fault(Fault::parse(fault).unwrap());
        let passes = *action == OAUTH_ACTION_RETRY;
        assert_eq!(client.refresh(), if passes { 0 } else { *code }, "{fault}");
        let before = if passes { client.header() } else { before };
        // The refresh token survives what does not, and a token that still lives is given out meanwhile.
        server.set_fault(Fault::parse(&format!("{fault}&count=0")).unwrap());
        assert_eq!(client.refresh(), *code, "{fault}");
        server.clear_faults();
        assert_eq!(client.header(), before, "{fault}");
        assert_eq!(client.refresh(), 0, "{fault}: {}", error_text());
    }
    for fault in ["duplicate=1", "wrong_types=1", "crlf=1", "cut=1", "drop=1"] {
        // Here the server has given tokens that nobody understood: the old ones stay as they were.
        let client = client(&server, &DIALECTS[0], Carrier::Builtin);
        let came_back = signed_in(&server, &client);
        assert_eq!(client.exchange(&came_back), 0);
        let (header, token) = (client.header(), client.get(OAUTH_REFRESH_TOKEN));
        server.set_fault(Fault::parse(&format!("{fault}&count=0")).unwrap());
        let code = client.refresh();
        // Where it is tried again this server takes it for a theft: the only new refresh token is lost.
        assert!(
            [OAUTH_ERROR_RESPONSE, OAUTH_ERROR_DISCONNECTED, OAUTH_ERROR_SIGN_IN].contains(&code),
            "{fault}: {code}"
        );
        if code == OAUTH_ERROR_SIGN_IN {
            assert!(error_text().contains("the answer to an earlier refresh"), "{}", error_text());
        }
        assert_eq!((client.header(), client.get(OAUTH_REFRESH_TOKEN)), (header, token), "{fault}");
        server.clear_faults();
    }
    oauth::system::testing::hurry(false);
}

#[test]
fn certificates_are_checked() {
    use practice_server::Certificate;
    let dialect = &DIALECTS[0];
    for (certificate, trusted) in
        [(Certificate::Good, false), (Certificate::WrongHost, true), (Certificate::Expired, true)]
    {
        let options = Options { https: true, certificate, ..Options::default() };
        let server = Server::start(options).unwrap();
        let client = client(&server, dialect, Carrier::Builtin);
        if !trusted {
            client.must_set(OAUTH_CA_FILE, "");
        }
        client.authorize_url();
        assert_eq!(client.exchange("a-code"), OAUTH_ERROR_TLS, "{certificate:?}: {}", error_text());
        assert_eq!(server.counts("strict").token_requests, 0);
    }
    let options = Options { https: true, require_client_cert: true, ..Options::default() };
    let server = Server::start(options).unwrap();
    let client = client(&server, dialect, Carrier::Builtin);
    client.must_set(OAUTH_CLIENT_CERT_FILE, server.client_cert_file().to_str().unwrap());
    client.must_set(OAUTH_CLIENT_KEY_FILE, server.client_key_file().to_str().unwrap());
    let person = SignIn {
        ca_file: Some(server.ca_file().to_owned()),
        client_cert: Some((server.client_cert_file().to_owned(), server.client_key_file().to_owned())),
        ..SignIn::default()
    };
    let came_back = sign_in(&client.authorize_url(), &person).unwrap();
    assert_eq!(client.exchange(&came_back), 0, "{}", error_text());
    for (property, file) in [
        (OAUTH_CA_FILE, "/nonexistent.pem"),
        (OAUTH_CA_FILE, "/etc/passwd"),
        (OAUTH_CLIENT_KEY_FILE, "/etc/passwd"),
        (OAUTH_CLIENT_CERT_FILE, "/nonexistent.pem"),
    ] {
        let before = client.get(property);
        client.must_set(property, file);
        assert_eq!(client.refresh(), OAUTH_ERROR_CERTIFICATE, "{file}: {}", error_text());
        assert!(error_text().contains(file), "{}", error_text());
        client.must_set(property, &before);
    }
    assert_eq!(client.refresh(), 0, "{}", error_text());
}

/// Certificates are renewed in place: a client that has begun with the old one goes on with the new one.
#[test]
fn certificates_that_are_replaced_are_read_again() {
    let start =
        || Server::start(Options { https: true, require_client_cert: true, ..Options::default() }).unwrap();
    let (server, other) = (start(), start());
    let folder = scratch::folder("certificates");
    let (certificate, key) = (folder.join("client.pem"), folder.join("client.key"));
    let put = |from: &Server| {
        std::fs::copy(from.client_cert_file(), &certificate).unwrap();
        std::fs::copy(from.client_key_file(), &key).unwrap();
    };
    let client = client(&server, &DIALECTS[0], Carrier::Builtin);
    client.must_set(OAUTH_CLIENT_CERT_FILE, certificate.to_str().unwrap());
    client.must_set(OAUTH_CLIENT_KEY_FILE, key.to_str().unwrap());
    client.must_set(OAUTH_GRANT_TYPE, "client_credentials");
    put(&other);
    assert_eq!(client.header().0, OAUTH_ERROR_TLS, "{}", error_text());
    put(&server);
    assert!(client.header().0 > 0, "{}", error_text());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_stored_token_outlives_its_client() {
    let server = Server::start(Options::default()).unwrap();
    let folder = scratch::folder("flows");
    let store = format!("file:{}", folder.join("store").display());
    let first = client(&server, &DIALECTS[0], Carrier::Builtin);
    first.must_set(OAUTH_STORE, &store);
    let came_back = signed_in(&server, &first);
    assert_eq!(first.exchange(&came_back), 0, "{}", error_text());
    let header = first.header();

    let second = client(&server, &DIALECTS[0], Carrier::Builtin);
    second.must_set(OAUTH_STORE, &store);
    let before = server.connections();
    assert_eq!(second.header(), header);
    assert_eq!(server.connections(), before, "no network");
    // The second refreshes; the first learns of it when it needs one, and does not use the old refresh token.
    assert_eq!(second.refresh(), 0, "{}", error_text());
    assert_eq!(first.rejected(), 0);
    assert_eq!(first.header(), second.header());
    assert_eq!(server.counts("strict").refreshes, 1);
    assert_eq!(first.refresh(), 0, "{}", error_text());

    let other = client(&server, &DIALECTS[0], Carrier::Builtin);
    other.must_set(OAUTH_STORE, &store);
    other.must_set(OAUTH_ACCOUNT, "somebody else");
    assert_eq!(other.header().0, OAUTH_ERROR_SIGN_IN);
    std::fs::remove_dir_all(&folder).unwrap();
}

fn client(server: &Server, dialect: &Dialect, carrier: Carrier) -> Client {
    let client = Client::with(dialect.settings);
    client.must_set(OAUTH_BASE_URL, &server.base(dialect.base));
    client.must_set(OAUTH_CLIENT_ID, "demo");
    client.must_set(OAUTH_CLIENT_SECRET, "demo-secret");
    if server.url().starts_with("https") {
        client.must_set(OAUTH_CA_FILE, server.ca_file().to_str().unwrap());
    }
    if carrier == Carrier::Caller {
        client.must_set(OAUTH_HTTP, "caller");
    }
    client
}

/// Where the browser was sent after the person said yes.
fn signed_in(server: &Server, client: &Client) -> String {
    let ca_file = server.url().starts_with("https").then(|| server.ca_file().to_owned());
    sign_in(&client.authorize_url(), &SignIn { ca_file, ..SignIn::default() }).unwrap()
}

fn api(server: &Server, base: &str, header: &str) -> i32 {
    if let Some(ca) = server.url().starts_with("https").then(|| server.ca_file()) {
        // The library's own transport is the only TLS client here: curl looks from outside.
        let output = std::process::Command::new("curl")
            .args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert"])
            .arg(ca)
            .args(["-H", header, &format!("{}/api/me", server.base(base))])
            .output()
            .expect("curl (Debian package curl)");
        return String::from_utf8(output.stdout).unwrap().parse().unwrap();
    }
    send("GET", &format!("{}/api/me", server.base(base)), &format!("{header}\r\n"), "").0
}
