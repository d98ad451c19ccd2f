"""Cases of authorization requests that are pushed (RFC 9126) or signed (RFC 9101), of what else they can say, and of the
ways in which their answers come back; see cases.py."""
import base64
import json
import urllib.parse

import liboauth

from authentication import ALGORITHMS, signing
from browser import Browser, Forms, Stuck
from cases import case
from machines import machine
from sites import REDIRECT, Failed, expect, refused

SERVER = "oidc-provider"


def pushing(site, **more):
    return {"par": "yes", "par_endpoint": f"{site.base}/request", **more}


def signed(site, key, algorithm, **more):
    """A client that may not ask but by what it has signed."""
    return {**signing(site, key), "client_id": "signing", "client_secret": site.secret, "client_auth": "client_secret_basic",
            "signing_alg": algorithm, "request_object": "signed", "issuer": site.base, **more}


def only(url, *names):
    expect("what the URL says", set(names), set(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))))


def is_stuck(what, site, url):
    try:
        got = site.sign_in(url)
    except Stuck:
        return
    raise Failed(f"{what}\n  expected: a page that says no\n  got:      {got}")


def comes_back(site, client):
    """A whole sign-in of a client that is set up."""
    url = client.build_authorize_url()
    client.exchange_code(site.sign_in(url))
    site.expect_api("the header", 200, client.bearer_header())
    return url


# ---- pushed ----

@case(SERVER)
def pushed_request(site):
    with site.client(**pushing(site, client_id="pushing")) as client:
        url = comes_back(site, client)
        only(url, "client_id", "request_uri")
        is_stuck("the same URL again", site, url)
        if site.carrier == "caller":
            first = client.carrier.sent[0]
            expect("what was pushed to", f"{site.base}/request", first.url)
            fields = dict(urllib.parse.parse_qsl(first.content.decode()))
            expect("redirect_uri", REDIRECT, fields["redirect_uri"])
        client.set(par="no")
        back = site.sign_in(client.build_authorize_url())
        with refused("a request that was not pushed", "OAUTH_ERROR_INVALID_REQUEST", says="Pushed Authorization Request must be used"):
            client.exchange_code(back)


@case(SERVER)
def pushed_by_each_way_to_show_who_it_is(site):
    ways = [{"client_id": "basic"}, {"client_id": "post", "client_auth": "client_secret_post"}, site.odd, site.public,
            {"client_id": "secret-jwt", "client_auth": "client_secret_jwt"}, signing(site, "p256"), signing(site, "rsa", signing_alg="PS256")]
    for way in ways:
        with site.client(**pushing(site, **way)) as client:
            only(comes_back(site, client), "client_id", "request_uri")


@case(SERVER, schemes=["https"])
def pushed_with_a_certificate(site):
    certificate = site.certificates / "client.pem", site.certificates / "client.key"
    settings = pushing(site, client_id="tls", client_secret=None, client_auth="tls_client_auth")
    with site.client(site.carry(certificate=certificate), **settings) as client:
        client.exchange_code(site.sign_in(client.build_authorize_url()))
        site.expect_api("the header", 200, client.bearer_header(), certificate)
    with site.client(**settings) as client:
        with refused("no certificate", "OAUTH_ERROR_INVALID_CLIENT", "OAUTH_ERROR_MISSING", action="FIX"):
            client.build_authorize_url()


@case(SERVER)
def pushed_and_refused(site):
    for what, settings, error, says in (
            ("a wrong secret", {"client_secret": "wrong"}, "OAUTH_ERROR_INVALID_CLIENT", "check client_id"),
            ("a redirect URI that it does not know", {"redirect_uri": "https://nowhere.example/"}, "OAUTH_ERROR_INVALID_REQUEST", "redirect_uri"),
            ("a resource that it does not know", {"resource": "urn:api:unknown"}, "OAUTH_ERROR_INVALID_TARGET", "check audience and resource"),
            ("details that it does not know", {"authorization_details": '[{"type":"unknown"}]'}, "OAUTH_ERROR_AUTH_DETAILS", "check authorization_details"),
            ("a place where nothing is", {"par_endpoint": f"{site.base}/nothing"}, "OAUTH_ERROR_RESPONSE", "check par_endpoint")):
        with site.client(**pushing(site, **settings)) as client:
            with refused(what, error, action="FIX", says=says):
                client.build_authorize_url()
            expect("state", "", client.get("state"))


@case(SERVER)
def pushed_by_the_issuer_alone(site):
    settings = {"issuer": site.base, "authorization_endpoint": None, "token_endpoint": None, "revocation_endpoint": None}
    with site.client(**settings, client_id="pushing", par="yes") as client:
        only(comes_back(site, client), "client_id", "request_uri")


@case(SERVER)
def pushed_for_a_resource(site):
    with site.client(**pushing(site, resource="urn:api:jwt", scope="openid read")) as client:
        client.exchange_code(site.sign_in(client.build_authorize_url()))
        expect("audience", "urn:api:jwt", site.claims(client.bearer_header())["aud"])


# ---- signed ----

