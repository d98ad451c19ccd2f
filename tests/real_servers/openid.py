"""Cases of who has signed in (OpenID Connect); see cases.py."""
import json
import pathlib
import time

import browser
import liboauth
from cases import case, parameter
from sites import Failed, expect, refused

SERVERS = ("oidc-provider", "django")
BYE = "http://127.0.0.1:9999/bye"


def by_issuer(site, **more):
    """The usual client, which knows nothing but the issuer."""
    return site.client(**{**dict.fromkeys(site.endpoints()), **site.openid, **more})


def signs_in(site, client):
    client.exchange_code(site.sign_in(client.build_authorize_url()))
    return client


def userinfo(client, name):
    return client.field(name, liboauth.OAUTH_FIELD_USERINFO)


@case(*SERVERS)
def who_signed_in_by_the_issuer_alone(site):
    with by_issuer(site) as client:
        with refused("claims before anybody has signed in", "OAUTH_ERROR_SIGN_IN"):
            client.claim("sub")
        signs_in(site, client)
        expect("sub", "alice", client.claim("sub"))
        expect("iss", site.openid["issuer"], client.claim("iss"))
        expect("aud", client.get("client_id"), client.claim("aud"))
        expect("nonce", client.get("nonce"), client.claim("nonce"))
        client.userinfo()
        expect("sub of userinfo", "alice", userinfo(client, "sub"))
        if site.carrier == "caller":
            paths = [request.url.removeprefix(site.base).split("?")[0] for request in client.carrier.sent]
            expect("requests", 4, len(paths))  # metadata, token, keys, userinfo


@case(*SERVERS)
def endpoints_that_are_set(site):
    with site.client(**site.openid, **site.openid_endpoints()) as client:
        signs_in(site, client)
        expect("sub", "alice", client.claim("sub"))
        client.userinfo()
        expect("sub of userinfo", "alice", userinfo(client, "sub"))


@case(*SERVERS)
def without_keys_by_what_tls_says(site):
    with site.client(**site.openid) as client:
        signs_in(site, client)
        expect("sub", "alice", client.claim("sub"))
    with site.client(**{**site.openid, "issuer": None}) as client:
        signs_in(site, client)
        with refused("claims of what nobody has checked", "OAUTH_ERROR_ID_TOKEN", action="FIX", says="set issuer"):
            client.claim("sub")


@case("oidc-provider")
def each_algorithm(site):
    for alg in ("RS256", "PS256", "ES256", "ES384", "EdDSA", "HS256"):
        more = {"id_token_alg": alg} if alg in ("HS256", "ES384") else {}
        with by_issuer(site, client_id=f"id-{alg}", **more) as client:
            signs_in(site, client)
            expect(f"sub by {alg}", "alice", client.claim("sub"))
            client.userinfo()  # signed by the same
            expect(f"sub of userinfo by {alg}", "alice", userinfo(client, "sub"))
    with by_issuer(site, client_id="id-HS256") as client:
        with refused("an algorithm that nobody has named", "OAUTH_ERROR_ID_TOKEN", action="FIX", says="HS256"):
            signs_in(site, client)
        with refused("a header for nobody", "OAUTH_ERROR_SIGN_IN"):
            client.bearer_header()
    with by_issuer(site, client_id="id-ES256", id_token_alg="RS256") as client:
        with refused("another algorithm than is wanted", "OAUTH_ERROR_ID_TOKEN", action="FIX", says="ES256"):
            signs_in(site, client)


@case("django")
def signed_with_the_clients_secret(site):
    with by_issuer(site, id_token_alg="HS256", **site.secret) as client:
        signs_in(site, client)
        expect("sub", "alice", client.claim("sub"))


@case("oidc-provider")
def anothers_keys(site):
    """Those of the same names, and of another set."""
    with site.client(**site.openid, jwks_uri=site.base + "/others") as client:
        with refused("a signature of another's", "OAUTH_ERROR_ID_TOKEN", action="SIGN_IN", says="signature is wrong"):
            signs_in(site, client)
        with refused("a header for nobody", "OAUTH_ERROR_SIGN_IN"):
            client.bearer_header()


@case(*SERVERS)
def keys_that_cannot_be_had(site):
    with site.client(**site.openid, jwks_uri=site.base + "/nowhere") as client:
        signs_in(site, client)
        site.expect_api("the header", 200, client.bearer_header())
        with refused("claims of what nobody has checked", "OAUTH_ERROR_ID_TOKEN", says="keys could not be had"):
            client.claim("sub")


@case("oidc-provider")
def keys_that_change(site):
    store = f"file:{site.folder()}"
    with by_issuer(site, store=store) as client:
        signs_in(site, client)
    site.post("/rotate")
    with by_issuer(site, store=store) as client:
        with refused("a new key, within a minute", "OAUTH_ERROR_ID_TOKEN", says="none of the server's"):
            signs_in(site, client)
    age(store.removeprefix("file:"))
    with by_issuer(site, store=store) as client:
        signs_in(site, client)
        expect("sub", "alice", client.claim("sub"))
    job = site.job([["claim", "sub"]], store=store, **dict.fromkeys(site.endpoints()), **site.openid)
    expect("in another process", [{"ok": "alice"}], site.finished(job))


def age(folder):
    """The keys in the store, as they are two minutes later."""
    for file in pathlib.Path(folder).glob("keys-*.doc"):
        whole = json.loads(file.read_text())
        for name in ("looked_up_at", "tried_at"):
            whole["document"][name] = int(time.time()) - 120
        file.write_text(json.dumps(whole))


@case("oidc-provider")
def refresh_that_brings_an_ID_token(site):
    with by_issuer(site) as client:
        signs_in(site, client)
        before = client.get("id_token")
        time.sleep(1)  # or it is the same
        client.refresh()
        if client.get("id_token") == before:
            raise Failed("no new ID token came")
        expect("sub", "alice", client.claim("sub"))


@case("oidc-provider")
def signed_in_lately(site):
    with by_issuer(site, max_age="600") as client:
        signs_in(site, client)
        if abs(int(client.claim("auth_time")) - time.time()) > 300:
            raise Failed(f"auth_time is {client.claim('auth_time')}")


@case(*SERVERS)
def userinfo_by_a_token_that_is_revoked(site):
    with by_issuer(site) as client:
        signs_in(site, client)
        site.post(site.revocation, token=client.access_token(), client_id=client.get("client_id"),
                  client_secret=client.get("client_secret"))
        with refused("userinfo", "OAUTH_ERROR_INVALID_TOKEN", action="RETRY"):
            client.userinfo()
        if site.kind == "oidc-provider":
            client.userinfo()  # with another token
            expect("sub", "alice", userinfo(client, "sub"))


@case("oidc-provider")
def signing_out(site):
    with by_issuer(site, post_logout_redirect_uri=BYE) as client:
        person = browser.Browser(site.ca_file)
        person.go = lambda url: person.walk(url, lambda text, forms: forms[0])
        client.exchange_code(person.go(client.build_authorize_url()))
        page, _, text = person.open(client.end_session_url())
        try:
            person.submit(page, browser.Forms(text).forms[0], {"logout": "yes"})
            raise Failed("the browser did not come back")
        except browser.Left as e:
            back = str(e)
        expect("where the browser ends", BYE, back.split("?")[0])
        expect("state", client.get("end_session_state"), parameter(back, "state"))
        with by_issuer(site, prompt="none", authorize_params=None, scope="openid") as other:
            back = person.go(other.build_authorize_url())
            expect("who is signed in there", "login_required", parameter(back, "error"))
