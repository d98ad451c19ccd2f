"""What the cases are run against: one server, over HTTP or HTTPS, with one carrier. A Site knows the server's
endpoints, its clients, and how a person signs in there; the cases know none of that."""
import base64
import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import types
import urllib.parse

import browser
from client import Carrier, Client, OAuthError
from relay import Relay

HERE = pathlib.Path(__file__).resolve().parent
REDIRECT = "http://127.0.0.1:9999/cb"
OTHER_REDIRECT = "http://127.0.0.1:9999/other"
OOB = "urn:ietf:wg:oauth:2.0:oob"


class Failed(Exception):
    """A case did not see what it expected."""


def expect(what, expected, got):
    if got != expected:
        raise Failed(f"{what}\n  expected: {expected}\n  got:      {got}")


@contextlib.contextmanager
def refused(what, *names, action=None, says=""):
    """The call inside is refused with one of these numbers, and an operator is told to do `action`, with these words.
    Gives the text."""
    error = types.SimpleNamespace(text="")
    try:
        yield error
    except OAuthError as e:
        error.text = e.text
        if e.name not in names:
            expect(what, " or ".join(names), e.name)
        if action:
            expect(f"{what}: what to do about {e.name}", action, e.action.name)
        if not e.text or says not in e.text:
            expect(f"{what}: the text of {e.name}", f"with the words {says!r}", repr(e.text))
    else:
        expect(what, " or ".join(names), "success")


