"""Signs in on a screen without a browser: shows a code, and waits until it is typed elsewhere.

    python3 device.py PROFILE

PROFILE is a profile's name, or a profile file (any text with a "/"): see `liboauth.Client`. It has a store and a
device_endpoint. Ended and called again, it goes on with the code it has.
"""

import sys
import time

from liboauth import Client, OAuthError


def ask(client):
    """Whom to ask, and what the person needs to see."""
    try:
        if not client.device_poll():
            client.authorization_headers()  # somebody has signed in before: is that still good?
            return
    except OAuthError:  # nobody is asked, or it is too late
        client.device_start()
    print("Open", client.verification_uri)
    print("and type", client.user_code)
    try:
        print(client.get("qr_code"), end="")  # for a telephone
    except OAuthError:
        pass  # the screen has no room for it
    print(f"It is good until {client.get('device_expires_at')}.", flush=True)


def main(profile):
    with Client(profile) as client:
        ask(client)
        while seconds := client.device_poll():
            time.sleep(seconds)
        print("Signed in.")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: device.py PROFILE")
    try:
        main(sys.argv[1])
    except OAuthError as error:
        sys.exit(f"device: {error}")
