//! The three servers whose documents the project started from: what is sent to each, byte for byte, and what it answers
//! by its document and by its code.

use crate::common::Client;
use crate::support::{sent, Row, Settings, Table};
use oauth::constants::*;

struct Document {
    name: &'static str,
    profile: &'static str,
    set: Settings<'static>,
    url: &'static str,
    /// What the person brings back.
    pasted: &'static str,
    code: &'static str,
    post: &'static str,
    headers: &'static [&'static str],
    /// `{verifier}` stands for what is new each time.
    content: &'static str,
    answer: &'static str,
    /// Access token, refresh token, seconds until it expires, token type.
    gives: (&'static str, &'static str, Option<i64>, &'static str),
    /// URL and content of the refresh, where one is possible.
    refresh: Option<(&'static str, &'static str)>,
}

const JSON: &[&str] = &["Accept: application/json", "Content-Type: application/json"];
const FORM: &[&str] = &["Accept: application/json", "Content-Type: application/x-www-form-urlencoded"];
const QUERY: &[&str] = &["Accept: application/json"];
const PROOF: &str = "&state={state}&code_challenge={challenge}&code_challenge_method=S256";

const DOCUMENTS: &[Document] = &[
    Document {
        name: "Stamps.com, JSON as in its guide",
        profile: "stamps",
        set: &[(OAUTH_REDIRECT_URI, "https://www.stamps.com")],
        url: "https://signin.stampsendicia.com/authorize?response_type=code&client_id=the-client\
              &redirect_uri=https%3A%2F%2Fwww.stamps.com&scope=offline_access{proof}",
        pasted: "https://www.stamps.com/?code=Ab-12_cd&state={state}",
        code: "Ab-12_cd",
        post: "https://signin.stampsendicia.com/oauth/token",
        headers: JSON,
        content: r#"{"grant_type":"authorization_code","client_id":"the-client","client_secret":"the-secret",
            "code":"Ab-12_cd","code_verifier":"{verifier}","redirect_uri":"https://www.stamps.com"}"#,
        answer: r#"{"access_token":"eyJ.at","refresh_token":"v1.rt","id_token":"eyJ.id","token_type":"Bearer",
            "scope":"offline_access","expires_in":"900"}"#,
        gives: ("eyJ.at", "v1.rt", Some(900), "Bearer"),
        refresh: Some((
            "https://signin.stampsendicia.com/oauth/token",
            r#"{"grant_type":"refresh_token","client_id":"the-client","client_secret":"the-secret",
            "refresh_token":"v1.rt"}"#,
        )),
    },
    Document {
        name: "Stamps.com, testing, a form, no proof key",
        profile: "stamps",
        set: &[
            (OAUTH_BASE_URL, "https://signin.testing.stampsendicia.com"),
            (OAUTH_REDIRECT_URI, "https://www.stamps.com"),
            (OAUTH_REQUEST_BODY, "form"),
            (OAUTH_PKCE, "off"),
        ],
        url: "https://signin.testing.stampsendicia.com/authorize?response_type=code&client_id=the-client\
              &redirect_uri=https%3A%2F%2Fwww.stamps.com&scope=offline_access&state={state}",
        pasted: "https://www.stamps.com/?code=Ab-12_cd&state={state}",
        code: "Ab-12_cd",
        post: "https://signin.testing.stampsendicia.com/oauth/token",
        headers: FORM,
        content: "grant_type=authorization_code&code=Ab-12_cd&redirect_uri=https%3A%2F%2Fwww.stamps.com\
                  &client_id=the-client&client_secret=the-secret",
        answer: r#"{"access_token":"eyJ.at","refresh_token":"v1.rt","token_type":"Bearer","expires_in":"900"}"#,
        gives: ("eyJ.at", "v1.rt", Some(900), "Bearer"),
        refresh: Some((
            "https://signin.testing.stampsendicia.com/oauth/token",
            "grant_type=refresh_token&refresh_token=v1.rt&client_id=the-client&client_secret=the-secret",
        )),
    },
    Document {
        name: "BellaDati, everything in the query",
        profile: "belladati",
        set: &[(OAUTH_REDIRECT_URI, "https://app.example/cb")],
        url: "https://service.belladati.com/auth/oauth/request:new?response_type=CODE&client_id=the-client\
              &redirect_uri=https%3A%2F%2Fapp.example%2Fcb&state={state}",
        pasted: "https://app.example/cb?code=0aBc9&state={state}",
        code: "0aBc9",
        post: "https://service.belladati.com/oauth/v2/accessToken?grant_type=authorization_code&code=0aBc9\
               &redirect_uri=https%3A%2F%2Fapp.example%2Fcb&client_id=the-client&client_secret=the-secret",
        headers: QUERY,
        content: "",
        answer:
            "{\n  \"access_token\" : \"at\",\n  \"token_type\" : \"bearer\",\n  \"expires_in\" : 3600,\n}",
        gives: ("at", "", Some(3600), "bearer"),
        refresh: None,
    },
    Document {
        name: "BellaDati on premise, a form",
        profile: "belladati",
        set: &[
            (OAUTH_BASE_URL, "https://bi.example:8443"),
            (OAUTH_REDIRECT_URI, "https://app.example/cb"),
            (OAUTH_REQUEST_BODY, "form"),
        ],
        url: "https://bi.example:8443/auth/oauth/request:new?response_type=CODE&client_id=the-client\
              &redirect_uri=https%3A%2F%2Fapp.example%2Fcb&state={state}",
        pasted: "0aBc9",
        code: "0aBc9",
        post: "https://bi.example:8443/oauth/v2/accessToken",
        headers: FORM,
        content: "grant_type=authorization_code&code=0aBc9&redirect_uri=https%3A%2F%2Fapp.example%2Fcb\
                  &client_id=the-client&client_secret=the-secret",
        answer: r#"{"access_token":"at","token_type":"bearer","refresh_token":"rt","expires_in":3600,}"#,
        gives: ("at", "rt", Some(3600), "bearer"),
        refresh: Some((
            "https://bi.example:8443/oauth/v2/accessToken",
            "grant_type=refresh_token&refresh_token=rt&client_id=the-client&client_secret=the-secret",
        )),
    },
    Document {
        name: "Metamaps, a form, as its code answers: no expiry, no refresh token",
        profile: "metamaps",
        set: &[],
        url: "https://metamaps.cc/oauth/authorize?response_type=code&client_id=the-client\
              &redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob{proof}",
        pasted: "https://metamaps.cc/oauth/authorize/4d2eb1f0a5",
        code: "4d2eb1f0a5",
        post: "https://metamaps.cc/oauth/token",
        headers: FORM,
        content: "grant_type=authorization_code&code=4d2eb1f0a5\
                  &redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob&code_verifier={verifier}\
                  &client_id=the-client&client_secret=the-secret",
        answer: r#"{"access_token":"at","token_type":"bearer","created_at":1497040325}"#,
        gives: ("at", "", None, "bearer"),
        refresh: None,
    },
    Document {
        name: "Metamaps, the query, as its tutorial answers",
        profile: "metamaps",
        set: &[(OAUTH_REQUEST_BODY, "query"), (OAUTH_PKCE, "off")],
        url: "https://metamaps.cc/oauth/authorize?response_type=code&client_id=the-client\
              &redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob&state={state}",
        pasted: "https://metamaps.cc/oauth/authorize/native?code=4d2eb1f0a5",
        code: "4d2eb1f0a5",
        post: "https://metamaps.cc/oauth/token?grant_type=authorization_code&code=4d2eb1f0a5\
               &redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob\
               &client_id=the-client&client_secret=the-secret",
        headers: QUERY,
        content: "",
        answer: r#"{"access_token":"at","token_type":"bearer","expires_in":7200,"refresh_token":"rt"}"#,
        gives: ("at", "rt", Some(7200), "bearer"),
        refresh: Some((
            "https://metamaps.cc/oauth/token?grant_type=refresh_token&refresh_token=rt\
             &client_id=the-client&client_secret=the-secret",
            "",
        )),
    },
];

