#![forbid(unsafe_code)]
//! The servers with habits of their own.

mod support;

use base64::prelude::{Engine as _, BASE64_STANDARD};
use practice_server::{sign_in, SignIn};
use serde_json::{json, Value};
use support::*;

const OOB: &str = "&redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob";

/// The parameters of [`code_params`] and [`refresh_params`], as JSON.
fn as_json(params: &str) -> String {
    let pairs = params.split('&').filter_map(|part| part.split_once('='));
    let decode = |text: &str| text.replace("%3A", ":").replace("%2F", "/");
    let members: serde_json::Map<String, Value> = pairs
        .map(|(name, value)| {
            let value = if name == "redirect_uri" { CB.to_owned() } else { decode(value) };
            (name.to_owned(), Value::from(value))
        })
        .collect();
    Value::Object(members).to_string()
}

#[test]
fn stamps_takes_json_and_forms_and_says_expires_in_as_text() {
    let server = start();
    let code_of = || code(&server, "stamps/authorize", "demo", "&scope=offline_access%20openid");
    let by_json = send(&server, "POST", "/stamps/oauth/token", &[JSON], &as_json(&code_params(&code_of())));
    let by_form = post(&server, "/stamps/oauth/token", &code_params(&code_of()));
    for reply in [&by_json, &by_form] {
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.json()["expires_in"], "3600");
        assert_eq!(reply.member("id_token").split('.').count(), 3);
        let token = reply.member("access_token");
        assert_eq!(me(&server, "stamps", &format!("Bearer {token}")).status, 200);
    }
    let refresh = as_json(&refresh_params(&by_json.member("refresh_token")));
    assert_eq!(send(&server, "POST", "/stamps/oauth/token", &[JSON], &refresh).status, 200);

    let recorded = server.last_request();
    assert_eq!(recorded.param("grant_type").as_deref(), Some("refresh_token"));
    assert_eq!(recorded.header("content-type"), Some("application/json"));
    send(&server, "POST", "/stamps/oauth/token", &[JSON], "nonsense").is_error(400, "invalid_request");
}

#[test]
fn stamps_sends_people_back_to_its_front_page() {
    let server = start();
    let landed =
        land(&server, "stamps/authorize", "demo", "&redirect_uri=https%3A%2F%2Fwww.stamps.com&state=s");
    assert!(landed.starts_with("https://www.stamps.com/?code="), "{landed}");
    assert!(landed.ends_with("&state=s"), "{landed}");
}

#[test]
fn stamps_refuses_basic_and_wrong_secrets_in_auth0s_words() {
    let server = start();
    let code = code(&server, "stamps/authorize", "demo", "");
    let basic = format!("Authorization: Basic {}", BASE64_STANDARD.encode("demo:demo-secret"));
    let bare = format!("grant_type=authorization_code&code={code}&redirect_uri={}", encode(CB));
    send(&server, "POST", "/stamps/oauth/token", &[FORM, &basic], &bare).is_error(401, "access_denied");
    let wrong = code_params(&code).replace("demo-secret", "wrong");
    post(&server, "/stamps/oauth/token", &wrong).is_error(401, "access_denied");
    post(&server, "/stamps/oauth/token", &refresh_params("rt-no")).is_error(403, "invalid_grant");
    assert_eq!(post(&server, "/stamps/oauth/token", &code_params(&code)).status, 200);
    post(&server, "/stamps/oauth/token", &code_params(&code)).is_error(403, "invalid_grant");
}

#[test]
fn stamps_takes_the_previous_refresh_token_once_more_for_a_while() {
    let server = start();
    let code_of = || code(&server, "stamps/authorize", "demo", "&scope=offline_access");
    let refresh = |token: &str| post(&server, "/stamps/oauth/token", &refresh_params(token));

    let first = post(&server, "/stamps/oauth/token", &code_params(&code_of())).member("refresh_token");
    let second = refresh(&first).member("refresh_token");
    let third = refresh(&first).member("refresh_token");
    assert_ne!(second, third);
    let fourth = refresh(&third).member("refresh_token");
    refresh(&first).is_error(403, "invalid_grant");
    refresh(&fourth).is_error(403, "invalid_grant");
    refresh(&second).is_error(403, "invalid_grant");

    let first = post(&server, "/stamps/oauth/token", &code_params(&code_of())).member("refresh_token");
    let second = refresh(&first).member("refresh_token");
    server.advance(61);
    refresh(&first).is_error(403, "invalid_grant");
    refresh(&second).is_error(403, "invalid_grant");
}

