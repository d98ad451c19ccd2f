"""What a server offers, as it says itself. All that it needs is the server's issuer.

    python3 discovery.py PROFILE

PROFILE is a profile's name, or a profile file (any text with a "/"): see `liboauth.Client`.
examples/profiles/issuer.toml is the shortest that signs a person in.
"""

import sys

from liboauth import OAUTH_FIELD_METADATA, BadResponse, Client, OAuthError

NAMES = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "userinfo_endpoint",
    "device_authorization_endpoint",
    "grant_types_supported",
    "token_endpoint_auth_methods_supported",
    "code_challenge_methods_supported",
    "scopes_supported",
)


def said(client, name):
    try:
        return client.field(name, OAUTH_FIELD_METADATA)
    except BadResponse:
        return "not said"


def main(profile):
    with Client(profile) as client:
        client.discover()
        for name in NAMES:
            print(f"{name}: {said(client, name)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: discovery.py PROFILE")
    try:
        main(sys.argv[1])
    except OAuthError as error:
        sys.exit(f"discovery: {error}")
