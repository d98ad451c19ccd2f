//! Texts out: every size of buffer for every text, and nothing lost when it is too small.

use crate::common::{error_text, out, properties, setting_numbers, Client, RESULT_NUMBERS};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use practice_server::{sign_in as sign_in_at, Options, Server, SignIn};
use std::ffi::c_char;
use std::ptr;

/// A text and the call that gives it.
struct TextOut<'a> {
    name: String,
    call: Box<dyn Fn(*mut c_char, i32) -> i32 + 'a>,
    /// Whether it reports the last error, and so does not change it.
    is_quiet: bool,
}

impl TextOut<'_> {
    /// Whether it is another text each time, of the same length: a state and a nonce are drawn at random.
    fn is_fresh(&self) -> bool {
        let record = format!("oauth_get {OAUTH_TOKEN_RECORD}");
        ["oauth_build_authorize_url", "oauth_end_session_url", &record].contains(&self.name.as_str())
    }
}

#[test]
fn the_table_has_every_function_that_gives_a_text() {
    let all: Vec<String> = texts_out(0, 0).into_iter().map(|text| text.name).collect();
    let has_row = |name: &str| all.iter().any(|text| text.split(' ').next() == Some(name));
    let mut table = Table::default();
    for name in functions_with(|parameter| parameter.starts_with("char *")) {
        table.row(name, || assert!(has_row(name), "has no row in texts_out"));
    }
    table.end();
}

#[test]
fn a_buffer_of_any_size_holds_the_whole_text_or_an_empty_one() {
    let (full, waiting) = (everything_set(), client());
    waiting.authorize_url();
    fails(waiting.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "HTTP");
    let mut table = Table::default();
    for text in texts_out(full.0, waiting.0) {
        table.row(&text.name, || every_size(&text));
    }
    table.row("all is still there", || {
        gives(&full, "1");
        assert_eq!(answer_token(&waiting, "2"), 0, "{}", error_text());
        gives(&waiting, "2");
    });
    table.end();
}

fn every_size(text: &TextOut) {
    const GUARD: usize = 16;
    const UNTOUCHED: u8 = 0xa5;
    // For oauth_error_text there must be something to say.
    fails(ffi::oauth_client_close(-5), OAUTH_ERROR_HANDLE, "-5");
    let (length, whole) = out(&text.call);
    assert!(length >= 0, "{length}: {}", error_text());
    let length = usize::try_from(length).unwrap();
    for capacity in 0..=length + 2 {
        let mut memory = vec![UNTOUCHED; GUARD + capacity + GUARD];
        let answer = (text.call)(memory[GUARD..].as_mut_ptr().cast(), i32::try_from(capacity).unwrap());
        let (before, rest) = memory.split_at(GUARD);
        let (buffer, after) = rest.split_at(capacity);
        let intact = |bytes: &[u8]| bytes.iter().all(|b| *b == UNTOUCHED);
        assert!(intact(before) && intact(after), "capacity {capacity}: wrote outside of the buffer");
        if capacity == 0 {
            assert_eq!(answer, i32::try_from(length).unwrap(), "a capacity of 0 asks for the length");
        } else if capacity <= length {
            assert_eq!(answer, OAUTH_ERROR_BUFFER, "capacity {capacity} for a length of {length}");
            assert!(buffer[0] == 0 && intact(&buffer[1..]), "capacity {capacity}: not an empty text");
            if !text.is_quiet {
                fails(answer, OAUTH_ERROR_BUFFER, &format!("{} bytes are needed", length + 1));
            }
        } else {
            assert_eq!(answer, i32::try_from(length).unwrap(), "capacity {capacity}: {}", error_text());
            assert!(buffer[length] == 0 && intact(&buffer[length + 1..]), "capacity {capacity}: no NUL");
            assert!(
                text.is_fresh() || &buffer[..length] == whole.as_bytes(),
                "capacity {capacity}: another text"
            );
        }
    }
    for (buffer, capacity, code) in [
        (true, -1, OAUTH_ERROR_LENGTH),
        (true, -2, OAUTH_ERROR_LENGTH),
        (true, i32::MIN, OAUTH_ERROR_LENGTH),
        (false, -1, OAUTH_ERROR_LENGTH),
        (false, 1, OAUTH_ERROR_NULL),
        (false, i32::MAX, OAUTH_ERROR_NULL),
    ] {
        let mut memory = [UNTOUCHED; 64];
        let start = if buffer { memory.as_mut_ptr().cast() } else { ptr::null_mut() };
        let answer = (text.call)(start, capacity);
        assert_eq!(answer, code, "capacity {capacity}");
        assert_eq!(memory, [UNTOUCHED; 64], "capacity {capacity}");
        if !text.is_quiet {
            let says = if code == OAUTH_ERROR_NULL { "null pointer" } else { "capacity" };
            fails(answer, code, says);
        }
    }
    let null = (text.call)(ptr::null_mut(), 0);
    assert_eq!(null, i32::try_from(length).unwrap(), "no buffer and a capacity of 0 ask for the length");
}

