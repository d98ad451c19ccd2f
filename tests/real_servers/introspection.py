"""Cases of what a server says of a token; see cases.py."""
import liboauth

from cases import ALL, case
from sites import expect, refused


def said(client, name):
    return client.field(name, liboauth.OAUTH_FIELD_INTROSPECTION)


@case(*ALL)
def token_is_introspected(site):
    with site.signed_in(introspection_endpoint=site.base + site.introspection) as client:
        expect("active", True, client.introspect())
        expect("client_id", client.get("client_id"), said(client, "client_id"))
        expect("scope", set(client.get("granted_scope").split()), set(said(client, "scope").split()))
        before = client.access_token()
        site.post(site.revocation, token=before, client_id=client.get("client_id"), client_secret=client.get("client_secret"))
        expect("active once it is revoked", False, client.introspect())
        with refused("a member of a token that is not active", "OAUTH_ERROR_NO_FIELD"):
            said(client, "client_id")
        expect("the token in memory", before, client.access_token())


@case("oidc-provider")
def introspection_by_a_wrong_secret(site):
    with site.signed_in(introspection_endpoint=site.base + site.introspection) as client:
        client.set(client_secret="wrong")
        with refused("introspection", "OAUTH_ERROR_INVALID_CLIENT", action="FIX"):
            client.introspect()
