//! Authorization URLs (RFC 6749 section 4.1.1): their exact text, and what none is made of.

use crate::common::{error_text, Client};
use crate::support::{client, parameter_of, Settings, Table};
use oauth::constants::*;

struct Case {
    name: &'static str,
    set: Settings<'static>,
    /// The whole URL; `{state}` and `{challenge}` stand for what is new each time, `{proof}` for both with their
    /// names.
    url: &'static str,
}

const PROOF: &str = "state={state}&code_challenge={challenge}&code_challenge_method=S256";
/// The same where an ID token is asked for, which has to bring a nonce back.
const OPENID_PROOF: &str =
    "state={state}&nonce={nonce}&code_challenge={challenge}&code_challenge_method=S256";

/// Without a redirect URI, which most rows are not about.
fn plain(settings: Settings) -> Client {
    let client = client(&[(OAUTH_REDIRECT_URI, "")]);
    for (property, text) in settings {
        client.must_set(*property, text);
    }
    client
}

const URLS: &[Case] = &[
    Case {
        name: "the least",
        set: &[],
        url: "https://as.example/authorize?response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "redirect_uri with a query, scopes with blanks",
        set: &[(OAUTH_REDIRECT_URI, "https://app.example/cb?a=1&b=2"), (OAUTH_SCOPE, "read write")],
        url: "https://as.example/authorize?response_type=code&client_id=client\
              &redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fa%3D1%26b%3D2&scope=read%20write&{proof}",
    },
    Case {
        name: "redirect_uri of an application",
        set: &[(OAUTH_REDIRECT_URI, "com.example.app:/cb")],
        url: "https://as.example/authorize?response_type=code&client_id=client\
              &redirect_uri=com.example.app%3A%2Fcb&{proof}",
    },
    Case {
        name: "redirect_uri out of band",
        set: &[(OAUTH_REDIRECT_URI, "urn:ietf:wg:oauth:2.0:oob")],
        url: "https://as.example/authorize?response_type=code&client_id=client\
              &redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob&{proof}",
    },
    // ---- endpoints ----
    Case {
        name: "endpoint with a query (RFC 6749 section 3.1)",
        set: &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/authorize?tenant=a%20b")],
        url: "https://as.example/authorize?tenant=a%20b&response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "endpoint that ends in a question mark",
        set: &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/authorize?")],
        url: "https://as.example/authorize?response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "endpoint that ends in an ampersand",
        set: &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/authorize?a=1&")],
        url: "https://as.example/authorize?a=1&response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "endpoint with a fragment (RFC 3986 section 3)",
        set: &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/authorize?a=b#c?d")],
        url: "https://as.example/authorize?a=b&response_type=code&client_id=client&{proof}#c?d",
    },
    Case {
        name: "endpoint with a fragment, without a proof key",
        set: &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/#"), (OAUTH_PKCE, "off")],
        url: "https://as.example/?response_type=code&client_id=client&state={state}#",
    },
    Case {
        name: "endpoint of a page behind a fragment (Apollo)",
        set: &[
            (OAUTH_AUTHORIZATION_ENDPOINT, "https://app.as.example/#/oauth/authorize"),
            (OAUTH_QUERY_IN_FRAGMENT, "yes"),
        ],
        url: "https://app.as.example/#/oauth/authorize?response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "endpoint of a page behind a fragment, each with a query",
        set: &[
            (OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/?a=1#/authorize"),
            (OAUTH_QUERY_IN_FRAGMENT, "yes"),
        ],
        url: "https://as.example/?a=1#/authorize?response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "endpoint of a page whose route has a query",
        set: &[
            (OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/#/authorize?a=1"),
            (OAUTH_QUERY_IN_FRAGMENT, "yes"),
        ],
        url: "https://as.example/#/authorize?a=1&response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "a query in the fragment where there is none",
        set: &[(OAUTH_QUERY_IN_FRAGMENT, "yes")],
        url: "https://as.example/authorize?response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "endpoint with a colon (BellaDati)",
        set: &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example:8443/auth/oauth/request:new")],
        url: "https://as.example:8443/auth/oauth/request:new?response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "endpoint without a path",
        set: &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example")],
        url: "https://as.example?response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "endpoint on loopback over http (RFC 8252 section 8.3)",
        set: &[(OAUTH_AUTHORIZATION_ENDPOINT, "http://[::1]:8080/authorize")],
        url: "http://[::1]:8080/authorize?response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "endpoint over http where that is allowed",
        set: &[
            (OAUTH_ALLOW_HTTP, "yes"),
            (OAUTH_AUTHORIZATION_ENDPOINT, "http://service.belladati.example/auth/oauth/request:new"),
        ],
        url: "http://service.belladati.example/auth/oauth/request:new\
              ?response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "path below a base URL",
        set: &[(OAUTH_BASE_URL, "https://as.example/tenant"), (OAUTH_AUTHORIZATION_ENDPOINT, "/authorize")],
        url: "https://as.example/tenant/authorize?response_type=code&client_id=client&{proof}",
    },
    Case {
        name: "path below a base URL that ends in a slash",
        set: &[(OAUTH_BASE_URL, "https://as.example/"), (OAUTH_AUTHORIZATION_ENDPOINT, "/authorize?a=b")],
        url: "https://as.example/authorize?a=b&response_type=code&client_id=client&{proof}",
    },
    // ---- encoding ----
    Case {
        name: "client_id of any characters",
        set: &[(OAUTH_CLIENT_ID, "odd:id +&=/?#%é\"'<>")],
        url: "https://as.example/authorize?response_type=code\
              &client_id=odd%3Aid%20%2B%26%3D%2F%3F%23%25%C3%A9%22%27%3C%3E&{proof}",
    },
    Case {
        name: "scope outside ASCII",
        set: &[(OAUTH_SCOPE, "lesen übertragen 読む")],
        url: "https://as.example/authorize?response_type=code&client_id=client\
              &scope=lesen%20%C3%BCbertragen%20%E8%AA%AD%E3%82%80&{proof}",
    },
    Case {
        name: "scopes that are URLs",
        set: &[(OAUTH_SCOPE, "https://api.example/auth/drive.read-only openid")],
        url: "https://as.example/authorize?response_type=code&client_id=client\
              &scope=https%3A%2F%2Fapi.example%2Fauth%2Fdrive.read-only%20openid&{openid_proof}",
    },
    Case {
        name: "scope with a plus of its own",
        set: &[(OAUTH_SCOPE, "a+b c")],
        url: "https://as.example/authorize?response_type=code&client_id=client&scope=a%2Bb%20c&{proof}",
    },
    Case {
        name: "scopes with blanks around and between",
        set: &[(OAUTH_SCOPE, "  a   b ")],
        url: "https://as.example/authorize?response_type=code&client_id=client&scope=a%20b&{proof}",
    },
    // ---- scope separators ----
    Case {
        name: "separator space",
        set: &[(OAUTH_SCOPE, "a b"), (OAUTH_SCOPE_SEPARATOR, "space")],
        url: "https://as.example/authorize?response_type=code&client_id=client&scope=a%20b&{proof}",
    },
    Case {
        name: "separator is a blank",
        set: &[(OAUTH_SCOPE, "a b"), (OAUTH_SCOPE_SEPARATOR, " ")],
        url: "https://as.example/authorize?response_type=code&client_id=client&scope=a%20b&{proof}",
    },
    Case {
        name: "separator comma (Slack, Strava, Zoom)",
        set: &[(OAUTH_SCOPE, "a b c"), (OAUTH_SCOPE_SEPARATOR, "comma")],
        url: "https://as.example/authorize?response_type=code&client_id=client&scope=a%2Cb%2Cc&{proof}",
    },
    Case {
        name: "separator , and scopes that have them already",
        set: &[(OAUTH_SCOPE, "a,b c"), (OAUTH_SCOPE_SEPARATOR, ",")],
        url: "https://as.example/authorize?response_type=code&client_id=client&scope=a%2Cb%2Cc&{proof}",
    },
    Case {
        name: "separator is a bare plus (Pennylane, Workable)",
        set: &[(OAUTH_SCOPE, "a b"), (OAUTH_SCOPE_SEPARATOR, "+")],
        url: "https://as.example/authorize?response_type=code&client_id=client&scope=a+b&{proof}",
    },
    Case {
        name: "separator semicolon",
        set: &[(OAUTH_SCOPE, "a b"), (OAUTH_SCOPE_SEPARATOR, ";")],
        url: "https://as.example/authorize?response_type=code&client_id=client&scope=a;b&{proof}",
    },
    Case {
        name: "separator that no URL may hold as it is (RFC 3986 section 2)",
        set: &[(OAUTH_SCOPE, "a b"), (OAUTH_SCOPE_SEPARATOR, "|")],
        url: "https://as.example/authorize?response_type=code&client_id=client&scope=a%7Cb&{proof}",
    },
    // ---- response_type, verbatim ----
    Case {
        name: "response_type in upper case (BellaDati)",
        set: &[(OAUTH_RESPONSE_TYPE, "CODE")],
        url: "https://as.example/authorize?response_type=CODE&client_id=client&{proof}",
    },
    Case {
        name: "response_type of two words (DATEV)",
        set: &[(OAUTH_RESPONSE_TYPE, "code id_token")],
        url: "https://as.example/authorize?response_type=code%20id_token&client_id=client&{proof}",
    },
    Case {
        name: "response_type of its own (Follow Up Boss)",
        set: &[(OAUTH_RESPONSE_TYPE, "auth_code")],
        url: "https://as.example/authorize?response_type=auth_code&client_id=client&{proof}",
    },
    Case {
        name: "response_type taken back",
        set: &[(OAUTH_RESPONSE_TYPE, "x"), (OAUTH_RESPONSE_TYPE, "")],
        url: "https://as.example/authorize?response_type=code&client_id=client&{proof}",
    },
    // ---- proof key ----
    Case {
        name: "proof key plain",
        set: &[(OAUTH_PKCE, "plain")],
        url: "https://as.example/authorize?response_type=code&client_id=client&state={state}\
              &code_challenge={challenge}&code_challenge_method=plain",
    },
    Case {
        name: "proof key off",
        set: &[(OAUTH_PKCE, "off")],
        url: "https://as.example/authorize?response_type=code&client_id=client&state={state}",
    },
    Case {
        name: "proof key taken back",
        set: &[(OAUTH_PKCE, "off"), (OAUTH_PKCE, "")],
        url: "https://as.example/authorize?response_type=code&client_id=client&{proof}",
    },
    // ---- further parameters ----
    Case {
        name: "further parameters (Google)",
        set: &[(OAUTH_AUTHORIZE_PARAMS, "access_type=offline&prompt=consent")],
        url: "https://as.example/authorize?response_type=code&client_id=client\
              &access_type=offline&prompt=consent&{proof}",
    },
    Case {
        name: "further parameters with a question mark before them",
        set: &[(OAUTH_AUTHORIZE_PARAMS, "?duration=permanent")],
        url: "https://as.example/authorize?response_type=code&client_id=client&duration=permanent&{proof}",
    },
    Case {
        name: "further parameters, encoded or not",
        set: &[(OAUTH_AUTHORIZE_PARAMS, "audience=https://api.example/&a%20b=c+d%26e&é=ü")],
        url: "https://as.example/authorize?response_type=code&client_id=client\
              &audience=https%3A%2F%2Fapi.example%2F&a%20b=c%20d%26e&%C3%A9=%C3%BC&{proof}",
    },
    Case {
        name: "a further parameter twice (RFC 8707 section 2)",
        set: &[(OAUTH_AUTHORIZE_PARAMS, "resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example")],
        url: "https://as.example/authorize?response_type=code&client_id=client\
              &resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example&{proof}",
    },
    Case {
        name: "a further parameter without a value",
        set: &[(OAUTH_AUTHORIZE_PARAMS, "force_login&a=")],
        url: "https://as.example/authorize?response_type=code&client_id=client&force_login=&a=&{proof}",
    },
    Case {
        name: "a parameter replaced",
        set: &[(OAUTH_SCOPE, "read"), (OAUTH_AUTHORIZE_PARAMS, "scope=all+of+it&response_type=token2")],
        url: "https://as.example/authorize?client_id=client&scope=all%20of%20it&response_type=token2&{proof}",
    },
    Case {
        name: "a client_id under another name (TikTok)",
        set: &[(OAUTH_AUTHORIZE_PARAMS, "client_key=key")],
        url: "https://as.example/authorize?response_type=code&client_id=client&client_key=key&{proof}",
    },
    Case {
        name: "a fixed state is not taken",
        set: &[(OAUTH_AUTHORIZE_PARAMS, "state=fixed&prompt=login")],
        url: "https://as.example/authorize?response_type=code&client_id=client&prompt=login&{proof}",
    },
    Case {
        name: "a fixed state is not taken, escaped either",
        set: &[(OAUTH_AUTHORIZE_PARAMS, "st%61te=fixed&a=1&%73tate=fixed")],
        url: "https://as.example/authorize?response_type=code&client_id=client&a=1&{proof}",
    },
    Case {
        name: "a fixed challenge is not taken",
        set: &[(OAUTH_AUTHORIZE_PARAMS, "code_challenge=x&code_challenge_method=plain&a=1")],
        url: "https://as.example/authorize?response_type=code&client_id=client&a=1&{proof}",
    },
    Case {
        name: "a fixed challenge is not taken, without a proof key either",
        set: &[(OAUTH_PKCE, "off"), (OAUTH_AUTHORIZE_PARAMS, "code_challenge=x&code_challenge_method=plain")],
        url: "https://as.example/authorize?response_type=code&client_id=client&state={state}",
    },
    // ---- what the person is asked (OpenID Connect Core sections 3.1.2.1 and 5.5, RFC 9396) ----
    Case {
        name: "all of it, in their order",
        set: &[
            (OAUTH_SCOPE, "openid"),
            (OAUTH_RESOURCE, "https://api.example/"),
            (OAUTH_RESPONSE_MODE, "form_post"),
            (OAUTH_PROMPT, "login consent"),
            (OAUTH_MAX_AGE, "0"),
            (OAUTH_LOGIN_HINT, "anne+x@example.com"),
            (OAUTH_CLAIMS, "{\"userinfo\":{\"email\":null}}"),
            (OAUTH_AUTHORIZATION_DETAILS, "[{\"type\":\"account\", \"actions\":[\"read\"]}]"),
        ],
        url: "https://as.example/authorize?response_type=code&client_id=client&scope=openid\
              &resource=https%3A%2F%2Fapi.example%2F&response_mode=form_post&prompt=login%20consent&max_age=0\
              &login_hint=anne%2Bx%40example.com&claims=%7B%22userinfo%22%3A%7B%22email%22%3Anull%7D%7D\
              &authorization_details=%5B%7B%22type%22%3A%22account%22%2C%20%22actions%22%3A%5B%22read%22%5D%7D%5D\
              &{openid_proof}",
    },
    Case {
        name: "authorize_params stand for them",
        set: &[
            (OAUTH_PROMPT, "login"),
            (OAUTH_MAX_AGE, "600"),
            (OAUTH_AUTHORIZE_PARAMS, "prompt=consent&response_mode=web_message"),
        ],
        url: "https://as.example/authorize?response_type=code&client_id=client&max_age=600\
              &prompt=consent&response_mode=web_message&{proof}",
    },
    Case {
        name: "their names at the server",
        set: &[
            (OAUTH_LOGIN_HINT, "anne"),
            (OAUTH_PROMPT, "login"),
            (OAUTH_AUTHORIZE_NAMES, "login_hint=user&prompt="),
        ],
        url: "https://as.example/authorize?response_type=code&client_id=client&user=anne&{proof}",
    },
    // ---- other names ----
    Case {
        name: "names in one word (Walmart, Shopline)",
        set: &[
            (OAUTH_REDIRECT_URI, "https://app.example/cb"),
            (OAUTH_SCOPE, "a"),
            (
                OAUTH_AUTHORIZE_NAMES,
                "client_id=clientId&redirect_uri=redirectUri&response_type=responseType&state=customField",
            ),
        ],
        url: "https://as.example/authorize?responseType=code&clientId=client\
              &redirectUri=https%3A%2F%2Fapp.example%2Fcb&scope=a&customField={state}\
              &code_challenge={challenge}&code_challenge_method=S256",
    },
    Case {
        name: "names of the proof",
        set: &[(OAUTH_AUTHORIZE_NAMES, "state=payload&code_challenge=c%26&code_challenge_method=how")],
        url: "https://as.example/authorize?response_type=code&client_id=client&payload={state}\
              &c%26={challenge}&how=S256",
    },
    Case {
        name: "parameters left out",
        set: &[(OAUTH_AUTHORIZE_NAMES, "response_type=&client_id=&code_challenge_method=&scope=")],
        url: "https://as.example/authorize?state={state}&code_challenge={challenge}",
    },
    Case {
        name: "names that change places",
        set: &[(OAUTH_AUTHORIZE_NAMES, "response_type=client_id&client_id=response_type")],
        url: "https://as.example/authorize?client_id=code&response_type=client&{proof}",
    },
    Case {
        name: "a further parameter under our name, and one under the server's",
        set: &[
            (OAUTH_AUTHORIZE_NAMES, "client_id=app_id&response_type=kind"),
            (OAUTH_AUTHORIZE_PARAMS, "client_id=1&kind=k&prompt=login"),
        ],
        url: "https://as.example/authorize?app_id=1&kind=k&prompt=login&{proof}",
    },
    Case {
        name: "a fixed state is not taken under any name",
        set: &[
            (OAUTH_AUTHORIZE_NAMES, "state=payload&code_challenge=proof"),
            (
                OAUTH_AUTHORIZE_PARAMS,
                "payload=fixed&state=fixed&proof=x&p%61yload=fixed&code_challenge=x&a=1",
            ),
        ],
        url: "https://as.example/authorize?response_type=code&client_id=client&a=1&payload={state}\
              &proof={challenge}&code_challenge_method=S256",
    },
];

#[test]
fn authorization_urls() {
    let mut table = Table::new("authorization URLs");
    for case in URLS {
        table.row(case.name, |row| {
            let client = plain(case.set);
            let url = client.authorize_url();
            let state = client.get(OAUTH_STATE);
            let of_name = |name| parameter_of(&url, name);
            let challenge =
                ["code_challenge", "c&", "proof"].into_iter().find_map(of_name).unwrap_or_default();
            let expected = case.url.replace("{proof}", PROOF).replace("{openid_proof}", OPENID_PROOF);
            let nonce = of_name("nonce").unwrap_or_default();
            if expected.contains("{nonce}") {
                row.eq("length of the nonce", nonce.len(), 22);
            }
            let expected = expected.replace("{nonce}", &nonce);
            if expected.contains("{challenge}") {
                row.eq("length of the challenge", challenge.len(), 43);
            }
            row.eq("url", url, expected.replace("{state}", &state).replace("{challenge}", &challenge));
        });
    }
    table.end();
}

/// What no URL can be made of. The last setting may be refused itself.
const REFUSED: &[(&str, Settings<'static>, i32)] = &[
    ("no endpoint", &[(OAUTH_AUTHORIZATION_ENDPOINT, "")], OAUTH_ERROR_MISSING),
    ("no client_id", &[(OAUTH_CLIENT_ID, "")], OAUTH_ERROR_MISSING),
    ("path without a base URL", &[(OAUTH_AUTHORIZATION_ENDPOINT, "/authorize")], OAUTH_ERROR_MISSING),
    ("http", &[(OAUTH_AUTHORIZATION_ENDPOINT, "http://as.example/authorize")], OAUTH_ERROR_INSECURE),
    (
        "http, no longer allowed",
        &[
            (OAUTH_ALLOW_HTTP, "yes"),
            (OAUTH_AUTHORIZATION_ENDPOINT, "http://as.example/authorize"),
            (OAUTH_ALLOW_HTTP, "no"),
        ],
        OAUTH_ERROR_INSECURE,
    ),
    (
        "http to a host that is called like loopback",
        &[(OAUTH_AUTHORIZATION_ENDPOINT, "http://localhost.example/authorize")],
        OAUTH_ERROR_INSECURE,
    ),
    ("another scheme", &[(OAUTH_AUTHORIZATION_ENDPOINT, "javascript:alert(1)//x")], OAUTH_ERROR_VALUE),
    ("no scheme", &[(OAUTH_AUTHORIZATION_ENDPOINT, "as.example/authorize")], OAUTH_ERROR_VALUE),
    ("a scheme alone", &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://")], OAUTH_ERROR_VALUE),
    ("a path with two slashes", &[(OAUTH_AUTHORIZATION_ENDPOINT, "//as.example/x")], OAUTH_ERROR_VALUE),
    ("user and password", &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://u:p@as.example/x")], OAUTH_ERROR_VALUE),
    ("a blank", &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/a b")], OAUTH_ERROR_VALUE),
    ("a line end", &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/\r\nHost: x")], OAUTH_ERROR_VALUE),
    ("not ASCII", &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/é")], OAUTH_ERROR_VALUE),
    // RFC 6749 section 3.2: the token endpoint must not include a fragment. Nothing behind it would be sent.
    ("token endpoint with #", &[(OAUTH_TOKEN_ENDPOINT, "https://as.example/token#x")], OAUTH_ERROR_VALUE),
    ("refresh endpoint with #", &[(OAUTH_REFRESH_ENDPOINT, "https://as.example/token#x")], OAUTH_ERROR_VALUE),
    ("redirect_uri with # (3.1.2)", &[(OAUTH_REDIRECT_URI, "https://app.example/#cb")], OAUTH_ERROR_VALUE),
    ("redirect_uri without a scheme", &[(OAUTH_REDIRECT_URI, "/cb")], OAUTH_ERROR_VALUE),
    ("redirect_uri with a blank", &[(OAUTH_REDIRECT_URI, "https://app.example/c b")], OAUTH_ERROR_VALUE),
    ("redirect_uri with a user's name", &[(OAUTH_REDIRECT_URI, "https://a@app.example/")], OAUTH_ERROR_VALUE),
    ("redirect_uri with a backslash", &[(OAUTH_REDIRECT_URI, "http://127.0.0.1\\@evil/")], OAUTH_ERROR_VALUE),
    ("redirect_uri without slashes", &[(OAUTH_REDIRECT_URI, "http:127.0.0.1/cb")], OAUTH_ERROR_VALUE),
    ("a scheme's name with a colon", &[(OAUTH_ALLOW_REDIRECT_URI, "http:")], OAUTH_ERROR_VALUE),
    ("iss without an issuer", &[(OAUTH_REQUIRE_ISS, "yes")], OAUTH_ERROR_MISSING),
    (
        "a redirect_uri of authorize_params",
        &[(OAUTH_AUTHORIZE_PARAMS, "redirect_uri=javascript%3Aalert(1)")],
        OAUTH_ERROR_INSECURE,
    ),
    (
        "a redirect_uri of authorize_params under the server's name",
        &[
            (OAUTH_AUTHORIZE_NAMES, "redirect_uri=back"),
            (OAUTH_AUTHORIZE_PARAMS, "back=javascript%3Aalert(1)"),
        ],
        OAUTH_ERROR_INSECURE,
    ),
    ("client_id called state", &[(OAUTH_AUTHORIZE_NAMES, "client_id=state")], OAUTH_ERROR_VALUE),
    (
        "response_type called client_id",
        &[(OAUTH_AUTHORIZE_NAMES, "response_type=client_id")],
        OAUTH_ERROR_VALUE,
    ),
    (
        "authorize_params that come to have one name",
        &[(OAUTH_AUTHORIZE_NAMES, "client_id=id"), (OAUTH_AUTHORIZE_PARAMS, "client_id=1&id=2")],
        OAUTH_ERROR_VALUE,
    ),
    ("scope with a line end", &[(OAUTH_SCOPE, "a\nb")], OAUTH_ERROR_VALUE),
    ("separator of two characters", &[(OAUTH_SCOPE_SEPARATOR, ", ")], OAUTH_ERROR_VALUE),
    ("separator &", &[(OAUTH_SCOPE_SEPARATOR, "&")], OAUTH_ERROR_VALUE),
    ("separator #", &[(OAUTH_SCOPE_SEPARATOR, "#")], OAUTH_ERROR_VALUE),
    ("proof key of no such kind", &[(OAUTH_PKCE, "sha256")], OAUTH_ERROR_VALUE),
];

#[test]
fn what_no_url_is_made_of() {
    let mut table = Table::new("refused authorization URLs");
    for (name, settings, number) in REFUSED {
        table.row(name, |row| {
            let client = plain(&[]);
            let (last, before) = settings.split_last().expect("a setting");
            for (property, text) in before {
                client.must_set(*property, text);
            }
            let kept = client.get(last.0);
            let mut n = client.set(last.0, last.1);
            if n < 0 {
                row.returned(n, *number);
                row.eq("the setting after an error", client.get(last.0), kept);
                return;
            }
            n = unsafe { oauth::ffi::oauth_build_authorize_url(client.0, [0; 4096].as_mut_ptr(), 4096) };
            row.returned(n, *number);
            row.action(OAUTH_ACTION_FIX);
            row.eq("state", client.get(OAUTH_STATE), String::new());
        });
    }
    table.end();
}

/// What a browser runs or shows by itself, and what goes over the network in the clear (RFC 9700 section 2.6).
#[test]
fn redirect_uris_and_their_schemes() {
    const SAFE: &[&str] = &[
        "https://app.example/cb",
        "HTTPS://app.example/cb",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:8400/cb",
        "http://127.8.9.10/cb",
        "HTTP://[::1]:8400/cb",
        "http://[0:0:0:0:0:0:0:1]/cb",
        "http://localhost:8400/cb",
        "http://LOCALHOST/cb",
        "com.example.app:/cb",
        "myapp://cb",
        "urn:ietf:wg:oauth:2.0:oob",
        "urn:ietf:wg:oauth:2.0:oob:auto",
    ];
    const UNSAFE: &[&str] = &[
        "http://app.example/cb",
        "HTTP://app.example/cb",
        "http://127.0.0.1./cb",
        "http://127.0.0.1.evil.example/cb",
        "http://localhost.evil.example/cb",
        "http://localhost./cb",
        "http://app.localhost/cb",
        "http://127.1/cb",
        "http://0x7f.1/cb",
        "http://2130706433/cb",
        "http://0177.0.0.1/cb",
        "http://0.0.0.0/cb",
        "http://[::]/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://[::2]/cb",
        "javascript:alert(1)",
        "JavaScript://app.example/%0aalert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///tmp/x",
        "blob:https://app.example/x",
        "about:blank",
        "view-source:https://app.example/",
        "filesystem:https://app.example/x",
        "ws://app.example/cb",
        "ftp://app.example/cb",
        "mailto:anne@app.example",
    ];
    let made = |client: &Client| unsafe {
        oauth::ffi::oauth_build_authorize_url(client.0, [0; 4096].as_mut_ptr(), 4096)
    };
    let mut table = Table::new("redirect URIs");
    for uri in SAFE {
        table.row(uri, |row| {
            let client = client(&[(OAUTH_REDIRECT_URI, uri)]);
            row.holds("a URL is made", made(&client) > 0);
        });
    }
    for uri in UNSAFE {
        table.row(uri, |row| {
            let client = client(&[(OAUTH_REDIRECT_URI, uri), (OAUTH_ALLOW_HTTP, "yes")]);
            let scheme = uri.split(':').next().unwrap().to_lowercase();
            for others in ["", "https", "htt httpx", "java script"] {
                client.must_set(OAUTH_ALLOW_REDIRECT_URI, others);
                row.returned(made(&client), OAUTH_ERROR_INSECURE);
                row.action(OAUTH_ACTION_FIX);
                row.holds(
                    "it says what to set",
                    error_text().contains(&format!("set allow_redirect_uri to {scheme}")),
                );
                row.eq("state", client.get(OAUTH_STATE), String::new());
            }
            for named in [scheme.clone(), format!("other {} more", scheme.to_uppercase())] {
                client.must_set(OAUTH_ALLOW_REDIRECT_URI, &named);
                row.holds("a URL is made once it is named", made(&client) > 0);
            }
        });
    }
    table.end();
}