#[test]
fn whatever_goes_wrong_the_buffer_does_not_keep_yesterdays_text() {
    let (empty, closed) = (Client::new(), client().0);
    let mut table = Table::default();
    for (which, handle) in [("no such client", closed), ("nothing there", empty.0)] {
        for text in texts_out(handle, handle).into_iter().filter(|t| !t.is_quiet) {
            table.row(&format!("{which}: {}", text.name), || {
                let mut buffer = *b"yesterday's\0";
                let answer = (text.call)(buffer.as_mut_ptr().cast(), 12);
                if answer < 0 {
                    assert_eq!(buffer[0], 0, "{answer}, and the buffer has the old text");
                }
            });
        }
    }
    table.end();
}

#[test]
fn a_url_that_did_not_fit_was_not_made() {
    let client = client();
    let mut buffer = [0_u8; 20];
    for capacity in [0, 1, 20] {
        unsafe { ffi::oauth_build_authorize_url(client.0, buffer.as_mut_ptr().cast(), capacity) };
        assert_eq!(client.get(OAUTH_STATE), "");
    }
    // Nor does it push out one of the eight that are remembered.
    let url = client.authorize_url();
    let state = client.get(OAUTH_STATE);
    assert!(url.contains(&format!("state={state}")));
    for _ in 0..20 {
        let answer = unsafe { ffi::oauth_build_authorize_url(client.0, buffer.as_mut_ptr().cast(), 20) };
        fails(answer, OAUTH_ERROR_BUFFER, "too small");
    }
    assert_eq!(client.get(OAUTH_STATE), state);
    fails(client.exchange(&format!("?code=SECRET&state={state}")), OAUTH_HTTP_NEEDED, "HTTP");
}

#[test]
fn a_rotated_refresh_token_survives_a_short_buffer() {
    if !own_process("buffers::a_rotated_refresh_token_survives_a_short_buffer") {
        return;
    }
    let server = Server::start(Options::default()).unwrap();
    let folder = Folder::new();
    let connect = || {
        let client = strict_client(&server);
        client.must_set(OAUTH_STORE, &folder.setting());
        client
    };
    let client = connect();
    let came_back = sign_in_at(&client.authorize_url(), &SignIn::default()).unwrap();
    assert_eq!(client.exchange(&came_back), 0, "{}", error_text());
    let short = |call: unsafe extern "C" fn(i32, *mut c_char, i32) -> i32, capacity: i32| {
        let mut buffer = [b'x'; 16];
        let answer = unsafe { call(client.0, buffer.as_mut_ptr().cast(), capacity) };
        (answer, buffer[0])
    };
    let calls: [(&str, unsafe extern "C" fn(i32, *mut c_char, i32) -> i32); 2] =
        [("oauth_bearer_header", ffi::oauth_bearer_header), ("oauth_access_token", ffi::oauth_access_token)];
    let mut refreshes = 0;
    for (name, call) in calls {
        for first in [0, 1, 16] {
            let old = client.get(OAUTH_REFRESH_TOKEN);
            oauth::system::testing::advance(100_000);
            server.advance(100_000);
            let (answer, start) = short(call, first);
            match first {
                0 => assert!(answer > 16, "{name}, capacity 0: {answer} {}", error_text()),
                _ => assert_eq!((answer, start), (OAUTH_ERROR_BUFFER, 0), "{name}: {}", error_text()),
            }
            refreshes += 1;
            for capacity in 1..=16 {
                assert_eq!(short(call, capacity), (OAUTH_ERROR_BUFFER, 0), "{name}");
            }
            let (length, text) = out(|b, c| unsafe { call(client.0, b, c) });
            assert!(length > 16, "{name}: {length} {}", error_text());
            assert!(text.ends_with(&client.get(OAUTH_ACCESS_TOKEN)), "{name}");
            assert_eq!(server.counts("strict").refreshes, refreshes, "{name}: refreshed just once");
            assert_eq!(server.counts("strict").refused, 0, "{name}");
            let new = client.get(OAUTH_REFRESH_TOKEN);
            assert!(!new.is_empty() && new != old, "{name}: strict rotates");
            assert_eq!(connect().get(OAUTH_REFRESH_TOKEN), new, "{name}: it is in the store");
        }
    }
}

