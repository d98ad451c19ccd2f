"""Cases of tokens that are bound to a key (DPoP), with userinfo as the API; see cases.py."""
import json

from cases import case
from client import Carrier
from sites import expect, refused


def calls(site, client, path=None):
    """Asks userinfo who we are: how often it was asked, and the status."""
    url = site.base + (path or site.me)
    for count in range(1, 5):
        status, headers, body = Carrier("caller", site.ca_file).fetch(url, headers=client.request_headers("GET", url))
        if not client.api_response(url, status, str(headers)):
            expect("who we are", "alice", json.loads(body).get("sub") if status == 200 else body.decode())
            return count, status
    return None


def asked(client):
    """How many token requests the caller's own HTTP has sent; nobody counts the others."""
    return len(client.carrier.sent) if client.carrier.name == "caller" else None


@case("oidc-provider")
def public_client_with_a_bound_refresh_token(site):
    store = f"file:{site.folder()}"
    with site.signed_in(**site.public, dpop="required", store=store) as client:
        expect("token type", "DPoP", client.get("token_type"))
        expect("calls of userinfo", (1, 200), calls(site, client))
        key, first = client.get("dpop_jkt"), client.refresh_token
        known = site.introspected(client.access_token())
        expect("the key that the server knows", key, known["cnf"]["jkt"])
        # Another job has the key with the token.
        with site.client(**site.public, dpop="yes", store=store) as other:
            other.refresh()
            expect("the key after a refresh", key, other.get("dpop_jkt"))
            expect("a new refresh token", True, other.refresh_token != first)
            expect("calls of userinfo", (1, 200), calls(site, other))
            record = json.loads(other.token_record)
        # Who has stolen both tokens has nothing.
        status, _, _ = Carrier("caller", site.ca_file).fetch(
            site.base + site.me, headers={"Authorization": f"Bearer {record['access_token']}"})
        expect("the token as a Bearer", 401, status)
        del record["dpop_key"]
        with site.client(**site.public, dpop="yes") as thief:
            thief.import_token(json.dumps(record))
            with refused("a refresh with another key", "OAUTH_ERROR_SIGN_IN"):
                thief.refresh()


@case("oidc-provider")
def nonces_are_asked_for_once(site):
    store = f"file:{site.folder()}"
    with site.client(client_id="noncer", client_secret=None, dpop="yes", store=store) as client:
        client.exchange_code(site.sign_in(client.build_authorize_url()))
        expect("token requests", 2 if asked(client) else None, asked(client))
        key = client.get("dpop_jkt")
        expect("calls of userinfo", (2, 200), calls(site, client, site.me + "?nonce"))
        expect("calls of userinfo once more", (1, 200), calls(site, client, site.me + "?nonce"))
        with site.client(client_id="noncer", client_secret=None, dpop="yes", store=store) as other:
            other.refresh()
            expect("requests of a job that finds the nonce", 1 if asked(other) else None, asked(other))
            expect("calls of userinfo by it", (1, 200), calls(site, other, site.me + "?nonce"))
            expect("the key", key, other.get("dpop_jkt"))


@case("oidc-provider")
def each_algorithm_of_a_proof(site):
    for alg in ("ES256", "EdDSA"):
        with site.signed_in(dpop="yes", dpop_alg=alg) as client:
            expect(f"{alg}: token type", "DPoP", client.get("token_type"))
            expect(f"{alg}: calls of userinfo", (1, 200), calls(site, client))
            client.refresh()
            expect(f"{alg}: calls of userinfo after a refresh", (1, 200), calls(site, client))
    with site.client(dpop="yes", dpop_alg="ES384") as client:
        code = site.sign_in(client.build_authorize_url())
        with refused("an algorithm that the server does not take", "OAUTH_ERROR_INVALID_DPOP", action="FIX", says="dpop_alg"):
            client.exchange_code(code)
        client.set(dpop_alg="ES256")
        client.exchange_code(code)
        expect("the code is as good as before", (1, 200), calls(site, client))


@case("oidc-provider")
def machine_with_a_bound_token(site):
    with site.client(**site.machine, grant_type="client_credentials", scope="read", dpop="required") as client:
        client.request_token()
        expect("token type", "DPoP", client.get("token_type"))
        known = site.introspected(client.access_token())
        expect("the key that the server knows", client.get("dpop_jkt"), known["cnf"]["jkt"])
