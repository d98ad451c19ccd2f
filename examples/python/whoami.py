"""Says who has signed in: by the ID token, and by what the server tells besides.

    python3 whoami.py PROFILE

PROFILE is a profile's name, or a profile file (any text with a "/"): see `liboauth.Client`. It has a store, openid in
its scope, an issuer, and a userinfo_endpoint unless the issuer names one.
"""

import sys

from liboauth import OAUTH_FIELD_USERINFO, BadResponse, Client, OAuthError


def main(profile):
    with Client(profile) as client:
        # Checked when it came, and kept with the tokens: this sends no request. iss and sub together are who it is; a
        # name or an address may be another's tomorrow.
        for name in ("iss", "sub"):
            print(f"{name}: {client.claim(name)}")
        client.userinfo()
        for name in ("name", "email"):
            try:
                print(f"{name}: {client.field(name, OAUTH_FIELD_USERINFO)}")
            except BadResponse:
                pass  # the server does not tell


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: whoami.py PROFILE")
    try:
        main(sys.argv[1])
    except OAuthError as error:
        sys.exit(f"whoami: {error}")