#[test]
fn with_the_callers_own_http_a_short_buffer_loses_nothing_either() {
    let client = holder("old");
    assert_eq!(client.rejected(), 0);
    let mut buffer = [b'x'; 4];
    for capacity in [0, 4] {
        let answer = unsafe { ffi::oauth_bearer_header(client.0, buffer.as_mut_ptr().cast(), capacity) };
        fails(answer, OAUTH_HTTP_NEEDED, "HTTP");
    }
    assert_eq!(buffer[0], 0);
    let length = answer_token(&client, "new");
    let answer = unsafe { ffi::oauth_bearer_header(client.0, buffer.as_mut_ptr().cast(), 4) };
    fails(answer, OAUTH_ERROR_BUFFER, &format!("{} bytes", length + 1));
    gives(&client, "new");
    assert_eq!(client.get(OAUTH_REFRESH_TOKEN), "SECRET-refresh-new");
}

/// Keys, proofs and registration.
const MORE: &[(i32, &str)] = &[
    (OAUTH_DPOP_ALG, "ES384"),
    (OAUTH_REGISTRATION_ENDPOINT, "/register"),
    (OAUTH_CLIENT_METADATA, "{}"),
    (OAUTH_INITIAL_ACCESS_TOKEN, "SECRET-5"),
    (OAUTH_PRIVATE_KEY, "env:NO_SUCH_NAME"),
    (OAUTH_PRIVATE_KEY_PASSWORD, "SECRET"),
    (OAUTH_KEY_CERTIFICATE, "file:cert.pem"),
    (OAUTH_KEY_ID, "1"),
    (OAUTH_SIGNING_ALG, "PS256"),
    (OAUTH_ASSERTION_CLAIMS, "sub=anne"),
    (OAUTH_ASSERTION_AUDIENCE, "issuer"),
];

