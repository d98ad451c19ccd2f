"""Counts the messages in a mailbox's inbox, by IMAP, with a token instead of a password.

    python3 mail.py PROFILE HOST [PORT]

PROFILE is a profile's name, or a profile file (any text with a "/"), in which somebody has signed in: see signin.py. The
mailbox is its username, or its account where that is an address. A port other than 993 is one that TLS begins at by
STARTTLS.

For SMTP, smtplib takes the line as it is: smtp.docmd("AUTH", "XOAUTH2 " + client.sasl_response()).
"""

import base64
import imaplib
import ssl
import sys

from liboauth import OAUTH_SASL_OAUTHBEARER, OAUTH_SASL_XOAUTH2, Client, OAuthError


def connect(host, port):
    checked = ssl.create_default_context()  # or else imaplib takes any certificate
    if port == 993:
        return imaplib.IMAP4_SSL(host, port, ssl_context=checked)
    imap = imaplib.IMAP4(host, port)
    if "STARTTLS" in imap.capabilities:
        imap.starttls(checked)
    elif host not in ("127.0.0.1", "::1", "localhost"):
        sys.exit("mail: the server has no TLS: a token is as secret as a password")
    return imap


def sign_in(imap, client):
    name, mechanism = "XOAUTH2", OAUTH_SASL_XOAUTH2
    if "AUTH=OAUTHBEARER" in imap.capabilities:
        name, mechanism = "OAUTHBEARER", OAUTH_SASL_OAUTHBEARER
    line = base64.b64decode(client.sasl_response(mechanism))  # imaplib encodes it itself
    # A server that refuses it says why, and wants to hear something before it says no.
    refused = b"\1" if mechanism == OAUTH_SASL_OAUTHBEARER else b""
    imap.authenticate(name, lambda said: refused if said else line)


def main(profile, host, port=993):
    with Client(profile) as client, connect(host, int(port)) as imap:
        try:
            sign_in(imap, client)
        except imaplib.IMAP4.error:
            client.token_rejected()  # so that the next one is another
            sign_in(imap, client)
        status, said = imap.select("INBOX", readonly=True)
        print(f"{said[0].decode()} messages" if status == "OK" else said[0].decode())


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit("usage: mail.py PROFILE HOST [PORT]")
    try:
        main(*sys.argv[1:])
    except OAuthError as error:
        sys.exit(f"mail: {error}")
    except (OSError, imaplib.IMAP4.error) as error:
        sys.exit(f"mail: {error}")
