#![forbid(unsafe_code)]
//! Tokens that are revoked (RFC 7009): at `/strict` to the letter, elsewhere in that server's manner.

mod support;

use practice_server::{Fault, Server};
use support::*;

fn signed_in(server: &Server, base: &str, authorize: &str, token: &str) -> Reply {
    let code = code(server, &format!("{base}{authorize}"), "demo", "&scope=offline_access");
    post(server, &format!("/{base}{token}"), &code_params(&code))
}

fn strict(server: &Server) -> (String, String) {
    let reply = signed_in(server, "strict", "/authorize", "/token");
    (reply.member("access_token"), reply.member("refresh_token"))
}

fn revocation(token: &str) -> String {
    format!("token={token}&client_id=demo&client_secret=demo-secret")
}

fn revoke(server: &Server, token: &str) -> Reply {
    post(server, "/strict/revoke", &revocation(token))
}

fn is_alive(server: &Server, base: &str, access_token: &str) -> bool {
    me(server, base, &format!("Bearer {access_token}")).status == 200
}

#[test]
fn a_refresh_token_takes_its_family_along() {
    let server = start();
    for is_old in [false, true] {
        let (first, refresh_token) = strict(&server);
        let reply = post(&server, "/strict/token", &refresh_params(&refresh_token));
        let (second, newest) = (reply.member("access_token"), reply.member("refresh_token"));
        let (other, others) = strict(&server);
        let answer = revoke(&server, if is_old { &refresh_token } else { &newest });
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        assert!(!is_alive(&server, "strict", &first) && !is_alive(&server, "strict", &second));
        post(&server, "/strict/token", &refresh_params(&newest)).is_error(400, "invalid_grant");
        assert!(is_alive(&server, "strict", &other), "another family");
        assert_eq!(post(&server, "/strict/token", &refresh_params(&others)).status, 200);
    }
}

#[test]
fn an_access_token_goes_alone() {
    let server = start();
    let (access_token, refresh_token) = strict(&server);
    let hinted = format!("{}&token_type_hint=refresh_token", revocation(&access_token));
    assert_eq!(post(&server, "/strict/revoke", &hinted).status, 200, "the hint is no more than that");
    assert!(!is_alive(&server, "strict", &access_token));
    let reply = post(&server, "/strict/token", &refresh_params(&refresh_token));
    assert!(is_alive(&server, "strict", &reply.member("access_token")));
}

#[test]
fn a_token_that_nobody_knows_is_as_good_as_revoked() {
    let server = start();
    let (access_token, _) = strict(&server);
    for token in ["nobodys", &access_token, &access_token] {
        assert_eq!(revoke(&server, token).status, 200, "{token}");
    }
    assert_eq!((server.counts("strict").revocations, server.counts("strict").refused), (3, 0));
}

#[test]
fn who_asks_must_be_the_tokens_client_and_ask_in_one_way() {
    let server = start();
    let (access_token, refresh_token) = strict(&server);
    let good = revocation(&refresh_token);
    post(&server, "/strict/revoke", &good.replace("demo-secret", "wrong")).is_error(401, "invalid_client");
    post(&server, "/strict/revoke", &format!("token={refresh_token}&client_id=public"))
        .is_error(400, "invalid_grant");
    post(&server, "/strict/revoke", "client_id=demo&client_secret=demo-secret")
        .is_error(400, "invalid_request");
    post(&server, "/strict/revoke", &format!("{good}&token=x")).is_error(400, "invalid_request");
    post(&server, &format!("/strict/revoke?token={refresh_token}"), &good).is_error(400, "invalid_request");
    assert_eq!(send(&server, "GET", &format!("/strict/revoke?{good}"), &[], "").status, 405);
    assert!(is_alive(&server, "strict", &access_token), "nothing was revoked");
    assert_eq!(server.counts("strict").refused, 5);
}

#[test]
fn stamps_revokes_refresh_tokens_and_no_access_tokens() {
    let server = start();
    let reply = signed_in(&server, "stamps", "/authorize", "/oauth/token");
    let (access_token, refresh_token) = (reply.member("access_token"), reply.member("refresh_token"));
    post(&server, "/stamps/oauth/revoke", &revocation(&access_token)).is_error(400, "unsupported_token_type");
    let json = format!(r#"{{"client_id":"demo","client_secret":"demo-secret","token":"{refresh_token}"}}"#);
    let answer = send(&server, "POST", "/stamps/oauth/revoke", &[JSON], &json);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(is_alive(&server, "stamps", &access_token), "until it expires");
    post(&server, "/stamps/oauth/token", &refresh_params(&refresh_token)).is_error(403, "invalid_grant");
}

#[test]
fn metamaps_revokes_both_with_one_and_never_says_no() {
    let server = start();
    for which in ["access_token", "refresh_token"] {
        let reply = signed_in(&server, "metamaps", "/oauth/authorize", "/oauth/token");
        let token = reply.member(which);
        let wrong = revocation(&token).replace("demo-secret", "wrong");
        for (params, is_alive_after) in [(wrong, true), (revocation(&token), false)] {
            let answer = post(&server, "/metamaps/oauth/revoke", &params);
            assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
            assert_eq!(is_alive(&server, "metamaps", &reply.member("access_token")), is_alive_after);
        }
        let refresh = refresh_params(&reply.member("refresh_token"));
        post(&server, "/metamaps/oauth/token", &refresh).is_error(400, "invalid_grant");
    }
}

#[test]
fn it_fails_on_demand_and_is_not_everywhere() {
    let server = start();
    let (access_token, refresh_token) = strict(&server);
    server.set_fault(Fault::parse("at=revocation&status=503&retry_after=7").unwrap());
    assert_eq!(post(&server, "/strict/token", &refresh_params(&refresh_token)).status, 200, "not there");
    let answer = revoke(&server, &access_token);
    assert_eq!((answer.status, answer.header("retry-after")), (503, "7"));
    assert!(is_alive(&server, "strict", &access_token));
    assert_eq!(revoke(&server, &access_token).status, 200);
    assert_eq!(server.last_request().param("token"), Some(access_token));
    for base in ["belladati", "github", "nested"] {
        assert_eq!(post(&server, &format!("/{base}/revoke"), &revocation("x")).status, 404, "{base}");
    }
}

#[test]
fn a_client_is_told_what_its_own_token_is() {
    let server = start();
    let (access, refresh_token) = strict(&server);
    let ask = |content: &str| post(&server, "/strict/introspect", content);
    let reply = ask(&revocation(&access));
    let member = |name: &str| reply.json()[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(reply.json()["active"], true);
    assert_eq!((member("username"), member("client_id")), ("alice".to_owned(), "demo".to_owned()));
    for token in [refresh_token.as_str(), "invented"] {
        assert_eq!(ask(&revocation(token)).body, r#"{"active":false}"#);
    }
    let others = format!("token={access}&client_id=public");
    assert_eq!(ask(&others).body, r#"{"active":false}"#);
    ask(&format!("token={access}&client_id=demo&client_secret=wrong")).is_error(401, "invalid_client");
    assert_eq!(revoke(&server, &access).status, 200);
    assert_eq!(ask(&revocation(&access)).body, r#"{"active":false}"#);
}
