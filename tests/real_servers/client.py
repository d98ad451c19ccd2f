"""The library by its Python binding, and the two carriers: the library's own HTTP and the caller's."""
import contextlib
import os
import pathlib
import re
import ssl
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bindings/python"))
os.environ["LIBOAUTH_LIBRARY"] = os.environ["LIBOAUTH_SO"]
import liboauth
from browser import fetch, opener
from liboauth import OAuthError


class Carrier:
    """Who sends the requests, whom it trusts, and with what certificate. `name` is builtin or caller, or none:
    then nobody sends them."""

    def __init__(self, name, ca_file=None, certificate=(None, None)):
        self.name, self.ca_file, self.certificate = name, ca_file, certificate
        self.sent = []  # what the caller's HTTP sent, as liboauth.HttpRequest

    def settings(self):
        if self.name != "builtin":
            return {"http": "caller"}
        certificate, key = self.certificate
        return {"http": "builtin", "ca_file": self.ca_file, "client_cert_file": certificate, "client_key_file": key}

    def fetch(self, url, content=None, method=None, headers=()):
        context = ssl.create_default_context(cafile=self.ca_file)
        if all(self.certificate):
            context.load_cert_chain(*self.certificate)
        return fetch(opener(context), url, content, method, headers)

    def send(self, request):
        """The caller's own HTTP."""
        self.sent.append(request)
        places = {"Authorization": "".join(request.headers), "content": request.content.decode(), "query": request.url}
        ways = [place for place, text in places.items() if re.search('Authorization|client_secret["=]|client_assertion=', text)]
        assert len(ways) <= 1, f"the client authenticates in {ways} at once"
        status, headers, body = self.fetch(request.url, request.content, request.method, request.headers)
        return status, dict(headers), body


class Client(liboauth.Client):
    """A client with a carrier, which looks for secrets in the text of every error."""

    def __init__(self, carrier, **settings):
        super().__init__(settings.pop("profile", None), send=carrier.send if carrier.name == "caller" else None)
        self.carrier = carrier
        self.set(**carrier.settings(), timeout=20, **settings)

    def request_token(self, grant_type=""):
        with self.no_secret_told():
            super().request_token(grant_type)

    def build_authorize_url(self):
        with self.no_secret_told():
            return super().build_authorize_url()

    def exchange_code(self, code):
        with self.no_secret_told():
            super().exchange_code(code)

    def refresh(self):
        with self.no_secret_told():
            super().refresh()

    def revoke(self):
        with self.no_secret_told():
            super().revoke()

    def userinfo(self):
        with self.no_secret_told():
            super().userinfo()

    def bearer_header(self):
        with self.no_secret_told():
            return super().bearer_header()

    @contextlib.contextmanager
    def no_secret_told(self):
        try:
            yield
        except OAuthError as e:
            secrets = [(name, self.get(name)) for name in ("client_secret", "password", "access_token", "refresh_token", "id_token")]
            for request in self.carrier.sent:
                secrets += [pair for pair in urllib.parse.parse_qsl(request.content.decode()) if pair[0].endswith("assertion")]
            for name, secret in secrets:
                assert not secret or secret not in e.text, f"{name} is in the text of {e!r}"
            raise
