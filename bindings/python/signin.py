"""signin PROFILE: prints the header for a request to the API. Where a person must sign in for it, prints the address to
open in a browser, and reads the one that the browser ends at."""

import os
import sys

from liboauth import Action, Client, OAuthError

WHAT_TO_DO = {
    Action.NONE: 'send the request that waits: the profile has http = "caller".',
    Action.RETRY: "try again later.",
    Action.SIGN_IN: "start again, and sign in.",
    Action.FIX: "mend the configuration; trying again will not help.",
}


def sign_in(client):
    """Sends the person to the browser, and exchanges what comes back for tokens."""
    print(client.build_authorize_url(), flush=True)
    client.exchange_code(sys.stdin.readline())


def header(client):
    """From memory or the store, refreshed if it is about to expire; or else a person signs in."""
    try:
        return client.bearer_header()
    except OAuthError as error:
        if error.action != Action.SIGN_IN:
            raise
    sign_in(client)
    return client.bearer_header()


# Whatever the locale is: paths and texts are UTF-8.
for stream in (sys.stdin, sys.stdout, sys.stderr):
    stream.reconfigure(encoding="utf-8")
if len(sys.argv) != 2:
    sys.exit("usage: signin PROFILE")
try:
    with Client(os.fsencode(sys.argv[1]).decode()) as client:
        print(header(client))
except OAuthError as error:
    sys.exit(f"error {error.number}: {error.text}\nWhat to do: {WHAT_TO_DO[error.action]}")
