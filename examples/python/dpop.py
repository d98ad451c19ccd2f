"""Calls an API with a token that is bound to a key (DPoP, RFC 9449).

    python3 dpop.py PROFILE API_URL

PROFILE is a profile's name, or a profile file (any text with a "/"): see `liboauth.Client`. It says `dpop = "yes"`. Who
steals such a token cannot use it: each request has a proof of its own, by a key that is kept beside the token. `call_api`
does as well for tokens that are no more than bearers.
"""

import sys
import urllib.error
import urllib.request

from liboauth import Client, OAuthError, SignInNeeded


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """urllib would send the token along to wherever a redirect leads."""

    def redirect_request(self, *_):
        return None


def sign_in(client):
    """Sends the person to the browser, and exchanges what comes back for tokens."""
    print(f"Open this address in a browser and sign in:\n\n{client.build_authorize_url()}\n")
    print("Then paste the address that the browser ends at, or the code that the page shows:", flush=True)
    client.exchange_code(sys.stdin.readline())
    print("Signed in.")


def request_headers(client, url):
    try:
        return client.request_headers("GET", url)
    except SignInNeeded:  # what a person alone can mend
        sign_in(client)
        return client.request_headers("GET", url)


def call_api(client, url):
    """Until the answer stands: the API may ask for a proof with a nonce of its own, or refuse the token, which is then
    renewed. `api_response` raises an error when there is no use in it any more."""
    while True:
        request = urllib.request.Request(url, headers=request_headers(client, url))
        try:
            answer = urllib.request.build_opener(NoRedirects).open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            if client.api_response(url, answer.status, str(answer.headers)):
                print(f"The API answers {answer.status}: once more.")
                continue
            if answer.status >= 300:
                sys.exit(f"dpop: the API answers {answer.status}")
            return answer.read().decode()


def main(profile, url):
    with Client(profile) as client:
        for _ in range(2):
            print("The API answers:", call_api(client, url))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: dpop.py PROFILE API_URL")
    try:
        main(*sys.argv[1:])
    except OAuthError as error:
        sys.exit(f"dpop: {error}")
