"""Cases of the redirect that the program takes itself (RFC 8252 section 7.3); see cases.py."""
import threading
import urllib.error
import urllib.parse
import urllib.request

import browser
from cases import case
from sites import expect, refused

#: The server knows it without a port, and takes any.
NATIVE = {"client_id": "native", "client_secret": None, "redirect_uri": "http://127.0.0.1:0/cb"}


class Waiting:
    """A program that waits for its browser."""

    def __init__(self, client):
        self.error = None
        self.thread = threading.Thread(target=self.wait, args=(client,), daemon=True)
        self.thread.start()

    def wait(self, client):
        try:
            expect("somebody has come back", True, client.await_redirect(60))
        except Exception as error:
            self.error = error

    def ends(self):
        self.thread.join(60)
        if self.error:
            raise self.error


def page(url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=60) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def port(redirect):
    return urllib.parse.urlsplit(redirect).port


def says(site):
    """What the page says that ends a sign-in well."""
    return "You are signed in" if site.carrier == "builtin" else "Your answer has arrived"


@case("oidc-provider")
def browser_comes_back_by_itself(site):
    with site.client(**{**site.public, **NATIVE}) as client:
        back = site.sign_in(client.build_authorize_url())
        waiting = Waiting(client)
        # A stranger was first.
        stranger = page(f"http://127.0.0.1:{port(back)}/cb?code=stolen&state=not-ours")
        expect("a stranger is told so", True, "Not a sign-in of this program" in stranger)
        expect("the page", True, says(site) in page(back))
        waiting.ends()
        site.expect_api("the header", 200, client.bearer_header())
        # The next URL has a port of its own, or by chance the same.
        again = site.sign_in(client.build_authorize_url())
        waiting = Waiting(client)
        expect("the page", True, says(site) in page(again))
        waiting.ends()
        site.expect_api("the header", 200, client.bearer_header())


@case("oidc-provider")
def browser_comes_back_with_a_form(site):
    with site.client(**{**site.public, **NATIVE}, response_mode="form_post") as client:
        url = client.build_authorize_url()
        waiting = Waiting(client)
        shown = browser.Browser(site.ca_file).walk(
            url, lambda text, forms: forms[0], lambda url, text: says(site) in text and text)
        expect("the page", True, says(site) in shown)
        waiting.ends()
        site.expect_api("the header", 200, client.bearer_header())


@case("oidc-provider")
def browser_comes_back_with_a_no(site):
    with site.client(**{**site.public, **NATIVE}) as client:
        back = site.sign_in(client.build_authorize_url(), deny=True)
        waiting = Waiting(client)
        expect("the page says why", True, "access_denied" in page(back))
        with refused("the waiting", "OAUTH_ERROR_ACCESS_DENIED", action="SIGN_IN"):
            waiting.ends()