/// A client with a token, of which every property has a text.
fn everything_set() -> Client {
    let client = client_with(&[
        (OAUTH_SERVICE_ACCOUNT, r#"{"clientid":"c","clientsecret":"SECRET","url":"https://a.b"}"#),
        (OAUTH_GRANT_TYPE, "authorization_code"),
        (OAUTH_PROFILE, "metamaps"),
        (OAUTH_BASE_URL, "https://as.example"),
        (OAUTH_ISSUER, "https://as.example"),
        (OAUTH_REFRESH_ENDPOINT, "/refresh"),
        (OAUTH_REVOCATION_ENDPOINT, "/revoke"),
        (OAUTH_INTROSPECTION_ENDPOINT, "/introspect"),
        (OAUTH_METADATA_URL, "/metadata"),
        (OAUTH_JWKS_URI, "/keys"),
        (OAUTH_USERINFO_ENDPOINT, "/me"),
        (OAUTH_END_SESSION_ENDPOINT, "/end"),
        (OAUTH_POST_LOGOUT_REDIRECT_URI, "https://app.example/bye"),
        (OAUTH_ID_TOKEN_ALG, "ES256 EdDSA"),
        (OAUTH_CLOCK_SKEW, "10"),
        (OAUTH_ALLOW_UNSUPPORTED, "yes"),
        (OAUTH_DEVICE_ENDPOINT, "/device"),
        (OAUTH_DEVICE_PARAMS, "tenant=SECRET"),
        (OAUTH_CIBA_ENDPOINT, "/ciba"),
        (OAUTH_BINDING_MESSAGE, "W4SCT"),
        (OAUTH_CIBA_PARAMS, "user_code=SECRET"),
        (OAUTH_CLIENT_AUTH, "client_secret_post"),
        (OAUTH_SCOPE, "read write"),
        (OAUTH_AUTHORIZE_PARAMS, "prompt=consent&nonce=n-0S6_WzA2Mj"),
        (OAUTH_TOKEN_PARAMS, "tenant=SECRET-1"),
        (OAUTH_REFRESH_PARAMS, "tenant=SECRET-2"),
        (OAUTH_ALLOW_REDIRECT_URI, "http"),
        (OAUTH_ACCOUNT, "M\u{fc}ller"),
        (OAUTH_STORE_KEY, "SECRET/key/0000000000000000000000000000000A"),
        (OAUTH_STORE_OLD_KEY, "SECRET/old/key/000000000000000000000000000A"),
        (OAUTH_MIN_VALID, "60"),
        (OAUTH_ASSUME_EXPIRES_IN, "600"),
        (OAUTH_CA_FILE, "/etc/ca.pem"),
        (OAUTH_CLIENT_CERT_FILE, "cert.pem"),
        (OAUTH_CLIENT_KEY_FILE, "key.pem"),
        (OAUTH_PROXY, "http://user:SECRET@proxy.example:8080"),
        (OAUTH_USERNAME, "anne"),
        (OAUTH_PASSWORD, "SECRET-3"),
        (OAUTH_ASSERTION, "SECRET-4"),
        (OAUTH_AUDIENCE, "https://api.example"),
        (OAUTH_RESOURCE, "https://api.example/a"),
        (OAUTH_TOKEN_HEADERS, "X-Api-Key: SECRET"),
        (OAUTH_AUTHORIZE_NAMES, "client_id=app_id"),
        (OAUTH_TOKEN_NAMES, "client_id=app_id"),
        (OAUTH_REFRESH_NAMES, "client_id=app_id"),
        (OAUTH_REDIRECT_NAMES, "error=err"),
        (OAUTH_TOKEN_HOSTS, "eu.as.example"),
        (OAUTH_TOKEN_HOST_PARAM, "accounts-server"),
        (OAUTH_REFRESH_AUTH, "none"),
        (OAUTH_PROMPT, "login"),
        (OAUTH_MAX_AGE, "60"),
        (OAUTH_LOGIN_HINT, "anne"),
        (OAUTH_CLAIMS, r#"{"userinfo":{"email":null}}"#),
        (OAUTH_AUTHORIZATION_DETAILS, r#"[{"type":"account"}]"#),
        (OAUTH_RESPONSE_MODE, "query"),
        (OAUTH_PAR_ENDPOINT, "/par"),
    ]);
    for (property, text) in MORE {
        client.must_set(*property, text);
    }
    client.must_set(OAUTH_DPOP, if SIGNS { "yes" } else { "no" });
    assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
    fails(ffi::oauth_device_start(client.0), OAUTH_HTTP_NEEDED, "HTTP");
    let asked = "{\"device_code\":\"SECRET\",\"user_code\":\"WDJB-MJHT\",\"expires_in\":1800,\
                 \"verification_uri\":\"https://as.example/device\",\
                 \"verification_uri_complete\":\"https://as.example/device?user_code=WDJB-MJHT\"}";
    assert_eq!(
        client.respond(200, "Content-Type: application/json\r\n", asked.as_bytes()),
        0,
        "{}",
        error_text()
    );
    fails(client.refresh(), OAUTH_HTTP_NEEDED, "HTTP");
    let refused = "{\"error\":\"temporarily_unavailable\",\"error_description\":\"at night\",\
                   \"error_uri\":\"https://as.example/help\"}";
    let answer = client.respond(503, "Retry-After: 120\r\n", refused.as_bytes());
    fails_and_asks_for(answer, OAUTH_ERROR_TEMP_UNAVAILABLE, "temporarily", OAUTH_ACTION_RETRY);
    for (property, text) in [
        (OAUTH_RESPONSE_PATH, "data"),
        (OAUTH_RESPONSE_NAMES, "access_token=jwt"),
        (OAUTH_ERROR_PATH, "code"),
        (OAUTH_ERROR_TEXT_PATH, "text"),
        (OAUTH_SIGN_IN_ERRORS, "1001"),
        (OAUTH_REFRESH_WINDOW, "60"),
    ] {
        client.must_set(property, text);
    }
    let (n, url) = out(|b, n| unsafe { ffi::oauth_end_session_url(client.0, b, n) });
    assert!(n > 0 && url.contains("state="), "{url}");
    for property in all_properties() {
        let is_empty = client.get(property).is_empty();
        assert!(!is_empty || property == OAUTH_DPOP_JKT && !SIGNS, "{property}");
    }
    client
}

/// Whether this build has keys for tokens.
const SIGNS: bool = cfg!(feature = "sign");

/// Settings and results.
fn all_properties() -> Vec<i32> {
    properties(setting_numbers().chain(RESULT_NUMBERS))
}

/// Every text that one client, and one whose request waits, can give.
fn texts_out<'a>(client: i32, waiting: i32) -> Vec<TextOut<'a>> {
    let text =
        |name: String, call: Box<dyn Fn(*mut c_char, i32) -> i32>| TextOut { name, call, is_quiet: false };
    let mut all = Vec::new();
    for property in all_properties() {
        let call = move |b, n| unsafe { ffi::oauth_get(client, property, b, n) };
        all.push(text(format!("oauth_get {property}"), Box::new(call)));
    }
    for part in 201..=204 {
        let call = move |b, n| unsafe { ffi::oauth_http_request(waiting, part, b, n) };
        all.push(text(format!("oauth_http_request {part}"), Box::new(call)));
    }
    let call =
        move |b, n| unsafe { ffi::oauth_field(client, OAUTH_FIELD_TOKEN, c"scope".as_ptr(), -1, b, n) };
    all.push(text("oauth_field".to_owned(), Box::new(call)));
    let call = move |b, n| unsafe { ffi::oauth_build_authorize_url(client, b, n) };
    all.push(text("oauth_build_authorize_url".to_owned(), Box::new(call)));
    let call = move |b, n| unsafe { ffi::oauth_end_session_url(client, b, n) };
    all.push(text("oauth_end_session_url".to_owned(), Box::new(call)));
    let call = move |b, n| unsafe { ffi::oauth_bearer_header(client, b, n) };
    all.push(text("oauth_bearer_header".to_owned(), Box::new(call)));
    let call = move |b, n| unsafe { ffi::oauth_access_token(client, b, n) };
    all.push(text("oauth_access_token".to_owned(), Box::new(call)));
    let call = move |b, n| unsafe { ffi::oauth_sasl_response(client, OAUTH_SASL_OAUTHBEARER, b, n) };
    all.push(text("oauth_sasl_response".to_owned(), Box::new(call)));
    let call = move |b, n| unsafe {
        let (method, url) = (c"GET".as_ptr(), c"https://api.example/".as_ptr());
        ffi::oauth_request_headers(client, method, -1, url, -1, b, n)
    };
    all.push(text("oauth_request_headers".to_owned(), Box::new(call)));
    let call = move |b, n| unsafe { ffi::oauth_accounts(client, 1, b, n) };
    all.push(text("oauth_accounts".to_owned(), Box::new(call)));
    let call = |b, n| unsafe { ffi::oauth_error_text(b, n) };
    all.push(TextOut { is_quiet: true, ..text("oauth_error_text".to_owned(), Box::new(call)) });
    let call = |b, n| unsafe { ffi::oauth_version(b, n) };
    all.push(TextOut { is_quiet: true, ..text("oauth_version".to_owned(), Box::new(call)) });
    all
}
