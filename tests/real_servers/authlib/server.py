"""Authlib's authorization server on Flask, with grants that need no person. Arguments: CERTIFICATES_FOLDER SECONDS, by
which its clock is ahead.

Listens over HTTP and over HTTPS, on a free port of 127.0.0.1 each, and prints both: `READY https://127.0.0.1:PORT`.
All that is known is kept in memory, for both together.
"""
import logging
import os
import pathlib
import sys
import threading
import time

ahead, clock = int(sys.argv[2]), time.time
time.time = lambda: clock() + ahead
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "yes"  # or it refuses http://, also on loopback
from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.jose import JsonWebKey
from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError, InvalidGrantError, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion, JWTBearerGrant
from flask import Flask, jsonify
from werkzeug.serving import make_server

AUTHENTICATIONS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
USERS = {"alice": "secret", "zoë@example.com": "p@ss:wörd+/= &%x"}


class Client(ClientMixin):
    def __init__(self, client_id, secret, grant_types, keys=None):
        self.client_id, self.secret, self.grant_types, self.keys = client_id, secret, grant_types, keys

    def get_allowed_scope(self, scope):
        return scope

    def check_client_secret(self, secret):
        return secret == self.secret

    def check_endpoint_auth_method(self, method, endpoint):
        return (method == "private_key_jwt") == (self.secret is None)

    def check_grant_type(self, grant_type):
        return grant_type in self.grant_types


CLIENTS = {client.client_id: client for client in (
    Client("machine", "machine-secret", ("client_credentials", "password", "refresh_token")),
    Client("odd", "p@ss:w%rd+/= &x", ("client_credentials",)),
)}


class Token(TokenMixin):
    def __init__(self, answer, request):
        self.access_token, self.refresh_token = answer["access_token"], answer.get("refresh_token")
        self.scope, self.expires_in = answer.get("scope", ""), answer["expires_in"]
        self.client, self.user = request.client, request.user
        self.ends, self.revoked = time.time() + self.expires_in, False

    def check_client(self, client):
        return client is self.client

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return self.expires_in

    def is_expired(self):
        return time.time() >= self.ends

    def is_revoked(self):
        return self.revoked


TOKENS = []


def token_by(**member):
    ((name, text),) = member.items()
    return next((token for token in TOKENS if text and getattr(token, name) == text), None)


class ByPassword(grants.ResourceOwnerPasswordCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATIONS

    def authenticate_user(self, username, password):
        return username if USERS.get(username) == password else None


class ByClient(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATIONS


class ByRefreshToken(grants.RefreshTokenGrant):
    def authenticate_refresh_token(self, refresh_token):
        token = token_by(refresh_token=refresh_token)
        return token if token and not token.revoked else None

    def authenticate_user(self, token):
        return token.user

    def revoke_old_credential(self, token):
        """The refresh token stays: the answer has no new one."""
        token.access_token, token.ends = None, 0


class Assertion(JWTBearerClientAssertion):
    """A client's own signature."""
    CLIENT_AUTH_METHOD = "private_key_jwt"
    seen = set()

    def validate_jti(self, claims, jti):
        is_new = (claims["sub"], jti) not in self.seen
        self.seen.add((claims["sub"], jti))
        return is_new

    def resolve_client_public_key(self, client, headers):
        return key_of(client, headers, InvalidClientError)


class ByAssertion(JWTBearerGrant):
    def resolve_issuer_client(self, issuer):
        if issuer not in CLIENTS:
            raise InvalidGrantError("unknown issuer")
        return CLIENTS[issuer]

    def resolve_client_key(self, client, headers, payload):
        return key_of(client, headers, InvalidGrantError)

    def authenticate_user(self, subject):
        return subject if subject in USERS else None

    def has_granted_permission(self, client, user):
        return True


def key_of(client, headers, or_else):
    """Authlib itself says 500 to a kid that is not there, and to a key of another kind."""
    known = client.keys.keys if client.keys else ()
    key = next((key for key in known if key.kid == headers.get("kid")), None)
    if key is None:
        raise or_else("unknown key")
    return key


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = AUTHENTICATIONS

    def query_token(self, text, hint):
        return token_by(access_token=text) or token_by(refresh_token=text)

    def revoke_token(self, token, request):
        token.revoked = True


class Bearer(BearerTokenValidator):
    def authenticate_token(self, text):
        return token_by(access_token=text)


def application(base):
    app = Flask("authorization server")
    app.config.update(OAUTH2_REFRESH_TOKEN_GENERATOR=True, OAUTH2_SCOPES_SUPPORTED=["read", "write"])
    server = AuthorizationServer(app, CLIENTS.get, lambda answer, request: TOKENS.append(Token(answer, request)))
    endpoint = f"{base}/oauth/token"
    server.register_client_auth_method("private_key_jwt", Assertion(endpoint))

    class ByAssertionForUs(ByAssertion):
        CLAIMS_OPTIONS = {**ByAssertion.CLAIMS_OPTIONS, "aud": {"essential": True, "value": endpoint}}

    for grant in (ByClient, ByPassword, ByRefreshToken, ByAssertionForUs):
        server.register_grant(grant)
    server.register_endpoint(Revocation)
    api = ResourceProtector()
    api.register_token_validator(Bearer())
    app.add_url_rule("/oauth/token", "token", server.create_token_response, methods=["POST"])
    app.add_url_rule("/oauth/revoke", "revoke", lambda: server.create_endpoint_response("revocation"), methods=["POST"])

    @app.route("/whose")
    @api()
    def whose():
        return jsonify(user=current_token.user, client=current_token.client.client_id, scopes=current_token.scope.split())

    return app


def main(certificates):
    keys = JsonWebKey.import_key_set(pathlib.Path(certificates, "keys.json").read_text())
    for client_id in ("key-jwt", "robot@example.com"):
        CLIENTS[client_id] = Client(client_id, None, ("client_credentials", JWTBearerGrant.GRANT_TYPE), keys)
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    for scheme, files in (("http", None), ("https", (f"{certificates}/server.pem", f"{certificates}/server.key"))):
        server = make_server("127.0.0.1", 0, None, threaded=True, ssl_context=files)
        base = f"{scheme}://127.0.0.1:{server.server_port}"
        server.app = application(base)
        threading.Thread(target=server.serve_forever).start()
        print(f"READY {base}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
