"""Signs in, calls an API, refreshes the token, and calls the API again.

    python3 signin.py PROFILE API_URL

PROFILE is a profile's name, or a profile file (any text with a "/"): see `liboauth.Client`. With a store in the
profile, such as store = "file:/home/me/tokens", the next run asks nobody to sign in.

liboauth sends its own requests. The call of the API is yours to send, with what you have; this program has urllib.
"""

import sys
import urllib.error
import urllib.request

from liboauth import Action, Client, OAuthError, SignInNeeded

WHAT_TO_DO = {
    Action.NONE: 'send the request that waits: the profile has http = "caller".',
    Action.RETRY: "try again later.",
    Action.SIGN_IN: "start again, and sign in.",
    Action.FIX: "mend the configuration; trying again will not help.",
}


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


def get(client, url):
    """The API's answer to a GET with a token that is good now."""
    try:
        # From memory or the store, refreshed if it is about to expire.
        headers = client.authorization_headers()
    except SignInNeeded:  # what a person alone can mend
        sign_in(client)
        headers = client.authorization_headers()
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.build_opener(NoRedirects).open(request, timeout=30) as answer:
        return answer.read().decode()


def call_api(client, url):
    try:
        answer = get(client, url)
    except urllib.error.HTTPError as error:
        if error.code != 401:
            raise
        client.token_rejected()  # so that the next header is another one
        answer = get(client, url)
    print("The API answers:", answer)


def refresh(client):
    """There is seldom a need for it: `authorization_headers` refreshes by itself."""
    if not client.refresh_token:
        print("No refresh token came with this access token: it is used as long as it is good.")
        return
    try:
        client.refresh()
    except SignInNeeded:
        sign_in(client)
    else:
        print("Refreshed.")


def main(profile, url):
    with Client(profile) as client:
        call_api(client, url)
        refresh(client)
        call_api(client, url)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: signin.py PROFILE API_URL")
    try:
        main(*sys.argv[1:])
    except OAuthError as error:
        sys.exit(f"signin: {error}\nWhat to do: {WHAT_TO_DO[error.action]}")
    except urllib.error.HTTPError as error:
        sys.exit(f"signin: the API answers {error.code}: {error.read().decode(errors='replace')}")
    except OSError as error:
        sys.exit(f"signin: the API cannot be reached: {error}")
