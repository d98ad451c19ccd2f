//! What a person pastes after signing in: the redirect, a part of it, the code alone, and what mail programs and
//! terminals make of them.

use crate::common::{cpu_time, error_text};
use crate::support::{client, sent, Settings, Table, REDIRECT, SECRET};
use oauth::constants::*;
use oauth::ffi;
use Want::*;

enum Want {
    /// This code is sent.
    Sends(&'static str),
    /// It is refused with this number, and nothing is sent.
    Fails(i32),
    /// The server's refusal: number, OAUTH_ERROR, OAUTH_ERROR_DESCRIPTION, action.
    Refused(i32, &'static str, &'static str, i32),
}

struct Case {
    name: &'static str,
    /// `{state}` stands for the state that was sent.
    text: &'static str,
    want: Want,
}

const fn case(name: &'static str, text: &'static str, want: Want) -> Case {
    Case { name, text, want }
}

/// The client has one URL pending, OAUTH_REDIRECT_URI `https://app.example/cb` and OAUTH_ISSUER `https://as.example`.
const PASTED: &[Case] = &[
    // ---- the redirect ----
    case("redirect", "https://app.example/cb?code=abc&state={state}", Sends("abc")),
    case("state first", "https://app.example/cb?state={state}&code=abc", Sends("abc")),
    case("in the fragment", "https://app.example/cb#code=abc&state={state}", Sends("abc")),
    case("fragment after a query", "https://app.example/cb?tenant=1#code=abc&state={state}", Sends("abc")),
    case(
        "more parameters (Google)",
        "https://app.example/cb?state={state}&code=4/0AbC-d_e&scope=email%20openid&authuser=0&prompt=consent",
        Sends("4/0AbC-d_e"),
    ),
    case(
        "session_state is no state (Keycloak)",
        "https://app.example/cb?session_state=5f0c&code=abc&state={state}",
        Sends("abc"),
    ),
    case("Facebook's end", "https://app.example/cb?code=abc&state={state}#_=_", Sends("abc")),
    case("an empty fragment", "https://app.example/cb?code=abc&state={state}#", Sends("abc")),
    case(
        "another host than the redirect's",
        "https://www.app.example/home?code=abc&state={state}",
        Sends("abc"),
    ),
    case("without the scheme", "app.example/cb?code=abc&state={state}", Sends("abc")),
    case("with a header's name", "Location: https://app.example/cb?code=abc&state={state}", Sends("abc")),
    case(
        "our issuer",
        "https://app.example/cb?code=abc&state={state}&iss=https%3A%2F%2Fas.example",
        Sends("abc"),
    ),
    // ---- parts of it ----
    case("path and query", "/cb?code=abc&state={state}", Sends("abc")),
    case("query with its mark", "?code=abc&state={state}", Sends("abc")),
    case("query without a mark", "code=abc&state={state}", Sends("abc")),
    case("query from the second parameter on", "&code=abc&state={state}", Sends("abc")),
    case("fragment alone", "#code=abc&state={state}", Sends("abc")),
    case("from behind a parameter's name on", "x&code=abc&state={state}", Sends("abc")),
    case("from another parameter on", "session_state=5f0c&code=abc&state={state}", Sends("abc")),
    case("from our issuer on", "iss=https://as.example&code=abc&state={state}", Sends("abc")),
    case("padding at the end of a code", "YWJj==&state={state}", Sends("YWJj==")),
    case("query without a mark, a slash in the code", "code=4/0AbC&state={state}", Sends("4/0AbC")),
    case(
        "query without a mark, a slash in iss",
        "code=abc&state={state}&iss=https://as.example",
        Sends("abc"),
    ),
    case("copied from the code on", "abc&state={state}", Sends("abc")),
    // ---- a second query ----
    case("a query of its own", "https://app.example/cb?tenant=1?code=abc&state={state}", Sends("abc")),
    case("the same, state first", "https://app.example/cb?tenant=1?state={state}&code=abc", Sends("abc")),
    case("a page in the fragment", "https://app.example/#/cb?code=abc&state={state}", Sends("abc")),
    case(
        "a question mark in another parameter",
        "https://app.example/cb?code=abc&state={state}&next=/a?b=c",
        Sends("abc"),
    ),
    case("the code in the query, the state in the fragment", "/cb?code=abc#state={state}", Sends("abc")),
    // ---- code and state as a page shows them ----
    case("code#state", "abc#{state}", Sends("abc")),
    case("code#state, quoted", "\"abc#{state}\"\n", Sends("abc")),
    case("code#state, another's", "abc#theirs", Fails(OAUTH_ERROR_STATE)),
    case("code#state, an empty one", "abc#", Fails(OAUTH_ERROR_STATE)),
    case("code#state, the beginning of ours", "abc#A", Fails(OAUTH_ERROR_STATE)),
    case("a code with several marks (eBay)", "v^1.1#i^1#r^1#t^Ul4x==", Sends("v^1.1#i^1#r^1#t^Ul4x==")),
    // ---- whatever has parameters needs the state ----
    case("path and query, no state", "/cb?code=abc", Fails(OAUTH_ERROR_STATE)),
    case("?code= alone", "?code=abc", Fails(OAUTH_ERROR_STATE)),
    case("#code= alone", "#code=abc", Fails(OAUTH_ERROR_STATE)),
    case("code= alone", "code=abc", Fails(OAUTH_ERROR_STATE)),
    case("code= alone, Facebook's end", "code=abc#_=_", Fails(OAUTH_ERROR_STATE)),
    case("code= alone, quoted", "\"code=abc\"", Fails(OAUTH_ERROR_STATE)),
    case("code= behind something", "x&code=abc", Fails(OAUTH_ERROR_STATE)),
    case("code= with its name escaped", "?c%6Fde=abc", Fails(OAUTH_ERROR_STATE)),
    case("code= and other parameters", "code=abc&session_state=5f0c&scope=a", Fails(OAUTH_ERROR_STATE)),
    case("another host, no state", "https://evil.example/?code=abc", Fails(OAUTH_ERROR_STATE)),
    case("another host, fragment", "https://evil.example/#code=abc", Fails(OAUTH_ERROR_STATE)),
    case("another host, a second query", "https://evil.example/?x=1?code=abc", Fails(OAUTH_ERROR_STATE)),
    case("without a scheme, no state", "evil.example?code=abc", Fails(OAUTH_ERROR_STATE)),
    case("a pair of ours within", "https://evil.example/&code=abc", Fails(OAUTH_ERROR_STATE)),
    case("a path, then an escaped query", "/cb%3Fcode=abc", Fails(OAUTH_ERROR_CODE)),
    case("all escaped", "%3Fcode%3Dabc", Fails(OAUTH_ERROR_CODE)),
    case("name and code, escaped", "code%3Dabc", Fails(OAUTH_ERROR_CODE)),
    case("a query without a code", "cb?tenant=abc", Fails(OAUTH_ERROR_CODE)),
    case("a parameter that is none of ours", "authorization_code=abc", Fails(OAUTH_ERROR_CODE)),
    // ---- a page that shows codes, where the redirect URI is not out of band ----
    case("a page's address", "https://as.example/oauth/authorize/abc123", Fails(OAUTH_ERROR_STATE)),
    case("its path alone", "/oauth/authorize/abc123", Fails(OAUTH_ERROR_STATE)),
    case("native", "https://as.example/oauth/authorize/native?code=abc123", Fails(OAUTH_ERROR_STATE)),
    case("native, its end", "native?code=abc123", Fails(OAUTH_ERROR_STATE)),
    case(
        "native with the state",
        "https://as.example/oauth/authorize/native?code=abc123&state={state}",
        Sends("abc123"),
    ),
    case("native without a code", "https://as.example/oauth/authorize/native", Fails(OAUTH_ERROR_CODE)),
    case("out-of-band URI", "urn:ietf:wg:oauth:2.0:oob?code=abc123", Fails(OAUTH_ERROR_STATE)),
    // ---- the code alone ----
    case("code alone", "abc", Sends("abc")),
    case("with slash, plus and equal signs", "4/0A+bC-d_e~f.g==", Sends("4/0A+bC-d_e~f.g==")),
    case("with its escapes", "4%2F0AbC%3D", Sends("4/0AbC=")),
    case("Facebook's end after it", "AQDabc#_=_", Sends("AQDabc")),
    case("one character", "x", Sends("x")),
    // ---- escapes ----
    case("escaped", "?code=4%2F0A%2Bb%3D%3D&state={state}", Sends("4/0A+b==")),
    case("escaped twice is unescaped once", "?code=4%252F0A&state={state}", Sends("4%2F0A")),
    case("a bare plus stays (a code has no blanks)", "?code=a+b&state={state}", Sends("a+b")),
    case("equal signs at the end", "?code=YWJj==&state={state}", Sends("YWJj==")),
    case("a percent sign that escapes nothing", "?code=100%&state={state}", Sends("100%")),
    case("names escaped", "?c%6Fde=abc&st%61te={state}&code=abc", Fails(OAUTH_ERROR_CODE)),
    case("&amp;", "https://app.example/cb?code=abc&amp;state={state}&amp;scope=a", Sends("abc")),
    case("&#38;", "https://app.example/cb?code=abc&#38;state={state}", Sends("abc")),
    case("&#x26;", "https://app.example/cb?code=abc&#x26;state={state}", Sends("abc")),
    // ---- what is around and within ----
    case("blanks around", "   https://app.example/cb?code=abc&state={state}  ", Sends("abc")),
    case("quotes around", "\"https://app.example/cb?code=abc&state={state}\"", Sends("abc")),
    case("apostrophes around a code", "'abc'", Sends("abc")),
    case("back ticks around a code", "`abc`", Sends("abc")),
    case("typographic quotes", "\u{201c}abc\u{201d}", Sends("abc")),
    case("typographic apostrophes", "\u{2018}abc\u{2019}", Sends("abc")),
    case("German quotes", "\u{201e}abc\u{201c}", Sends("abc")),
    case("quotes, blanks and quotes", " \" 'abc' \" ", Sends("abc")),
    case("angle brackets", "<https://app.example/cb?code=abc&state={state}>", Sends("abc")),
    case("a mail's quotation mark", "> https://app.example/cb?code=abc&state={state}", Sends("abc")),
    case("byte order mark", "\u{feff}abc", Sends("abc")),
    case("no-break blanks", "\u{a0}abc\u{a0}", Sends("abc")),
    case("blanks of no width", "\u{200b}abc\u{200b}", Sends("abc")),
    case("line end", "https://app.example/cb?code=abc&state={state}\n", Sends("abc")),
    case("line ends before and after", "\r\n\r\nabc\r\n", Sends("abc")),
    case("line break in the code", "https://app.example/cb?code=ab\r\nc&state={state}", Sends("abc")),
    case("line break in a name", "https://app.example/cb?co\nde=abc&sta\nte={state}", Sends("abc")),
    case(
        "lines of a screen, padded",
        "https://app.example/cb?code=ab     \n   c&state={state}   \n",
        Sends("abc"),
    ),
    case("line break in a code alone", "ab\nc", Sends("abc")),
    case("tab", "\tabc\t", Sends("abc")),
    // ---- refusals in the redirect (RFC 6749 section 4.1.2.1) ----
    case(
        "access_denied",
        "https://app.example/cb?error=access_denied&error_description=The+user+said%20no&state={state}",
        Refused(OAUTH_ERROR_ACCESS_DENIED, "access_denied", "The user said no", OAUTH_ACTION_SIGN_IN),
    ),
    case(
        "in the fragment",
        "https://app.example/cb#error=access_denied&state={state}",
        Refused(OAUTH_ERROR_ACCESS_DENIED, "access_denied", "", OAUTH_ACTION_SIGN_IN),
    ),
    case(
        "query alone, error_uri with slashes",
        "error=invalid_scope&error_uri=https://as.example/help&state={state}",
        Refused(OAUTH_ERROR_INVALID_SCOPE, "invalid_scope", "", OAUTH_ACTION_FIX),
    ),
    case(
        "invalid_request",
        "?error=invalid_request&error_description=no+redirect_uri&state={state}",
        Refused(OAUTH_ERROR_INVALID_REQUEST, "invalid_request", "no redirect_uri", OAUTH_ACTION_FIX),
    ),
    case(
        "unauthorized_client",
        "?error=unauthorized_client&state={state}",
        Refused(OAUTH_ERROR_UNAUTHORIZED, "unauthorized_client", "", OAUTH_ACTION_FIX),
    ),
    case(
        "unsupported_response_type",
        "?error=unsupported_response_type&state={state}",
        Refused(OAUTH_ERROR_RESPONSE_TYPE, "unsupported_response_type", "", OAUTH_ACTION_FIX),
    ),
    case(
        "server_error",
        "?error=server_error&state={state}",
        Refused(OAUTH_ERROR_SERVER_ERROR, "server_error", "", OAUTH_ACTION_RETRY),
    ),
    case(
        "temporarily_unavailable",
        "?error=temporarily_unavailable&state={state}",
        Refused(OAUTH_ERROR_TEMP_UNAVAILABLE, "temporarily_unavailable", "", OAUTH_ACTION_RETRY),
    ),
    case(
        "login_required: nobody was asked (OpenID Connect Core section 3.1.2.6)",
        "?error=login_required&state={state}",
        Refused(OAUTH_ERROR_REFUSED, "login_required", "", OAUTH_ACTION_SIGN_IN),
    ),
    case(
        "a code of the server's own",
        "?error=tenant_locked&error_description=%C3%BCber&state={state}",
        Refused(OAUTH_ERROR_REFUSED, "tenant_locked", "über", OAUTH_ACTION_SIGN_IN),
    ),
    case(
        "line ends in the words are no line ends in a log",
        "?error=access_denied%0D%0Aforged&error_description=a%0D%0Ab%1B%5B31mc%00&state={state}",
        Refused(OAUTH_ERROR_REFUSED, "access_deniedforged", "a  b [31mc", OAUTH_ACTION_SIGN_IN),
    ),
    case(
        "a person's no in other words (LinkedIn)",
        "https://app.example/cb?error=user_cancelled_login&error_description=The+user+cancelled&state={state}",
        Refused(OAUTH_ERROR_REFUSED, "user_cancelled_login", "The user cancelled", OAUTH_ACTION_SIGN_IN),
    ),
    case(
        "a request that is wrong (RFC 9101)",
        "?error=invalid_request_object&state={state}",
        Refused(OAUTH_ERROR_REQUEST_OBJECT, "invalid_request_object", "", OAUTH_ACTION_FIX),
    ),
    case(
        "a pushed request that is too old (RFC 9126 section 4)",
        "?error=invalid_request_uri&state={state}",
        Refused(OAUTH_ERROR_REQUEST_OBJECT, "invalid_request_uri", "", OAUTH_ACTION_SIGN_IN),
    ),
    case(
        "authorization details that the server does not know (RFC 9396 section 5)",
        "?error=invalid_authorization_details&state={state}",
        Refused(OAUTH_ERROR_AUTH_DETAILS, "invalid_authorization_details", "", OAUTH_ACTION_FIX),
    ),
    case(
        "a resource that the server does not know (RFC 8707 section 2)",
        "?error=invalid_target&state={state}",
        Refused(OAUTH_ERROR_INVALID_TARGET, "invalid_target", "", OAUTH_ACTION_FIX),
    ),
    case("refusal without a state", "https://app.example/cb?error=access_denied", Fails(OAUTH_ERROR_STATE)),
    case("refusal without a state, the query alone", "error=access_denied", Fails(OAUTH_ERROR_STATE)),
    case("refusal with an empty state", "?error=access_denied&state=", Fails(OAUTH_ERROR_STATE)),
    case("refusal for another state", "?error=access_denied&state=theirs", Fails(OAUTH_ERROR_STATE)),
    case(
        "refusal of another issuer (RFC 9207)",
        "?error=access_denied&state={state}&iss=https%3A%2F%2Fevil.example",
        Fails(OAUTH_ERROR_ISSUER),
    ),
    case("an error without a name is none", "?error=&code=abc&state={state}", Sends("abc")),
    // ---- not ours ----
    case("another state", "https://app.example/cb?code=abc&state=theirs", Fails(OAUTH_ERROR_STATE)),
    case("an empty state", "https://app.example/cb?code=abc&state=", Fails(OAUTH_ERROR_STATE)),
    case("the beginning of our state", "?code=abc&state=A", Fails(OAUTH_ERROR_STATE)),
    case("our state and more", "?code=abc&state={state}x", Fails(OAUTH_ERROR_STATE)),
    case("the redirect without a state", "https://app.example/cb?code=abc", Fails(OAUTH_ERROR_STATE)),
    case(
        "another issuer",
        "?code=abc&state={state}&iss=https%3A%2F%2Fevil.example",
        Fails(OAUTH_ERROR_ISSUER),
    ),
    // RFC 9207 section 2.4: simple string comparison.
    case(
        "our issuer with a slash",
        "?code=abc&state={state}&iss=https%3A%2F%2Fas.example%2F",
        Fails(OAUTH_ERROR_ISSUER),
    ),
    case("two codes", "?code=abc&state={state}&code=def", Fails(OAUTH_ERROR_CODE)),
    case("the same code twice", "?code=abc&state={state}&code=abc", Fails(OAUTH_ERROR_CODE)),
    case("two states", "?code=abc&state={state}&state=theirs", Fails(OAUTH_ERROR_CODE)),
    case("two issuers", "?code=abc&state={state}&iss=https://as.example&iss=x", Fails(OAUTH_ERROR_CODE)),
    // ---- no code ----
    case("nothing", "", Fails(OAUTH_ERROR_CODE)),
    case("blanks", "   ", Fails(OAUTH_ERROR_CODE)),
    case("line ends", "\r\n\n", Fails(OAUTH_ERROR_CODE)),
    case("quotes with nothing between", "\"\"", Fails(OAUTH_ERROR_CODE)),
    case("an empty code", "https://app.example/cb?code=&state={state}", Fails(OAUTH_ERROR_CODE)),
    case("the state alone", "https://app.example/cb?state={state}", Fails(OAUTH_ERROR_CODE)),
    case("a page without a query", "https://app.example/cb", Fails(OAUTH_ERROR_CODE)),
    case("other parameters alone", "?foo=bar", Fails(OAUTH_ERROR_CODE)),
    case(
        "the authorization request",
        "https://as.example/authorize?response_type=code&client_id=client&state={state}&code_challenge=x",
        Fails(OAUTH_ERROR_CODE),
    ),
    case(
        "the authorization request without a state",
        "https://as.example/oauth/authorize?response_type=code&client_id=client",
        Fails(OAUTH_ERROR_CODE),
    ),
    case("the page of the sign-in", "https://as.example/oauth/authorize", Fails(OAUTH_ERROR_CODE)),
    case(
        "a token (implicit grant)",
        "https://app.example/cb#access_token=at&state={state}",
        Fails(OAUTH_ERROR_CODE),
    ),
    case("a web page", "<html><body><p>You are signed in.</p></body></html>", Fails(OAUTH_ERROR_CODE)),
    case("a web page without blanks", "<html><body>Welcome</body></html>", Fails(OAUTH_ERROR_CODE)),
    case("a code in its element", "<code id=\"authorization_code\">abc</code>", Fails(OAUTH_ERROR_CODE)),
    case("a code in an element without blanks", "<p>abc</p>", Fails(OAUTH_ERROR_CODE)),
    case("JSON", "{\"code\":\"abc\"}", Fails(OAUTH_ERROR_CODE)),
    case(
        "an escaped URL",
        "https%3A%2F%2Fapp.example%2Fcb%3Fcode%3Dabc%26state%3D{state}",
        Fails(OAUTH_ERROR_CODE),
    ),
    case(
        "a mail filter's URL",
        "https://safe.example/?url=https%3A%2F%2Fapp.example%2Fcb%3Fcode%3Dabc&data=x",
        Fails(OAUTH_ERROR_CODE),
    ),
    case("words", "my code is: abc", Fails(OAUTH_ERROR_CODE)),
    case("a blank in the code", "?code=ab%20c&state={state}", Fails(OAUTH_ERROR_CODE)),
    case("a control character", "ab\u{1}c", Fails(OAUTH_ERROR_CODE)),
    case("an escaped control character", "?code=ab%00c&state={state}", Fails(OAUTH_ERROR_CODE)),
    case("an escaped line end", "?code=ab%0D%0AX-Header:1&state={state}", Fails(OAUTH_ERROR_CODE)),
    case("not ASCII", "?code=%C3%A9&state={state}", Fails(OAUTH_ERROR_CODE)),
    case("escapes that are no UTF-8", "?code=%FF%FE&state={state}", Fails(OAUTH_ERROR_CODE)),
];

#[test]
fn pasted_texts() {
    let mut table = Table::new("paste");
    for case in PASTED {
        table.row(case.name, |row| {
            let client = client(&[(OAUTH_ISSUER, "https://as.example")]);
            client.authorize_url();
            let state = client.get(OAUTH_STATE);
            let n = client.exchange(&case.text.replace("{state}", &state));
            match case.want {
                Sends(code) => {
                    row.returned(n, OAUTH_HTTP_NEEDED);
                    if n == OAUTH_HTTP_NEEDED {
                        let request = sent(&client);
                        row.eq("code", request.parameter("code").as_deref(), Some(code));
                        row.eq("redirect_uri", request.parameter("redirect_uri").as_deref(), Some(REDIRECT));
                        row.holds("a verifier", request.parameter("code_verifier").is_some());
                    }
                    return;
                }
                Fails(number) => {
                    row.returned(n, number);
                    row.action(OAUTH_ACTION_SIGN_IN);
                    row.eq("OAUTH_ERROR", client.get(OAUTH_ERROR), String::new());
                }
                Refused(number, error, description, action) => {
                    row.returned(n, number);
                    row.action(action);
                    row.eq("OAUTH_ERROR", client.get(OAUTH_ERROR).as_str(), error);
                    row.eq(
                        "OAUTH_ERROR_DESCRIPTION",
                        client.get(OAUTH_ERROR_DESCRIPTION).as_str(),
                        description,
                    );
                    row.eq("OAUTH_HTTP_STATUS", client.get(OAUTH_HTTP_STATUS), String::new());
                    row.one_line("OAUTH_ERROR", &client.get(OAUTH_ERROR));
                    row.one_line("OAUTH_ERROR_DESCRIPTION", &client.get(OAUTH_ERROR_DESCRIPTION));
                }
            }
            row.eq("what waits to be sent", client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
            // Nothing is spoiled: the right text is still taken.
            row.returned(client.exchange(&format!("?code=right&state={state}")), OAUTH_HTTP_NEEDED);
            row.eq("code afterwards", sent(&client).parameter("code").as_deref(), Some("right"));
        });
    }
    table.end();
}

/// Anybody can write a refusal: its words are shown, and are nobody's.
#[test]
fn forged_refusals() {
    let long = "x".repeat(5000);
    let cases = [
        (
            "no state",
            "?error=access_denied&error_description=The+user+said+no",
            "access_denied: The user said no",
        ),
        ("another state", "/cb?error=user_cancelled_login&state=theirs", "user_cancelled_login"),
        ("quotes and lines", "?error=a&error_description=%22%0D%0Ab%1B[1m%E2%80%AEc", "unproven: \"a: '"),
        ("a long one", &*format!("?error=a&error_description={long}"), "xxxxxxxx"),
    ];
    let mut table = Table::new("forged refusals");
    for (name, text, shown) in cases {
        table.row(name, |row| {
            let client = client(&[]);
            client.authorize_url();
            let state = client.get(OAUTH_STATE);
            row.returned(client.exchange(text), OAUTH_ERROR_STATE);
            row.action(OAUTH_ACTION_SIGN_IN);
            let sentence = error_text();
            row.holds(&sentence, sentence.contains(shown) && sentence.contains("(unproven: \""));
            row.holds("what to do comes first", sentence[..80].contains("sign in again"));
            for property in [OAUTH_ERROR, OAUTH_ERROR_DESCRIPTION, OAUTH_ERROR_URI] {
                row.eq("what the server said", client.get(property), String::new());
            }
            row.returned(client.exchange(&format!("?code=abc&state={state}")), OAUTH_HTTP_NEEDED);
        });
    }
    table.row("a secret in it", |row| {
        let client = client(&[]);
        client.authorize_url();
        row.returned(
            client.exchange(&format!("?error=a&error_description=is+it+{SECRET}")),
            OAUTH_ERROR_STATE,
        );
        row.holds("is not shown", !error_text().contains(SECRET));
    });
    table.end();
}

/// RFC 9207 section 2.4, where the server is known to send `iss`.
#[test]
fn answers_that_must_name_their_issuer() {
    const OURS: &str = "&iss=https%3A%2F%2Fas.example";
    let cases: &[(&str, &str, Want)] = &[
        ("ours", "?code=abc&state={state}{ours}", Sends("abc")),
        ("none", "?code=abc&state={state}", Fails(OAUTH_ERROR_ISSUER)),
        ("an empty one", "?code=abc&state={state}&iss=", Fails(OAUTH_ERROR_ISSUER)),
        ("another", "?code=abc&state={state}&iss=https%3A%2F%2Fevil.example", Fails(OAUTH_ERROR_ISSUER)),
        ("a slash more", "?code=abc&state={state}{ours}%2F", Fails(OAUTH_ERROR_ISSUER)),
        ("other letters", "?code=abc&state={state}&iss=https%3A%2F%2FAS.example", Fails(OAUTH_ERROR_ISSUER)),
        ("two", "?code=abc&state={state}{ours}{ours}", Fails(OAUTH_ERROR_CODE)),
        ("ours, another state", "?code=abc&state=theirs{ours}", Fails(OAUTH_ERROR_STATE)),
        ("the code alone", "abc", Fails(OAUTH_ERROR_ISSUER)),
        ("code#state", "abc#{state}", Fails(OAUTH_ERROR_ISSUER)),
        ("a refusal with it", "?error=access_denied&state={state}{ours}", Fails(OAUTH_ERROR_ACCESS_DENIED)),
        ("a refusal without", "?error=access_denied&state={state}", Fails(OAUTH_ERROR_ISSUER)),
    ];
    let mut table = Table::new("issuers");
    for (name, text, want) in cases {
        table.row(name, |row| {
            let client = client(&[(OAUTH_REQUIRE_ISS, "yes"), (OAUTH_ISSUER, "https://as.example")]);
            client.authorize_url();
            let fill = |text: &str| text.replace("{state}", &client.get(OAUTH_STATE)).replace("{ours}", OURS);
            if let Fails(number) = want {
                row.returned(client.exchange(&fill(text)), *number);
                row.action(OAUTH_ACTION_SIGN_IN);
                row.eq("what waits to be sent", client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
            }
            row.returned(client.exchange(&fill("?code=abc&state={state}{ours}")), OAUTH_HTTP_NEEDED);
        });
    }
    table.row("an issuer that was taken back", |row| {
        let client = client(&[(OAUTH_REQUIRE_ISS, "yes"), (OAUTH_ISSUER, "https://as.example")]);
        client.authorize_url();
        client.must_set(OAUTH_ISSUER, "");
        row.returned(
            client.exchange(&format!("?code=abc&state={}", client.get(OAUTH_STATE))),
            OAUTH_ERROR_MISSING,
        );
        row.action(OAUTH_ACTION_FIX);
    });
    table.end();
}

/// The redirect itself always brings the state, whatever kind of URI it is.
#[test]
fn a_redirect_without_a_state() {
    let cases: &[(&str, Settings, &str, i32)] = &[
        ("https", &[], "https://app.example/cb?code=abc", OAUTH_ERROR_STATE),
        ("https, in the fragment", &[], "https://app.example/cb#code=abc", OAUTH_ERROR_STATE),
        ("https, no proof key", &[(OAUTH_PKCE, "off")], "https://app.example/cb?code=abc", OAUTH_ERROR_STATE),
        (
            "a host alone, as the browser shows it",
            &[(OAUTH_REDIRECT_URI, "https://www.stamps.com")],
            "https://www.stamps.com/?code=abc",
            OAUTH_ERROR_STATE,
        ),
        (
            "a host in upper case",
            &[(OAUTH_REDIRECT_URI, "https://WWW.Stamps.com")],
            "https://www.stamps.com/?code=abc",
            OAUTH_ERROR_STATE,
        ),
        (
            "loopback",
            &[(OAUTH_REDIRECT_URI, "http://127.0.0.1:8400/cb")],
            "http://127.0.0.1:8400/cb?code=abc",
            OAUTH_ERROR_STATE,
        ),
        (
            "an application's scheme",
            &[(OAUTH_REDIRECT_URI, "com.example.app:/cb")],
            "com.example.app:/cb?code=abc",
            OAUTH_ERROR_STATE,
        ),
        ("the query alone", &[], "?code=abc", OAUTH_ERROR_STATE),
        ("the query alone, no proof key", &[(OAUTH_PKCE, "off")], "?code=abc", OAUTH_ERROR_STATE),
        (
            "another host, no proof key",
            &[(OAUTH_PKCE, "off")],
            "https://evil.example?code=abc",
            OAUTH_ERROR_STATE,
        ),
    ];
    let mut table = Table::new("redirects without a state");
    for (name, settings, text, number) in cases {
        table.row(name, |row| {
            let client = client(settings);
            client.authorize_url();
            row.returned(client.exchange(text), *number);
            row.action(OAUTH_ACTION_SIGN_IN);
            row.eq("what waits to be sent", client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
            row.returned(client.exchange("abc"), OAUTH_HTTP_NEEDED);
        });
    }
    table.end();
}

/// Doorkeeper's page shows the code in its address and knows no state: taken where the redirect URI is out of band, and
/// the page the server's.
#[test]
fn a_page_that_shows_the_code() {
    const OOB: &str = "urn:ietf:wg:oauth:2.0:oob";
    let cases: &[(&str, &str, &str, Want)] = &[
        ("path", OOB, "https://as.example/oauth/authorize/abc123", Sends("abc123")),
        ("a slash at the end", OOB, "https://as.example/oauth/authorize/abc123/", Sends("abc123")),
        ("a query", OOB, "https://as.example/oauth/authorize/abc123?locale=en", Sends("abc123")),
        ("the path alone", OOB, "/oauth/authorize/abc123", Sends("abc123")),
        ("native", OOB, "https://as.example/oauth/authorize/native?code=abc123", Sends("abc123")),
        ("native, its path", OOB, "/oauth/authorize/native?code=abc123", Sends("abc123")),
        ("native, its end", OOB, "native?code=abc123", Sends("abc123")),
        ("another port", OOB, "https://AS.example:8443/oauth/authorize/abc123", Sends("abc123")),
        ("closed by itself", "urn:ietf:wg:oauth:2.0:oob:auto", "/oauth/authorize/abc123", Sends("abc123")),
        ("another host", OOB, "https://evil.example/oauth/authorize/abc123", Fails(OAUTH_ERROR_STATE)),
        (
            "native, another host",
            OOB,
            "https://evil.example/authorize/native?code=x",
            Fails(OAUTH_ERROR_STATE),
        ),
        ("a host that begins so", OOB, "https://as.example.evil/authorize/abc123", Fails(OAUTH_ERROR_STATE)),
        ("a user's name", OOB, "https://as.example@evil.example/authorize/abc", Fails(OAUTH_ERROR_STATE)),
        ("another page", OOB, "https://as.example/native?code=x&error=", Fails(OAUTH_ERROR_STATE)),
        ("no page", OOB, "https://as.example/oauth/authorize?code=abc123", Fails(OAUTH_ERROR_STATE)),
        ("the URI itself", OOB, "urn:ietf:wg:oauth:2.0:oob?code=abc123", Fails(OAUTH_ERROR_STATE)),
        ("the query alone", OOB, "?code=abc123", Fails(OAUTH_ERROR_STATE)),
        (
            "a redirect URI like it",
            "urn:ietf:wg:oauth:2.0:oob2",
            "/authorize/abc123",
            Fails(OAUTH_ERROR_STATE),
        ),
    ];
    let mut table = Table::new("pages");
    for (name, redirect_uri, text, want) in cases {
        for pkce in ["S256", "off"] {
            table.row(&format!("{name}, pkce {pkce}"), |row| {
                let client = client(&[(OAUTH_REDIRECT_URI, redirect_uri), (OAUTH_PKCE, pkce)]);
                row.holds("nothing is pending", client.exchange(text) < OAUTH_HTTP_NEEDED);
                client.authorize_url();
                match want {
                    Sends(code) => {
                        row.returned(client.exchange(text), OAUTH_HTTP_NEEDED);
                        row.eq("code", sent(&client).parameter("code").as_deref(), Some(*code));
                    }
                    Fails(number) => {
                        row.returned(client.exchange(text), *number);
                        row.returned(client.exchange("right"), OAUTH_HTTP_NEEDED);
                    }
                    Refused(..) => unreachable!(),
                }
            });
        }
    }
    table.end();
}

/// Texts that no C string can hold, and very long ones.
#[test]
fn pasted_fields() {
    let huge = "a".repeat(2 * 1024 * 1024);
    let long = "x".repeat(20_000);
    let junk = "%".repeat(100_000);
    let marks = format!("?{}code=abc", "?".repeat(100_000));
    let layers = "\" ' ".repeat(196_608);
    let amps = format!("?{}code=abc", "&amp;".repeat(50_000));
    let cases: &[(&str, &[u8], i32, i32)] = &[
        ("a field, padded", b"abc     ", 8, OAUTH_HTTP_NEEDED),
        ("a field, ended by a NUL", b"abc\0def", 7, OAUTH_HTTP_NEEDED),
        ("not UTF-8", b"?code=\xff\xfe", 8, OAUTH_ERROR_ENCODING),
        ("EBCDIC", &[0x83, 0x96, 0x84, 0x85], 4, OAUTH_ERROR_ENCODING),
        ("a negative length", b"abc", -2, OAUTH_ERROR_LENGTH),
        ("2 MiB", huge.as_bytes(), 2 * 1024 * 1024, OAUTH_ERROR_LENGTH),
        ("a long code", long.as_bytes(), 20_000, OAUTH_HTTP_NEEDED),
        ("percent signs", junk.as_bytes(), 100_000, OAUTH_HTTP_NEEDED),
        ("question marks", marks.as_bytes(), 100_009, OAUTH_ERROR_STATE),
        ("quotes and blanks", layers.as_bytes(), 786_432, OAUTH_ERROR_CODE),
        ("ampersands", amps.as_bytes(), i32::try_from(amps.len()).unwrap(), OAUTH_ERROR_STATE),
    ];
    let mut table = Table::new("pasted fields");
    for (name, text, length, number) in cases {
        table.row(name, |row| {
            let client = client(&[]);
            client.authorize_url();
            let took = cpu_time(|| {
                // SAFETY: every length is that of its text, or refused before the text is read.
                let n = unsafe { ffi::oauth_exchange_code(client.0, text.as_ptr().cast(), *length) };
                row.returned(n, *number);
            });
            row.holds(&format!("took {took} s"), took < 1.5);
        });
    }
    table.end();
}