class Site:
    """`server` is the process, `scheme` http or https, `carrier` builtin or caller."""

    def __init__(self, server, scheme, carrier, certificates):
        self.server, self.scheme, self.carrier = server, scheme, carrier
        self.base = server.base[scheme]
        self.certificates = certificates
        self.ca_file = certificates / "ca.pem" if scheme == "https" else None
        self.name = f"{server.name.removesuffix(' ' + scheme)} {scheme} {carrier}"

    # What each server has otherwise.
    kind = ""
    me = "/me"
    revocation = "/oauth/revoke"
    introspection = "/oauth/introspect"
    #: The usual confidential client, and one that has the habit named.
    usual = odd = public = short = {}
    #: Nobody has consented to this one, so that the server asks.
    unconsented = {}
    #: A client that may sign in and ask for itself.
    both = {}
    #: A client that needs no person; one that may not have the grant that it asks for, and what that is called.
    machine = forbidden = {}
    forbidden_is = "OAUTH_ERROR_UNAUTHORIZED"
    #: A scope that is refused; what a wrong password is called.
    wrong_scope, wrong_password_is = "read bogus", "OAUTH_ERROR_INVALID_GRANT"

    def sign_in(self, url, deny=False):
        raise NotImplementedError

    # ---- clients ----

    def carry(self, **more):
        return Carrier(self.carrier, **{"ca_file": self.ca_file, **more})

    @staticmethod
    def nobody():
        """A carrier that sends nothing."""
        return Carrier("none")

    def client(self, carrier=None, **settings):
        """The usual client; `settings` come on top, and None takes one away."""
        return Client(carrier or self.carry(), **self.settings(settings))

    def settings(self, more):
        revocation = {"revocation_endpoint": self.base + self.revocation}
        return {**self.endpoints(), **revocation, "redirect_uri": REDIRECT, **self.usual, **more}

    def signed_in(self, **settings):
        """The usual client, signed in."""
        client = self.client(**settings)
        client.exchange_code(self.sign_in(client.build_authorize_url()))
        return client

    # ---- the API ----

    def api(self, header, certificate=(None, None), path=None):
        """Asks the API who we are, with the header as the library gave it: (status, answer)."""
        name, value = header.split(": ", 1)
        carrier = Carrier("caller", self.ca_file, certificate)
        status, _, body = carrier.fetch(self.base + (path or self.me), headers={name: value})
        return status, json.loads(body) if status == 200 else body.decode()

    def expect_api(self, what, status, header, certificate=(None, None)):
        got, answer = self.api(header, certificate)
        expect(f"{what}: status of {self.me}", status, got)
        if status == 200 and "alice" not in answer.values():
            raise Failed(f"{what}: {self.me} does not know who we are: {answer}")

    def whose(self, header):
        """What the server knows of the token in a header: (client, person or None, scopes), or None: it is not taken."""
        status, answer = self.api(header, path="/whose")
        return (answer["client"], answer["user"], set(answer["scopes"])) if status == 200 else None

    def post(self, path, **fields):
        """A request that is none of the library's: (status, answer)."""
        content = urllib.parse.urlencode(fields).encode()
        status, _, body = Carrier("caller", self.ca_file).fetch(self.base + path, content, "POST")
        return status, body.decode()

    # ---- other processes ----

    def job(self, calls, carrier=None, **settings):
        """Starts another process that does `calls` with the usual client; see finished."""
        process = subprocess.Popen([sys.executable, "-B", HERE / "job.py"], text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        ca_file = self.ca_file and str(self.ca_file)
        job = {"carrier": carrier or self.carrier, "ca_file": ca_file, "settings": self.settings(settings), "calls": calls}
        with process.stdin:
            json.dump(job, process.stdin)
        process.stdin = None
        return process

    def finished(self, process):
        """The results of a job's calls, as job.py describes them."""
        try:
            results, complaint = process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failed("another process did not end") from None
        if process.returncode:
            raise Failed(f"another process failed, status {process.returncode}:\n{complaint}")
        return json.loads(results)

    def relay(self, **how):
        """A way to the server that counts who goes there, for other processes' token requests."""
        return Relay(urllib.parse.urlsplit(self.base).port, **how)

    def token_endpoint(self, port):
        """The token endpoint, at another port of this machine."""
        endpoint = urllib.parse.urlsplit(urllib.parse.urljoin(self.base, self.endpoints()["token_endpoint"]))
        return endpoint._replace(netloc=f"127.0.0.1:{port}").geturl()

    def folder(self):
        """A folder of this case's own, which is not made yet."""
        return pathlib.Path(tempfile.mkdtemp(dir=self.server.folder)) / "store"


class OidcProvider(Site):
    kind = "oidc-provider"
    revocation = "/token/revocation"
    introspection = "/token/introspection"
    secret = "s3cret-0123456789abcdef0123456789abcdef"
    # It gives a refresh token for this scope together with this prompt only.
    usual = {"client_id": "basic", "client_secret": secret, "scope": "openid offline_access read", "authorize_params": "prompt=consent"}
    odd = {"client_id": "odd:id", "client_secret": "p@ss:w%rd+/= &x"}
    public = {"client_id": "public", "client_secret": None}
    short = {"client_id": "short"}

    machine = {"client_id": "machine", "client_secret": secret}
    both = {"client_id": "odd:id", "client_secret": odd["client_secret"]}
    forbidden = {"client_id": "basic"}
    forbidden_is = "OAUTH_ERROR_INVALID_REQUEST"
    wrong_scope = "read openid"  # one that it does not know is dropped without a word

    def endpoints(self):
        return {"authorization_endpoint": f"{self.base}/auth", "token_endpoint": f"{self.base}/token"}

    def whose(self, header):
        known = self.introspected(header)
        return (known["client_id"], known.get("sub"), set(known.get("scope", "").split())) if known["active"] else None

    def introspected(self, header):
        """A machine's token opens nothing at /me."""
        token = header.removeprefix("Authorization: Bearer ")
        _, answer = self.post("/token/introspection", token=token, client_id="basic", client_secret=self.secret)
        return json.loads(answer)

    @staticmethod
    def claims(header):
        """Those of an access token that is a JWT."""
        return json.loads(base64.urlsafe_b64decode(header.split(".")[1] + "=="))

    def sign_in(self, url, deny=False):
        return browser.oidc_provider(url, self.ca_file, deny)


    @property
    def openid(self):
        return {"issuer": self.base}

    def openid_endpoints(self):
        return {"jwks_uri": f"{self.base}/jwks", "userinfo_endpoint": f"{self.base}/me"}


class Toolkit(Site):
    """Django OAuth Toolkit."""
    kind = "django"
    revocation = "/o/revoke_token/"
    introspection = "/o/introspect/"
    usual = {"client_id": "web", "client_secret": "web-secret-0123456789abcdef0123456789", "scope": "openid read"}
    #: Its ID tokens are signed with its secret.
    secret = {"client_id": "secret", "client_secret": "secret-secret-0123456789abcdef0123456789"}

    def endpoints(self):
        return {"authorization_endpoint": f"{self.base}/o/authorize/", "token_endpoint": f"{self.base}/o/token/"}

    @property
    def openid(self):
        # It answers there with a slash at the end alone.
        metadata = f"{self.base}/o/.well-known/openid-configuration/"
        return {"issuer": f"{self.base}/o", "metadata_url": metadata}

    def openid_endpoints(self):
        return {"jwks_uri": f"{self.base}/o/.well-known/jwks.json", "userinfo_endpoint": f"{self.base}/o/userinfo/"}

    def sign_in(self, url, deny=False):
        return browser.Browser(self.ca_file).walk(url, lambda text, forms: forms[0])


class Doorkeeper(Site):
    kind = "default"
    usual = {"client_id": "web", "client_secret": "web-secret", "scope": "read"}
    unconsented = {"client_id": "denied", "client_secret": "denied-secret"}
    odd = {"client_id": "odd", "client_secret": "p@ss:w%rd+/= &x", "basic_encoding": "raw"}
    public = {"client_id": "public", "client_secret": None}
    short = {"scope": "read brief"}
    machine = {"client_id": "machine", "client_secret": "machine-secret"}
    both = {"client_id": "web", "client_secret": "web-secret"}
    forbidden = unconsented

    def endpoints(self):
        return {"base_url": self.base, "authorization_endpoint": "/oauth/authorize", "token_endpoint": "/oauth/token"}

    def sign_in(self, url, deny=False):
        return browser.doorkeeper(url, self.ca_file, deny)


class Authlib(Site):
    """Nobody signs in here: its grants need no person."""
    kind = "authlib"
    machine = {"client_id": "machine", "client_secret": "machine-secret"}
    odd = {"client_id": "odd", "client_secret": "p@ss:w%rd+/= &x", "basic_encoding": "raw"}
    forbidden = {**odd, "grant_type": "password", "username": "alice", "password": "secret"}
    wrong_password_is = "OAUTH_ERROR_INVALID_REQUEST"

    def endpoints(self):
        return {"base_url": self.base, "token_endpoint": "/oauth/token"}


class Ahead(Authlib):
    """Its clock is a quarter of an hour ahead of this machine's."""
    kind = "ahead"


class Rotate(Doorkeeper):
    kind = "rotate"


class Metamaps(Doorkeeper):
    """Doorkeeper as Metamaps has it, by the profile of that name; the code is read from a page."""
    kind = "metamaps"
    usual = {"profile": "metamaps", "client_id": "web", "client_secret": "web-secret", "redirect_uri": OOB}

    def endpoints(self):
        return {"base_url": self.base}