#[test]
fn stamps_checks_pkce_when_it_was_asked_to() {
    let server = start();
    let code = code(&server, "stamps/authorize", "demo", &format!("&code_challenge={VERIFIER}"));
    let params = code_params(&code);
    let wrong = format!("{params}&code_verifier={CHALLENGE}");
    post(&server, "/stamps/oauth/token", &wrong).is_error(403, "invalid_grant");
    assert_eq!(
        post(&server, "/stamps/oauth/token", &format!("{params}&code_verifier={VERIFIER}")).status,
        200
    );
}

#[test]
fn belladati_takes_the_query_of_a_post_and_ends_its_json_with_a_comma() {
    let server = start();
    let path = "belladati/auth/oauth/request:new";
    let wrong = authorize_url(&server, path, "demo", "").replace("=CODE&", "=code&");
    assert!(sign_in(&wrong, &SignIn::default()).unwrap().contains("?error=unsupported_response_type&"));

    let token = "/belladati/oauth/v2/accessToken";
    let code = code(&server, path, "demo", "&code_challenge=ignored&state=s");
    let params = code_params(&code);
    post(&server, token, &params).is_error(401, "invalid_client");
    let without_secret = params.replace("&client_secret=demo-secret", "");
    let reply = send(&server, "POST", &format!("{token}?{without_secret}"), &[], "");
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(reply.body.ends_with(",\n}"), "{}", reply.body);
    assert_eq!(server.last_request().target, format!("{token}?{without_secret}"));

    let whole: Value = serde_json::from_str(&reply.body.replace(",\n}", "}")).unwrap();
    assert_eq!((&whole["token_type"], &whole["expires_in"]), (&json!("bearer"), &json!(3600)));
    let refresh = whole["refresh_token"].as_str().unwrap();
    let target = format!("{token}?{}", refresh_params(refresh));
    for _ in 0..2 {
        let reply = send(&server, "POST", &target, &[], "");
        assert!(reply.body.contains(refresh), "the same one comes back: {}", reply.body);
    }
    let wrong = format!("{token}?{}", params.replace("demo-secret", "wrong"));
    send(&server, "POST", &wrong, &[], "").is_error(401, "invalid_client");
    let second_path = land(&server, "belladati/auth/oauth/request", "demo", "");
    assert!(second_path.contains("?code="));
}

#[test]
fn metamaps_as_documented_shows_the_code_and_refreshes() {
    let server = start();
    let landed = land(&server, "metamaps/oauth/authorize", "demo", OOB);
    let page_url = format!("{}/metamaps/oauth/authorize/native?code=", server.url());
    let code = landed.strip_prefix(&page_url).unwrap_or_else(|| panic!("{landed}"));
    let page = send(&server, "GET", &landed[server.url().len()..], &[], "");
    assert!(page.body.contains(&format!("<code id=\"authorization_code\">{code}</code>")));
    let nasty = send(&server, "GET", "/metamaps/oauth/authorize/native?code=%3Cscript%3E", &[], "");
    assert!(nasty.body.contains("&lt;script&gt;"));

    let params = code_params(code).replace(&encode(CB), "urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob");
    let reply = send(&server, "POST", &format!("/metamaps/oauth/token?{params}"), &[], "");
    assert_eq!((reply.member("token_type").as_str(), &reply.json()["expires_in"]), ("bearer", &json!(7200)));
    let first = reply.member("refresh_token");
    let second = post(&server, "/metamaps/oauth/token", &refresh_params(&first)).member("refresh_token");
    post(&server, "/metamaps/oauth/token", &refresh_params(&first)).is_error(400, "invalid_grant");
    assert_eq!(post(&server, "/metamaps/oauth/token", &refresh_params(&second)).status, 200);

    let url = authorize_url(&server, "metamaps/oauth/authorize", "demo", OOB);
    let denied = sign_in(&url, &SignIn { deny: true, ..SignIn::default() }).unwrap();
    assert!(denied.contains("/native?error=access_denied"), "{denied}");
}

