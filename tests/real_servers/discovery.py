"""Cases of what a server says of itself; see cases.py."""
import contextlib
import json

import liboauth
from cases import case
from client import Client
from sites import REDIRECT, expect, refused

PLACE = "/.well-known/openid-configuration"


def issuer_alone(site, **settings):
    """A client that is told the issuer, who it is, and nothing of the server."""
    return Client(site.carry(), **{"issuer": site.base, "redirect_uri": REDIRECT, **site.usual, **settings})


def document(site):
    """What the server says, as anybody reads it."""
    status, _, body = site.carry().fetch(site.base + PLACE)
    expect(f"status of {PLACE}", 200, status)
    return json.loads(body)


def asked(client):
    """Where the program's own HTTP has been, since the last time."""
    sent, client.carrier.sent[:] = [request.url for request in client.carrier.sent], []
    return sent


@case("oidc-provider")
def issuer_alone_signs_in(site):
    with issuer_alone(site) as client:
        client.exchange_code(site.sign_in(client.build_authorize_url()))
        first = client.bearer_header()
        site.expect_api("the first token", 200, first)
        client.refresh()
        site.expect_api("the second", 200, client.bearer_header())
        expect("active", True, client.introspect())
        client.revoke()
        if site.carrier == "caller":
            expect("what was asked for itself", 1, sum(url.endswith(PLACE) for url in asked(client)))


@case("oidc-provider")
def what_the_server_says_is_read(site):
    said = document(site)
    with issuer_alone(site) as client:
        client.discover()
        for name in ("issuer", "token_endpoint", "jwks_uri"):
            expect(name, said[name], client.field(name, liboauth.OAUTH_FIELD_METADATA))
        methods = client.field("token_endpoint_auth_methods_supported", liboauth.OAUTH_FIELD_METADATA)
        expect("methods", said["token_endpoint_auth_methods_supported"], json.loads(methods))


@case("oidc-provider")
def other_jobs_ask_only_for_tokens(site):
    store = f"file:{site.folder()}"
    with issuer_alone(site, store=store) as client:
        client.exchange_code(site.sign_in(client.build_authorize_url()))
        header = client.bearer_header()
    with issuer_alone(site, store=store) as client:
        expect("the header", header, client.bearer_header())
        expect("requests for a stored token", [], asked(client))
        client.refresh()
        site.expect_api("the refreshed token", 200, client.bearer_header())
        if site.carrier == "caller":
            expect("requests of a refresh", [document(site)["token_endpoint"]], asked(client))


@case("oidc-provider")
def machine_with_its_issuer_alone(site):
    with issuer_alone(site, **site.machine, authorize_params=None, scope="read", grant_type="client_credentials") as client:
        expect("whose token", (site.machine["client_id"], None, {"read"}), site.whose(client.bearer_header()))


@case("oidc-provider")
def issuer_that_is_not_written_as_the_server_does(site):
    for wrong, says in ((site.base + "/", "without the / at its end"),
                        (site.base.replace("127.0.0.1", "localhost"), f"set issuer to {site.base}, as the server writes it")):
        if site.scheme == "https" and "localhost" in wrong:
            continue  # its certificate has no such name
        with issuer_alone(site, issuer=wrong) as client, refused(wrong, "OAUTH_ERROR_METADATA", action="FIX", says=says):
            client.build_authorize_url()


@case("oidc-provider")
def what_it_lacks_is_said_before_anything_is_sent(site):
    for settings, says in (({"pkce": "plain"}, "PKCE by plain: set pkce to S256"), ({"response_type": "code token"}, "response_type code token"),
                           ({"grant_type": "password", "username": "alice", "password": "secret"}, "grant password")):
        with issuer_alone(site, **settings) as client:
            client.discover()
            asked(client)
            with refused(says, "OAUTH_ERROR_UNSUPPORTED", action="FIX", says=says):
                client.bearer_header() if "password" in settings else client.build_authorize_url()
            expect("requests", [], asked(client))


@case("default")
def server_that_says_nothing(site):
    with issuer_alone(site) as client:
        with refused("a URL", "OAUTH_ERROR_METADATA", action="FIX", says="none where they should be, check issuer, or set metadata_url"):
            client.build_authorize_url()
        client.set(**site.endpoints())
        with contextlib.closing(issuer_alone(site, **site.endpoints())) as other:
            other.exchange_code(site.sign_in(other.build_authorize_url()))
            site.expect_api("with its endpoints named", 200, other.bearer_header())