#[test]
fn the_three_documents() {
    let mut table = Table::new("documents");
    for case in DOCUMENTS {
        table.row(case.name, |row| flow(row, case));
    }
    table.end();
}

fn flow(row: &mut Row, case: &Document) {
    let client = Client::with(&[
        (OAUTH_PROFILE, case.profile),
        (OAUTH_HTTP, "caller"),
        (OAUTH_CLIENT_ID, "the-client"),
        (OAUTH_CLIENT_SECRET, "the-secret"),
    ]);
    for (property, text) in case.set {
        client.must_set(*property, text);
    }
    let url = client.authorize_url();
    let state = client.get(OAUTH_STATE);
    let challenge = url.split("code_challenge=").nth(1).and_then(|rest| rest.split('&').next());
    let expected = case.url.replace("{proof}", PROOF).replace("{state}", &state);
    row.eq("url", url.as_str(), expected.replace("{challenge}", challenge.unwrap_or_default()).as_str());

    row.returned(client.exchange(&case.pasted.replace("{state}", &state)), OAUTH_HTTP_NEEDED);
    let request = sent(&client);
    let verifier = request.parameter("code_verifier").unwrap_or_default();
    row.eq("code", request.parameter("code").as_deref(), Some(case.code));
    same(row, &client, case, case.post, &case.content.replace("{verifier}", &verifier));

    row.returned(client.respond(200, "Content-Type: application/json\r\n", case.answer.as_bytes()), 0);
    let (access, refresh, expires_in, token_type) = case.gives;
    row.eq("access token", client.access_token().1.as_str(), access);
    row.eq("header", client.header().1, format!("Authorization: Bearer {access}"));
    row.eq("refresh token", client.get(OAUTH_REFRESH_TOKEN).as_str(), refresh);
    row.eq("token type", client.get(OAUTH_TOKEN_TYPE).as_str(), token_type);
    row.eq("expires at is known", !client.get(OAUTH_EXPIRES_AT).is_empty(), expires_in.is_some());

    let Some((post, content)) = case.refresh else {
        row.returned(client.refresh(), OAUTH_ERROR_SIGN_IN);
        return;
    };
    row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
    same(row, &client, case, post, content);
}

/// JSON has no order; everything else is compared as it stands.
fn same(row: &mut Row, client: &Client, case: &Document, post: &str, content: &str) {
    let request = sent(client);
    row.eq("method", request.method.as_str(), "POST");
    row.eq("URL", request.url.as_str(), post);
    let lines: Vec<String> = request.headers.iter().map(|(n, v)| format!("{n}: {v}")).collect();
    row.eq("headers", lines.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), case.headers);
    if case.headers == JSON {
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        row.eq("content", json(&request.content), json(content));
    } else {
        row.eq("content", request.content.as_str(), content);
    }
}
