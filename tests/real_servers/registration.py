"""Cases of a client that registers itself (RFC 7591, RFC 7592); see cases.py."""
import liboauth

from cases import case
from sites import expect, refused

NOBODY = {"client_id": None, "client_secret": None, "initial_access_token": "initial-0123456789"}


def endpoint(site):
    return f"{site.base}/reg"


@case("oidc-provider")
def client_that_registers_itself(site):
    settings = {**NOBODY, "registration_endpoint": endpoint(site), "store": f"file:{site.folder()}", "store_key": "6b" * 32,
                "client_metadata": '{"client_name":"Invoices"}'}
    with site.client(**settings) as client:
        client.register()
        name = client.field("client_id", liboauth.OAUTH_FIELD_REGISTRATION)
        expect("client_id", name, client.get("client_id"))
        client.exchange_code(site.sign_in(client.build_authorize_url()))
        client.refresh()
        with site.client(**settings) as job:
            job.register()
            expect("client_id of another job", name, job.get("client_id"))
            expect("its token", client.access_token(), job.access_token())
            expect("requests of it", [], job.carrier.sent)
        client.unregister()
        expect("client_id once it is taken back", "", client.get("client_id"))
        with site.client(**settings) as late:
            late.set(client_id=name, client_secret="gone")
            with refused("a client that is gone", "OAUTH_ERROR_INVALID_CLIENT"):
                late.refresh()


@case("oidc-provider")
def registration_that_is_refused(site):
    refusals = [
        ({"initial_access_token": "wrong"}, "OAUTH_ERROR_INVALID_TOKEN"),
        ({"client_metadata": '{"redirect_uris":["http://127.0.0.1:9999/cb#fragment"]}'}, "OAUTH_ERROR_INVALID_REDIRECT"),
        ({"client_metadata": '{"subject_type":"nobody"}'}, "OAUTH_ERROR_INVALID_METADATA"),
    ]
    for settings, name in refusals:
        with site.client(**{**NOBODY, "registration_endpoint": endpoint(site), **settings}) as client:
            with refused(str(settings), name, action="FIX"):
                client.register()
            expect("client_id", "", client.get("client_id"))
