"""Signs in with the browser of this desktop, and says until when the token is good.

    python3 desktop.py PROFILE

PROFILE is a profile's name, or a profile file (any text with a "/"): see `liboauth.Client`. Its redirect_uri is on this
machine, with port 0 for any that is free: redirect_uri = "http://127.0.0.1:0/callback". Most servers take any port there
(RFC 8252 section 7.3); for one that does not, name the port that is registered.
"""

import os
import sys
import webbrowser

from liboauth import Client, OAuthError

PATIENCE = 300  # seconds that the person may take


def sign_in(client):
    url = client.build_authorize_url()
    # It listens from now on: also at a port of one's own, and before the browser can come back.
    client.await_redirect(0)
    print(f"Sign in with your browser. If it does not open by itself, open this address:\n\n{url}\n", flush=True)
    if "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ:
        webbrowser.open(url)
    for left in range(PATIENCE, 0, -1):
        if sys.stderr.isatty():
            print(f"\rWaiting for the browser, for {left} s still. Ctrl-C ends it. ", end="", file=sys.stderr)
        if client.await_redirect(1):
            return
    sys.exit("desktop: not signed in: nobody has come back from the sign-in")


def main(profile):
    with Client(profile) as client:
        sign_in(client)
        until = client.expires_at
        print(f"Signed in; the token is good until {until:%Y-%m-%dT%H:%M:%SZ}." if until else "Signed in.")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: desktop.py PROFILE")
    try:
        main(sys.argv[1])
    except OAuthError as error:
        sys.exit(f"desktop: {error}")
    except KeyboardInterrupt:
        sys.exit("desktop: not signed in")
