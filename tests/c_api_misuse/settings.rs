//! Settings: what makes no sense is refused and changes nothing; what is taken comes back as it was.

use crate::common::{error_text, properties, setting_numbers, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;

/// For each setting one text that it takes, as it comes back, and as it is unset.
const GOOD: &[(i32, &str, &str)] = &[
    (OAUTH_PROFILE, "metamaps", ""),
    (OAUTH_BASE_URL, "https://as.example/tenant", ""),
    (OAUTH_ISSUER, "https://as.example", ""),
    (OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/authorize:new?a=b#c", ""),
    (OAUTH_TOKEN_ENDPOINT, "/token", ""),
    (OAUTH_REFRESH_ENDPOINT, "http://127.0.0.1:8080/refresh", ""),
    (OAUTH_CLIENT_ID, "M\u{fc}ller & \"Co\"", ""),
    (OAUTH_CLIENT_SECRET, "SECRET: %+&=", ""),
    (OAUTH_CLIENT_AUTH, "client_secret_post", ""),
    (OAUTH_BASIC_ENCODING, "percent", "form"),
    (OAUTH_REQUEST_BODY, "json", "form"),
    (OAUTH_REDIRECT_URI, "urn:ietf:wg:oauth:2.0:oob", ""),
    (OAUTH_SCOPE, "read write", ""),
    (OAUTH_SCOPE_SEPARATOR, "comma", "space"),
    (OAUTH_RESPONSE_TYPE, "CODE", "code"),
    (OAUTH_PKCE, "plain", "S256"),
    (OAUTH_AUTHORIZE_PARAMS, "prompt=consent&a=%20", ""),
    (OAUTH_TOKEN_PARAMS, "tenant=SECRET", ""),
    (OAUTH_REFRESH_PARAMS, "tenant=SECRET", ""),
    (OAUTH_RESPONSE_PATH, "body.token", ""),
    (OAUTH_EXPIRES_IN_UNIT, "milliseconds", "seconds"),
    (OAUTH_STORE, "file:some/folder", "memory:"),
    (OAUTH_ACCOUNT, "anne's", ""),
    (OAUTH_MIN_VALID, "0", ""),
    (OAUTH_TIMEOUT, "3600", "30"),
    (OAUTH_CA_FILE, "ca.pem", ""),
    (OAUTH_CLIENT_CERT_FILE, "/etc/cert.pem", ""),
    (OAUTH_CLIENT_KEY_FILE, "../key.pem", ""),
    (OAUTH_PROXY, "http://user:SECRET@proxy.example:8080", "none"),
    (OAUTH_HTTP, "caller", "builtin"),
    (OAUTH_ALLOW_HTTP, "yes", "no"),
    (OAUTH_STORE_KEY, "env:OAUTH_KEY", ""),
    (OAUTH_STORE_OLD_KEY, "SECRET/key/0000000000000000000000000000000A", ""),
    (OAUTH_LOCK_TIMEOUT, "0", "60"),
    (OAUTH_ASSUME_EXPIRES_IN, "3600", ""),
    (OAUTH_PENDING_EXPIRES_IN, "60", "172800"),
    (OAUTH_REVOCATION_ENDPOINT, "/revoke", ""),
    (OAUTH_INTROSPECTION_ENDPOINT, "/introspect", ""),
    (OAUTH_METADATA_URL, "/metadata", ""),
    (OAUTH_DPOP, "required", "no"),
    (OAUTH_DPOP_ALG, "EdDSA", "ES256"),
    (OAUTH_JWKS_URI, "/keys", ""),
    (OAUTH_USERINFO_ENDPOINT, "/me", ""),
    (OAUTH_END_SESSION_ENDPOINT, "/end", ""),
    (OAUTH_POST_LOGOUT_REDIRECT_URI, "https://app.example/bye", ""),
    (OAUTH_ID_TOKEN_ALG, "ES256 EdDSA", ""),
    (OAUTH_CLOCK_SKEW, "10", "60"),
    (OAUTH_ALLOW_UNSUPPORTED, "yes", "no"),
    (OAUTH_DEVICE_ENDPOINT, "/device", ""),
    (OAUTH_QR_STYLE, "plain", "blocks"),
    (OAUTH_QR_LINES, "12", "24"),
    (OAUTH_DEVICE_PARAMS, "tenant=SECRET", ""),
    (OAUTH_CIBA_ENDPOINT, "/ciba", ""),
    (OAUTH_BINDING_MESSAGE, "W4SCT", ""),
    (OAUTH_CIBA_PARAMS, "acr_values=mfa", ""),
    (OAUTH_REQUIRE_ISS, "yes", "no"),
    (OAUTH_ALLOW_REDIRECT_URI, "http javascript", ""),
    (OAUTH_STORE_ALLOW_PLAIN, "yes", "no"),
    (OAUTH_SERVICE_ACCOUNT, "{\"clientid\":\"c\",\"clientsecret\":\"SECRET\",\"url\":\"https://a.b\"}", ""),
    (OAUTH_PRIVATE_KEY, "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n", ""),
    (OAUTH_PRIVATE_KEY_PASSWORD, "SECRET: env", ""),
    (OAUTH_KEY_ID, "key 1", ""),
    (OAUTH_SIGNING_ALG, "EdDSA", ""),
    (OAUTH_ASSERTION_CLAIMS, "sub=me@example.com", ""),
    (OAUTH_ASSERTION_AUDIENCE, "issuer", ""),
    (OAUTH_ASSERTION_EXPIRES_IN, "60", "300"),
    (OAUTH_KEY_CERTIFICATE, "file:cert.pem", ""),
    (OAUTH_REFRESH_AUTH, "none", ""),
    (OAUTH_GRANT_TYPE, "client_credentials", "authorization_code"),
    (OAUTH_USERNAME, "anne@example.com", ""),
    (OAUTH_PASSWORD, "p %+&=", ""),
    (OAUTH_ASSERTION, "eyJhbGciOiJub25lIn0.e30.", ""),
    (OAUTH_AUDIENCE, "https://api.example/v2", ""),
    (OAUTH_RESOURCE, "https://api.example/a https://api.example/b", ""),
    (OAUTH_TOKEN_HEADERS, "X-Api-Key: SECRET\r\nAccept: */*", ""),
    (OAUTH_AUTHORIZE_NAMES, "client_id=app%26id&state=customField", ""),
    (OAUTH_TOKEN_NAMES, "client_id=client_key&grant_type=", ""),
    (OAUTH_REFRESH_NAMES, "refresh_token=token", ""),
    (OAUTH_QUERY_IN_FRAGMENT, "yes", "no"),
    (OAUTH_RESPONSE_NAMES, "access_token=accessJwt&scope=", ""),
    (OAUTH_EXPIRES_FROM_JWT, "yes", "no"),
    (OAUTH_ERROR_PATH, "status.code", ""),
    (OAUTH_ERROR_TEXT_PATH, "status.text", ""),
    (OAUTH_SIGN_IN_ERRORS, "1001 not%20now", ""),
    (OAUTH_REFRESH_PROLONGS, "yes", "no"),
    (OAUTH_REFRESH_WINDOW, "30", ""),
    (OAUTH_REDIRECT_NAMES, "code=spapi_oauth_code&state=payload", ""),
    (OAUTH_REFRESH_VERIFIER, "yes", "no"),
    (OAUTH_TOKEN_HOSTS, "accounts.example.eu  10.0.0.1 localhost", ""),
    (OAUTH_TOKEN_HOST_PARAM, "accounts-server", ""),
    (OAUTH_PROMPT, "login consent", ""),
    (OAUTH_MAX_AGE, "0", ""),
    (OAUTH_LOGIN_HINT, "anne@example.com", ""),
    (OAUTH_CLAIMS, "{\"id_token\": {\"acr\": null}}", ""),
    (OAUTH_AUTHORIZATION_DETAILS, "[{\"type\":\"account\"}]", ""),
    (OAUTH_RESPONSE_MODE, "form_post", ""),
    (OAUTH_PAR, "yes", "auto"),
    (OAUTH_PAR_ENDPOINT, "/par", ""),
    (OAUTH_REQUEST_OBJECT, "signed", "no"),
    (OAUTH_REGISTRATION_ENDPOINT, "/register", ""),
    (OAUTH_CLIENT_METADATA, "{\"client_name\":\"Invoices\"}", ""),
    (OAUTH_INITIAL_ACCESS_TOKEN, "SECRET", ""),
];

#[test]
fn every_setting_comes_back_as_it_was_set_and_empty_takes_it_back() {
    let mut table = Table::default();
    for number in properties(setting_numbers()) {
        let client = Client::new();
        table.row(&format!("the setting {number}"), || {
            let row = GOOD.iter().find(|(n, ..)| *n == number);
            let (_, text, unset) = row.expect("has no row in GOOD");
            assert_eq!(client.get(number), *unset, "unset");
            client.must_set(number, text);
            assert_eq!(client.get(number), *text);
            let got = client.get(number);
            client.must_set(number, &got);
            assert_eq!(client.get(number), got, "set to what it was");
            client.must_set(number, "");
            assert_eq!(client.get(number), *unset, "taken back");
            client.must_set(number, &client.get(number));
            assert_eq!(client.get(number), *unset, "set to what it is when unset");
        });
    }
    table.end();
}

#[test]
fn a_setting_that_can_be_written_in_several_ways_means_the_same() {
    // As it is set, and as it comes back; setting that changes nothing.
    let rows: &[(i32, &str, &str)] = &[
        (OAUTH_CLIENT_AUTH, "CLIENT_SECRET_BASIC", "client_secret_basic"),
        (OAUTH_CLIENT_AUTH, "None", "none"),
        (OAUTH_BASIC_ENCODING, "RAW", "raw"),
        (OAUTH_REQUEST_BODY, "QUERY", "query"),
        (OAUTH_REQUEST_BODY, "GET", "get"),
        (OAUTH_TOKEN_NAMES, "?client_id=a&&%73cope=", "client_id=a&scope="),
        (OAUTH_AUTHORIZE_NAMES, "client_id=client_id", "client_id=client_id"),
        (OAUTH_PKCE, "s256", "S256"),
        (OAUTH_PKCE, "OFF", "off"),
        (OAUTH_EXPIRES_IN_UNIT, "MILLISECONDS", "milliseconds"),
        (OAUTH_SCOPE_SEPARATOR, " ", "space"),
        (OAUTH_SCOPE_SEPARATOR, "COMMA", "comma"),
        (OAUTH_SCOPE_SEPARATOR, ",", "comma"),
        (OAUTH_SCOPE_SEPARATOR, "+", "+"),
        (OAUTH_ALLOW_HTTP, "TRUE", "yes"),
        (OAUTH_ALLOW_HTTP, "1", "yes"),
        (OAUTH_ALLOW_HTTP, "false", "no"),
        (OAUTH_ALLOW_HTTP, "0", "no"),
        (OAUTH_HTTP, "CALLER", "caller"),
        (OAUTH_PROXY, "proxy.example:8080", "http://proxy.example:8080"),
        (OAUTH_PROXY, "http://proxy.example:80/", "http://proxy.example:80/"),
        (OAUTH_PROXY, "http://[::1]:80", "http://[::1]:80"),
        (OAUTH_PROXY, "env", "env"),
        // Programs on green screens write in capitals.
        (OAUTH_PROXY, "NONE", "none"),
        (OAUTH_PROXY, "ENV", "env"),
        (OAUTH_AUTHORIZE_PARAMS, "?a=b", "a=b"),
        (OAUTH_TOKEN_PARAMS, "&a=b", "a=b"),
        (OAUTH_TIMEOUT, "007", "7"),
        (OAUTH_MIN_VALID, "31536000", "31536000"),
        (OAUTH_TOKEN_ENDPOINT, "HTTPS://AS.example/Token", "HTTPS://AS.example/Token"),
        (OAUTH_TOKEN_ENDPOINT, "http://localhost/token", "http://localhost/token"),
        (OAUTH_TOKEN_ENDPOINT, "http://[::1]:8080/token", "http://[::1]:8080/token"),
        (OAUTH_REDIRECT_URI, "com.example.app:/cb", "com.example.app:/cb"),
        (OAUTH_REDIRECT_URI, "http://localhost", "http://localhost"),
        (OAUTH_RESPONSE_MODE, "FORM_POST", "form_post"),
        (OAUTH_CLAIMS, " {\n  \"userinfo\": {}\n}\n", "{\n  \"userinfo\": {}\n}"),
    ];
    let mut table = Table::default();
    for (number, text, expected) in rows {
        table.row(&format!("{number} = {text:?}"), || {
            let client = Client::new();
            for text in [text, expected] {
                client.must_set(*number, text);
                assert_eq!(client.get(*number), *expected);
            }
        });
    }
    table.end();
}

/// Texts that make no sense as the value of these settings.
const NONSENSE: &[(&[i32], &[&str], i32)] = &[
    (
        &[OAUTH_TIMEOUT],
        &[
            "soon",
            "0",
            "-1",
            "3601",
            "4294967296",
            "99999999999999999999",
            "1e3",
            "0x10",
            "1.5",
            "5s",
            " 5",
            "\u{665}",
        ],
        OAUTH_ERROR_VALUE,
    ),
    (&[OAUTH_MIN_VALID], &["soon", "-1", "31536001", "4294967295", "1.5", "1 2", "PT30S"], OAUTH_ERROR_VALUE),
    (
        &[OAUTH_BASE_URL, OAUTH_AUTHORIZATION_ENDPOINT, OAUTH_TOKEN_ENDPOINT, OAUTH_REFRESH_ENDPOINT],
        &[
            "as.example/token",
            "token",
            "//as.example/token",
            "?a=b",
            "https://",
            "https:",
            "https:///token",
            "https:as.example/token",
            "https:\\\\as.example\\token",
            "https://as.example\\@evil.example/token",
            "https://as.example:port/token",
            "https://as.example:99999/token",
            "https://[::1/token",
            "https://as example/token",
            " https://as.example/token",
            "https://as.example/to ken",
            "https://as.example/t\u{f6}ken",
            "https://\u{430}s.example/token",
            "https://SECRET@as.example/token",
            "https://user:SECRET@as.example/token",
            "https://:SECRET@as.example/token",
            "http://user:SECRET@127.0.0.1/token",
            "javascript:alert(1)",
            "ftp://as.example/token",
            "file:///etc/passwd",
            "data:text/plain,SECRET",
            "mailto:anne@as.example",
        ],
        OAUTH_ERROR_VALUE,
    ),
    (
        &[OAUTH_BASE_URL, OAUTH_AUTHORIZATION_ENDPOINT, OAUTH_TOKEN_ENDPOINT, OAUTH_REFRESH_ENDPOINT],
        &[
            "http://as.example/token",
            "HTTP://as.example/token",
            "http://127.0.0.1.as.example/token",
            "http://localhost.as.example/token",
            "http://localhost./token",
            "http://notlocalhost/token",
            // Some resolvers ask the network for it.
            "http://app.localhost/token",
            "http://0.0.0.0/token",
            "http://[::]/token",
            "http://192.168.0.1/token",
            "http://128.0.0.1/token",
            // Whoever connects takes them for names, or for other addresses.
            "http://127.0.0.1./token",
            "http://127.1/token",
            "http://0x7f.1/token",
            "http://2130706433/token",
            "http://0177.0.0.1/token",
            "http://[::ffff:127.0.0.1]/token",
        ],
        OAUTH_ERROR_INSECURE,
    ),
    (&[OAUTH_BASE_URL], &["/tenant", "/"], OAUTH_ERROR_VALUE),
    (
        &[OAUTH_AUTHORIZATION_ENDPOINT, OAUTH_TOKEN_ENDPOINT, OAUTH_REFRESH_ENDPOINT],
        &["/to ken", "/t\u{f6}ken", "/ "],
        OAUTH_ERROR_VALUE,
    ),
    (
        &[OAUTH_REDIRECT_URI],
        &[
            "/cb",
            "cb",
            "app.example/cb",
            "https://app.example/cb#SECRET",
            "https://app.example/c b",
            "https://",
            ":",
            "https://30E\u{fffd}/cb",
            "https://30E%EF%BF%BD/cb",
        ],
        OAUTH_ERROR_VALUE,
    ),
    (
        &[OAUTH_CLIENT_AUTH],
        &["basic", "post", "client_secret", "client_secret_basic ", "SECRET"],
        OAUTH_ERROR_VALUE,
    ),
    (&[OAUTH_BASIC_ENCODING], &["base64", "utf-8", "yes"], OAUTH_ERROR_VALUE),
    (&[OAUTH_REQUEST_BODY], &["xml", "application/json", "body"], OAUTH_ERROR_VALUE),
    (&[OAUTH_PKCE], &["yes", "no", "S512", "none", "256"], OAUTH_ERROR_VALUE),
    (&[OAUTH_EXPIRES_IN_UNIT], &["minute", "s", "ms", "weeks"], OAUTH_ERROR_VALUE),
    (
        &[OAUTH_RESPONSE_NAMES],
        &[
            "acces_token=x",
            "access_token",
            "access_token=",
            "SECRET",
            "scope=a&scope=b",
            "error=code",
            "Access_Token=x",
            "=x",
        ],
        OAUTH_ERROR_VALUE,
    ),
    (&[OAUTH_EXPIRES_FROM_JWT, OAUTH_REFRESH_PROLONGS], &["maybe", "exp"], OAUTH_ERROR_VALUE),
    (
        &[OAUTH_SCOPE_SEPARATOR],
        &["a", "1", "&", "=", "#", "?", "%", "\"", "\\", "ab", ", ", "\u{b7}"],
        OAUTH_ERROR_VALUE,
    ),
    (
        &[OAUTH_STORE],
        &[
            "foo:",
            "foo:/tmp",
            "file",
            "file:",
            "memory",
            "memory:x",
            "/tmp/store",
            "store",
            ":",
            "file /tmp",
            "file:~",
            "file:~/x",
            "file:~anne/x",
        ],
        OAUTH_ERROR_VALUE,
    ),
    (
        &[OAUTH_PROXY],
        &[
            "http://proxy.example:8080/path",
            "http://proxy.example:8080/?a=b",
            "http://proxy.example:8080?a=b",
            "http://proxy.example:8080#a",
            "https://proxy.example:8080",
            "socks5://proxy.example:1080",
            "ftp://proxy.example:8080",
            "http://",
            "http:",
            "http://proxy.example:99999",
            "30E\u{fffd}:80",
            "http://proxy.example",
            "http://proxy.example/",
            "http://proxy.example:0",
            "http://user:SECRET@proxy.example",
            "http://[::1]",
            "proxy.example",
            "http://proxy.example:port",
            "http://user:SECRET@",
            "http://user:SECRET@proxy.example:port",
            "proxy example:8080",
            "javascript:alert(1)",
            "yes please",
        ],
        OAUTH_ERROR_VALUE,
    ),
    (&[OAUTH_HTTP], &["internal", "curl", "https", "yes", "none"], OAUTH_ERROR_VALUE),
    (&[OAUTH_ALLOW_HTTP, OAUTH_STORE_ALLOW_PLAIN], &["maybe", "2", "-1", "y", "http"], OAUTH_ERROR_VALUE),
    // What would split a request, or frame it in another way.
    (
        &[OAUTH_TOKEN_HEADERS],
        &[
            "X-A=SECRET%0d%0aX-Evil: 1",
            "X-A=SECRET%0AX-Evil: 1",
            "X-A=SECRET%0D",
            "X-A=SECRET%00",
            "X-A=SECRET\nX-Evil: 1",
            "X-A: SECRET\rX-Evil: 1",
            "X-A: SECRET\r\r\nX-B: 1",
            "X-A: SECRET\u{b}",
            "X-A: SECRET\u{7f}",
            "X-A=SECRET%7F",
            "X-A: SECRET\u{e9}",
            "X-A=SECRET%FF",
            "X-A: SECRET\u{2028}Host: x",
            "X-A%0d%0aX-Evil=SECRET",
            "X-A%3A=SECRET",
            "X A: SECRET",
            "X-A : SECRET",
            "X-\u{c4}: SECRET",
            "(X): SECRET",
            ": SECRET",
            "=SECRET",
            "SECRET",
            "X-A: 1\r\n SECRET",
            "X-A: 1\nSECRET",
            "X-A=1&SECRET",
            "X-A:",
            "X-A: \t",
            "X-A=",
            "X-A: SECRET\nx-a: SECRET",
            "X-A=SECRET&x-a=SECRET",
            "Accept: a\nACCEPT: b",
            "Host: as.example",
            "host=as.example",
            "Content-Length: 0",
            "Content_Length: 0",
            "Transfer-Encoding: chunked",
            "Transfer_Encoding: chunked",
            "Connection: keep-alive",
            "Keep-Alive: 5",
            "TE: trailers",
            "Trailer: X-A",
            "Upgrade: h2c",
            "HTTP2-Settings: SECRET",
            "Expect: 100-continue",
            "Content-Encoding: gzip",
            "Proxy-Authorization: Basic SECRET",
            "proxy-connection=close",
            "X-A: 1\nHost: as.example",
        ],
        OAUTH_ERROR_VALUE,
    ),
    (
        &[OAUTH_REDIRECT_NAMES],
        &[
            "code=state",
            "error=iss",
            "code",
            "code=",
            "state=",
            "error=",
            "iss=",
            "client_id=a",
            "coed=a",
            "code=a&code=b",
            "code=a&state=a",
            "code=a b",
            "code=a%0a",
        ],
        OAUTH_ERROR_VALUE,
    ),
    (
        &[OAUTH_TOKEN_HOSTS],
        &[
            "https://as.example",
            "as.example/",
            "as.example:443",
            "as.example,as.example.eu",
            "*.as.example",
            ".as.example",
            "as.example.",
            "as..example",
            "user@as.example",
            "[::1]",
            "as.ex\u{e4}mple",
            "as.example/token",
            "as.example a%2eb",
        ],
        OAUTH_ERROR_VALUE,
    ),
    (&[OAUTH_TOKEN_HOST_PARAM], &["a b", "a=b", "a&b", "\u{e4}", " "], OAUTH_ERROR_VALUE),
    (&[OAUTH_REFRESH_VERIFIER, OAUTH_QUERY_IN_FRAGMENT], &["maybe", "2", "y"], OAUTH_ERROR_VALUE),
    (
        &[OAUTH_AUTHORIZE_NAMES, OAUTH_TOKEN_NAMES, OAUTH_REFRESH_NAMES],
        &[
            "client_id",
            "client_id=a&scope",
            "=a",
            "SECRET=a",
            "client-id=a",
            "CLIENT_ID=a",
            "a=client_id",
            "client_id=a&client_id=b",
            "client_id=a&%63lient_id=b",
            "client_id=a&scope=a",
            "client_id=a&scope=%61",
            "client_id=a+b",
            "client_id=a%0d%0ab",
            "client_id=a%00",
            "client_id=\u{e9}",
            "client_id: a",
        ],
        OAUTH_ERROR_VALUE,
    ),
    (&[OAUTH_AUTHORIZE_NAMES], &["state=", "code_challenge=", "grant_type=a", "stat=a"], OAUTH_ERROR_VALUE),
    (
        &[OAUTH_TOKEN_NAMES, OAUTH_REFRESH_NAMES],
        &["code=", "refresh_token=", "token=", "state=a", "response_type=a"],
        OAUTH_ERROR_VALUE,
    ),
    (
        &[OAUTH_PRIVATE_KEY, OAUTH_KEY_CERTIFICATE],
        &["SECRET", " ", "env:", "env:A=B", "file:", "file:~/key", "/etc/key.pem", "-----BEGIN \u{7}SECRET"],
        OAUTH_ERROR_VALUE,
    ),
    (&[OAUTH_PRIVATE_KEY_PASSWORD], &["env:", "file:", "FILE:~/SECRET"], OAUTH_ERROR_VALUE),
    (&[OAUTH_PROMPT], &["none login", "consent none"], OAUTH_ERROR_VALUE),
    (&[OAUTH_PAR], &["always", "maybe", "1"], OAUTH_ERROR_VALUE),
    (&[OAUTH_REQUEST_OBJECT], &["yes", "SECRET", "none", "encrypted"], OAUTH_ERROR_VALUE),
    (&[OAUTH_PAR_ENDPOINT], &["par", "https://as.example/par#a", "ftp://as.example/par"], OAUTH_ERROR_VALUE),
    (&[OAUTH_PAR_ENDPOINT], &["http://as.example/par"], OAUTH_ERROR_INSECURE),
    (&[OAUTH_MAX_AGE], &["-1", "soon", "31536001"], OAUTH_ERROR_VALUE),
    (&[OAUTH_RESPONSE_MODE], &["jwt", "query.jwt", "web_message", "post", "SECRET"], OAUTH_ERROR_VALUE),
    (
        &[OAUTH_CLAIMS, OAUTH_AUTHORIZATION_DETAILS],
        &[
            "SECRET",
            "\"SECRET\"",
            "{",
            "{\"a\":1,}",
            "{\"a\":1,\"a\":\"SECRET\"}",
            "{} x",
            "1",
            "null",
            "{'a':1}",
        ],
        OAUTH_ERROR_VALUE,
    ),
    (&[OAUTH_CLAIMS], &["[]", "[{}]", "email"], OAUTH_ERROR_VALUE),
    (
        &[OAUTH_AUTHORIZATION_DETAILS],
        &["{\"type\":\"a\"}", "[]", "[1]", "[{}]", "[{\"type\":1}]", "[{\"type\":\"a\"},{\"kind\":\"b\"}]"],
        OAUTH_ERROR_VALUE,
    ),
    (&[OAUTH_SIGNING_ALG], &["none", "RS1", "ES512", "HS", "RS256 ", "SHA256withRSA"], OAUTH_ERROR_VALUE),
    (&[OAUTH_CLIENT_AUTH, OAUTH_REFRESH_AUTH], &["basic", "jwt", "tls", "private_key"], OAUTH_ERROR_VALUE),
    (
        &[OAUTH_ASSERTION_CLAIMS],
        &["SECRET", "[1]", "\"SECRET\"", "{", "{\"a\":1,\"a\":2}", "a=1&a=2", "=x", "{} x", "a=1&=2"],
        OAUTH_ERROR_VALUE,
    ),
    (&[OAUTH_ASSERTION_EXPIRES_IN], &["0", "-1", "86401", "soon", "5m"], OAUTH_ERROR_VALUE),
    (
        &[OAUTH_SERVICE_ACCOUNT],
        &[
            "SECRET",
            "[]",
            "{}",
            "{\"type\":\"SECRET\"}",
            "{\"type\":\"service_account\",\"private_key\":\"SECRET\"}",
            "{\"clientid\":\"c\",\"clientsecret\":\"SECRET\",\"url\":\"\"}",
            "{\"clientid\":\"c\",\"clientsecret\":\"SECRET\\n\",\"url\":\"https://as.example\"}",
            "{\"clientid\":\"c\",\"clientsecret\":\"SECRET\",\"url\":\"nowhere\"}",
            "env:",
            "file:",
            "file:~/SECRET.json",
        ],
        OAUTH_ERROR_VALUE,
    ),
    (
        &[OAUTH_PROFILE],
        &["nobody", "METAMAPS", "metamaps ", "/etc/passwd", "../metamaps", "metamaps#x"],
        OAUTH_ERROR_PROFILE,
    ),
];

/// What no setting takes: each could end a header, a line of a log or a file's name early.
const CONTROLS: &[&str] = &[
    "SECRET\r\nX-Evil: 1",
    "SECRET\n",
    "\rSECRET",
    "\u{1}SECRET",
    "SEC\tRET",
    "SECRET\u{1b}[2J",
    "SECRET\u{7f}",
    "SECRET\u{85}",
    "\u{9b}SECRET",
];

#[test]
fn a_text_that_makes_no_sense_leaves_the_setting_as_it_was() {
    let mut table = Table::default();
    for (numbers, texts, code) in NONSENSE {
        for number in *numbers {
            for text in *texts {
                table.row(&format!("{number} = {text:?}"), || is_refused(*number, text, *code));
            }
        }
    }
    for (number, ..) in GOOD {
        for text in CONTROLS {
            let code = if *number == OAUTH_PROFILE { OAUTH_ERROR_PROFILE } else { OAUTH_ERROR_VALUE };
            // A profile's name is repeated, and is no secret.
            let text = if *number == OAUTH_PROFILE { text.replace(SECRET, "") } else { (*text).to_owned() };
            table.row(&format!("{number} = {text:?}"), || is_refused(*number, &text, code));
        }
    }
    // None of it touches a token.
    for (numbers, texts, _) in NONSENSE {
        for number in *numbers {
            table.row(&format!("a token, and {number} = {:?}", texts[0]), || {
                let client = holder("1");
                assert!(client.set(*number, texts[0]) < 0);
                gives(&client, "1");
            });
        }
    }
    table.end();
}

fn is_refused(number: i32, text: &str, code: i32) {
    let (_, good, unset) = GOOD.iter().find(|(n, ..)| *n == number).unwrap();
    let client = Client::new();
    for before in [unset, good] {
        client.must_set(number, before);
        let all_before = all(&client);
        let answer = client.set(number, text);
        fails(answer, code, if code == OAUTH_ERROR_PROFILE { "no known server" } else { key_of(number) });
        assert!(all(&client) == all_before, "a setting has changed");
    }
}

/// All settings of a client.
fn all(client: &Client) -> Vec<[u8; 64]> {
    let get = |number| {
        let mut buffer = [0; 64];
        let length = unsafe { ffi::oauth_get(client.0, number, buffer.as_mut_ptr().cast(), 64) };
        assert!(length >= 0, "{number}: {}", error_text());
        buffer
    };
    GOOD.iter().map(|(number, ..)| get(*number)).collect()
}

/// The name in an error: the constant's in lower case, without OAUTH_.
fn key_of(number: i32) -> &'static str {
    let source = include_str!("../../src/constants/properties.rs");
    let settings = &source[source.find("// ---- properties: settings").unwrap()..];
    let end = format!(": i32 = {number};");
    let line = settings.lines().find(|line| line.ends_with(&end)).unwrap();
    let name = &line["pub const OAUTH_".len()..line.len() - end.len()];
    Box::leak(name.to_lowercase().into_boxed_str())
}
