"""Cases of a person who is asked elsewhere (RFC 8628, CIBA in poll mode); see cases.py."""
import time
import urllib.parse

import browser
import liboauth

from cases import case
from sites import expect, refused


def asking(site, **settings):
    return site.client(
        client_id="screen", client_secret=site.secret, authorize_params=None, device_endpoint=f"{site.base}/device/auth",
        ciba_endpoint=f"{site.base}/backchannel", **settings)


def polled(client):
    """Polls as a program does, until the person has answered."""
    while seconds := client.device_poll():
        time.sleep(seconds)


@case("oidc-provider")
def a_code_is_typed_elsewhere(site):
    with asking(site) as client:
        client.device_start()
        expect("wait", True, client.device_poll() in (4, 5))
        complete = client.get("verification_complete")
        expect("the code in the address", True, client.user_code in urllib.parse.unquote(complete))
        expect("a QR code", True, len(client.get("qr_code").splitlines()) > 10)
        browser.oidc_device(complete, site.ca_file)
        polled(client)
        expect("client_id", "screen", site.introspected(client.bearer_header())["client_id"])
        expect("user_code", "", client.user_code)


@case("oidc-provider")
def a_code_is_refused_elsewhere(site):
    with asking(site) as client:
        client.device_start()
        browser.oidc_device(client.get("verification_complete"), site.ca_file, deny=True)
        with refused("the poll", "OAUTH_ERROR_ACCESS_DENIED", action="SIGN_IN"):
            polled(client)


@case("oidc-provider")
def a_telephone_rings(site):
    with asking(site, scope="openid", login_hint="anne", binding_message="W4SCT") as client:
        client.ciba_start()
        expect("wait", True, client.device_poll() in (4, 5))
        site.post("/telephone/yes")
        polled(client)
        expect("client_id", "screen", site.introspected(client.bearer_header())["client_id"])
        client.ciba_start()
        site.post("/telephone/no")
        with refused("the poll", "OAUTH_ERROR_ACCESS_DENIED", action="SIGN_IN"):
            polled(client)
        client.set(login_hint="nobody")
        with refused("to ask nobody", "OAUTH_ERROR_REFUSED", action="FIX"):
            client.ciba_start()
        expect("error", "unknown_user_id", client.get("error"))