#[test]
fn metamaps_as_it_runs_has_the_code_in_the_path_and_tokens_without_an_end() {
    let server = start();
    let landed = land(&server, "metamaps-real/oauth/authorize", "demo", OOB);
    let start = format!("{}/metamaps-real/oauth/authorize/", server.url());
    let code = landed.strip_prefix(&start).unwrap_or_else(|| panic!("{landed}"));
    let page = send(&server, "GET", &landed[server.url().len()..], &[], "");
    assert!(page.body.contains(&format!("<code id=\"authorization_code\">{code}</code>")));

    let params = code_params(code).replace(&encode(CB), "urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob");
    let reply = post(&server, "/metamaps-real/oauth/token", &params);
    let answer = reply.json();
    assert!(answer["expires_in"].is_null() && answer["refresh_token"].is_null());
    assert_eq!(answer["created_at"].as_u64(), Some(server.now()));
    server.advance(1_000_000_000);
    let token = reply.member("access_token");
    assert_eq!(me(&server, "metamaps-real", &format!("Bearer {token}")).status, 200);
    post(&server, "/metamaps-real/oauth/token", &refresh_params("x")).is_error(400, "unsupported_grant_type");
    post(&server, "/metamaps-real/oauth/token", &params).is_error(401, "invalid_grant");
}

#[test]
fn metamaps_takes_basic_as_it_is() {
    let server = start();
    let code = code(&server, "metamaps/oauth/authorize", "demo", "");
    let body = format!("grant_type=authorization_code&code={code}&redirect_uri={}", encode(CB));
    let by = |text: &str| {
        let basic = format!("Authorization: Basic {}", BASE64_STANDARD.encode(text));
        send(&server, "POST", "/metamaps/oauth/token", &[FORM, &basic], &body)
    };
    by("demo:demo%2Dsecret").is_error(401, "invalid_client");
    assert_eq!(by("demo:demo-secret").status, 200);
}

#[test]
fn github_answers_a_form_unless_json_is_asked_for_and_errors_with_200() {
    let server = start();
    let accept = "Accept: application/json";
    for (base, obeys) in [("github", true), ("github-form", false)] {
        let token = format!("/{base}/login/oauth/access_token");
        let fresh = || code(&server, &format!("{base}/login/oauth/authorize"), "demo", "&scope=repo%20gist");
        let reply = post(&server, &token, &code_params(&fresh()));
        assert!(reply.header("content-type").starts_with("application/x-www-form-urlencoded"));
        assert_eq!(
            (reply.field("token_type").as_str(), reply.field("scope").as_str()),
            ("bearer", "repo%2Cgist")
        );
        assert!(!reply.body.contains("expires_in") && !reply.body.contains("refresh_token"));
        let access = reply.field("access_token");
        assert_eq!(me(&server, base, &format!("Bearer {access}")).json()["scope"], "repo gist");

        let asked = send(&server, "POST", &token, &[FORM, accept], &code_params(&fresh()));
        assert_eq!(asked.body.starts_with('{'), obeys, "{}", asked.body);

        let refused = post(&server, &token, &code_params("nonsense"));
        assert_eq!((refused.status, refused.field("error").as_str()), (200, "bad_verification_code"));
        let wrong = code_params(&fresh()).replace("demo-secret", "wrong");
        let refused = send(&server, "POST", &token, &[FORM, accept], &wrong);
        assert_eq!(refused.status, 200);
        assert!(refused.body.contains("incorrect_client_credentials"));
    }
}

#[test]
fn nested_hides_the_token_and_fails_with_200() {
    let server = start();
    let code = code(&server, "nested/authorize", "demo", "&scope=a,b");
    assert!(code.ends_with("/+="), "{code}");
    let reply = post(&server, "/nested/token", &code_params(&encode(&code)));
    let answer = reply.json();
    assert_eq!((&answer["ok"], &answer["team"]), (&json!(true), &json!({"id": "T1"})));
    let user = &answer["authed_user"];
    assert_eq!((&user["expires_in"], &user["scope"]), (&json!(3600), &json!("a,b")));
    let token = user["access_token"].as_str().unwrap();
    assert_eq!(me(&server, "nested", &format!("Bearer {token}")).status, 200);
    let refresh = user["refresh_token"].as_str().unwrap();
    assert_eq!(post(&server, "/nested/token", &refresh_params(refresh)).json()["ok"], true);
    let again = post(&server, "/nested/token", &refresh_params(refresh));
    assert_eq!(again.json(), json!({"ok": false, "error": "invalid_refresh_token"}));
    let refused = post(&server, "/nested/token", &code_params("nonsense"));
    assert_eq!((refused.status, refused.json()), (200, json!({"ok": false, "error": "invalid_code"})));
}
