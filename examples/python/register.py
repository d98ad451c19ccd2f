"""Makes a program known to a server that nobody has registered it with (RFC 7591).

    python3 register.py PROFILE             registers the program, or finds that it is
    python3 register.py --undo PROFILE      has the server forget it (RFC 7592)

PROFILE is a profile's name, or a profile file (any text with a "/"): see `liboauth.Client`. It has a store, a
registration_endpoint or an issuer, a redirect_uri, and no client_id.
"""

import sys

from liboauth import OAUTH_FIELD_REGISTRATION, BadResponse, Client, OAuthError


def show(client, name):
    """What the server has registered, if it said so."""
    try:
        print(f"{name}: {client.field(name, OAUTH_FIELD_REGISTRATION)}")
    except BadResponse:
        pass


def main(profile, is_undone):
    with Client(profile) as client:
        client.register()  # only the first call sends a request
        if is_undone:
            client.unregister()
            print("Forgotten.")
        else:
            for name in ("client_id", "redirect_uris", "token_endpoint_auth_method"):
                show(client, name)


if __name__ == "__main__":
    words = sys.argv[1:]
    is_undone = words[:1] == ["--undo"]
    if len(words) != 1 + is_undone:
        sys.exit("usage: register.py [--undo] PROFILE")
    try:
        main(words[-1], is_undone)
    except OAuthError as error:
        sys.exit(f"register: {error}")
