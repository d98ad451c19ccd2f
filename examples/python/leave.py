"""A person leaves: says what the server knows of the token, and has the server revoke it.

    python3 leave.py PROFILE

PROFILE is a profile's name, or a profile file (any text with a "/"): see `liboauth.Client`. It has a store, an
introspection_endpoint and a revocation_endpoint.
"""

import sys

from liboauth import OAUTH_FIELD_INTROSPECTION, BadResponse, Client, OAuthError


def show(client, name):
    """What the server told of the token, if it did."""
    try:
        print(f"{name}: {client.field(name, OAUTH_FIELD_INTROSPECTION)}")
    except BadResponse:
        pass


def main(profile):
    with Client(profile) as client:
        client.introspect()
        for name in ("active", "username", "scope"):
            show(client, name)
        client.revoke()  # the refresh token, then the access token; both are gone from the store then
        print("Revoked.")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: leave.py PROFILE")
    try:
        main(sys.argv[1])
    except OAuthError as error:
        sys.exit(f"leave: {error}")