@case(SERVER)
def signed_by_each_key(site):
    for key, algorithms in ALGORITHMS.items():
        for algorithm in {"rsa": ("RS256", "PS256")}.get(key, algorithms):
            with site.client(**signed(site, key, algorithm)) as client:
                only(comes_back(site, client), "client_id", "request")
            with site.client(**pushing(site, **signed(site, key, algorithm))) as client:
                only(comes_back(site, client), "client_id", "request_uri")


@case(SERVER)
def signed_pushed_and_by_an_assertion(site):
    settings = pushing(site, **signing(site, "ed25519", client_id="signing-pushing"), request_object="signed", issuer=site.base)
    with site.client(**settings) as client:
        only(comes_back(site, client), "client_id", "request_uri")
        client.set(request_object="no")
        with refused("what is not signed", "OAUTH_ERROR_INVALID_REQUEST", says="Request Object must be used"):
            client.build_authorize_url()


@case(SERVER)
def signed_and_refused(site):
    wrong = (("another's key", {"private_key": f"file:{site.certificates}/p256_sec1.pem", "key_id": "rsa"}),
             ("another audience", {"issuer": None, "assertion_audience": "https://nowhere.example"}))
    for what, settings in wrong:
        with site.client(**pushing(site, **signed(site, "p256", None, **settings))) as client:
            with refused(what, "OAUTH_ERROR_REQUEST_OBJECT", action="FIX", says="check request_object"):
                client.build_authorize_url()
            expect("the server's error", "invalid_request_object", client.get("error"))


# ---- what else a request says ----

def id_token(client):
    return json.loads(base64.urlsafe_b64decode(client.get("id_token").split(".")[1] + "=="))


@case(SERVER)
def claims_and_max_age(site):
    ways = ({}, pushing(site), signed(site, "p256", None))
    asked = {"claims": json.dumps({"id_token": {"sub": {"essential": True}, "auth_time": None}}), "max_age": "600"}
    for way in ways:
        with site.client(**way, **asked, prompt="consent", authorize_params=None) as client:
            comes_back(site, client)
            if "auth_time" not in id_token(client):
                raise Failed(f"no auth_time in {id_token(client)}")


@case(SERVER)
def nobody_is_asked(site):
    with site.client(prompt="none", authorize_params=None) as client:
        back = site.sign_in(client.build_authorize_url())
        with refused("nobody is signed in", "OAUTH_ERROR_REFUSED", action="SIGN_IN", says="make a URL without prompt=none"):
            client.exchange_code(back)
        expect("the server's error", "login_required", client.get("error"))


@case(SERVER)
def authorization_details(site):
    details = '[{"type":"payment","amount":"1.10"}]'
    for way in ({}, pushing(site), signed(site, "rsa", None)):
        with site.client(**way, authorization_details=details, resource="urn:api:jwt") as client:
            client.exchange_code(site.sign_in(client.build_authorize_url()))
            granted = client.field("authorization_details", liboauth.OAUTH_FIELD_TOKEN)
            expect("granted", [{"type": "payment", "amount": "1.10", "granted": True}], json.loads(granted))
            expect("amount", "1.10", client.field("authorization_details.0.amount", liboauth.OAUTH_FIELD_TOKEN))
    with site.client(authorization_details='[{"type":"payment"}]', resource="urn:api:jwt") as client:
        back = site.sign_in(client.build_authorize_url())
        with refused("no amount", "OAUTH_ERROR_AUTH_DETAILS", action="FIX", says="check authorization_details"):
            client.exchange_code(back)


@case(SERVER)
def authorization_details_of_a_machine(site):
    headers = set()
    store = f"file:{site.folder()}"
    for amount in ("1.10", "2.20"):
        details = json.dumps([{"type": "payment", "amount": amount}])
        with site.client(**machine(site, authorization_details=details, resource="urn:api:jwt", store=store)) as client:
            headers.add(client.bearer_header())
            granted = client.field("authorization_details.0.amount", liboauth.OAUTH_FIELD_TOKEN)
            expect("granted", amount, granted)
    expect("different headers", 2, len(headers))


# ---- how the answer comes back ----

def posted(site, url):
    """What the browser would post to the redirect URI."""
    def content(_, text):
        form = next((form for form in Forms(text).forms if form["action"] == REDIRECT), None)
        return form and urllib.parse.urlencode(form["fields"])

    return Browser(site.ca_file).walk(url, lambda text, forms: forms[0], content)


@case(SERVER)
def each_response_mode(site):
    for way in ({}, pushing(site)):
        for mode in ("query", "fragment", "form_post"):
            with site.client(**way, response_mode=mode, issuer=site.base, require_iss="yes") as client:
                url = client.build_authorize_url()
                back = posted(site, url) if mode == "form_post" else site.sign_in(url)
                parts = urllib.parse.urlsplit(back)
                where = {"query": parts.query, "fragment": parts.fragment, "form_post": back}[mode]
                expect(f"{mode}: parameters", {"code", "state", "iss"}, set(dict(urllib.parse.parse_qsl(where))))
                with refused(f"{mode}: another issuer", "OAUTH_ERROR_ISSUER"):
                    other = urllib.parse.quote(site.base, safe="")
                    client.exchange_code(back.replace(other, urllib.parse.quote("https://evil.example", safe="")))
                client.exchange_code(back)
                site.expect_api("the header", 200, client.bearer_header())
