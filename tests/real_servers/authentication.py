"""Cases of clients that show who they are by a signature or a certificate, and of grants that are assertions; see
cases.py."""
import base64
import hashlib
import json
import os
import pathlib
import re
import ssl
import subprocess
import time
import urllib.parse

from cases import case
from client import Client
from machines import machine, storm
from sites import expect, refused

ALGORITHMS = {"rsa": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "p256": ("ES256",), "p384": ("ES384",),
              "ed25519": ("EdDSA",)}
CHECK = "check client_id, the key, key_id and assertion_audience"
KEYS = pathlib.Path(__file__).resolve().parents[1] / "keys"
# Now, while no other thread reads the environment.
os.environ.update(LIBOAUTH_TEST_KEY=(KEYS / "p256.pem").read_text(), LIBOAUTH_TEST_PASSWORD="opens")


def signing(site, key="p256", **more):
    """A client that signs, with a key of that name."""
    return {"client_id": "key-jwt", "client_secret": None, "client_auth": "private_key_jwt",
            "private_key": f"file:{site.certificates / key}.pem", "key_id": key, **more}


def whose(site, settings):
    """Asks for a machine's token: what the server knows of it."""
    with site.client(**machine(site, **settings)) as client:
        return site.whose(client.bearer_header())


def of(client_id):
    return client_id, None, {"read"}


# ---- private_key_jwt, client_secret_jwt ----

@case("oidc-provider")
def key_of_each_kind_and_algorithm(site):
    for key, algorithms in ALGORITHMS.items():
        for algorithm in (None, *algorithms):
            settings = signing(site, key, signing_alg=algorithm)
            with site.client(**machine(site, **settings)) as client:
                expect(f"whose token, {key} {algorithm}", of("key-jwt"), site.whose(client.bearer_header()))
                for request in client.carrier.sent:
                    header, claims = assertion_in(request, "client_assertion")
                    expect("alg and kid", (algorithm or algorithms[0], key), (header["alg"], header["kid"]))
                    expect("claims", ("key-jwt", "key-jwt", f"{site.base}/token"), (claims["iss"], claims["sub"], claims["aud"]))


@case("oidc-provider")
def key_however_it_is_written(site):
    folder = site.certificates
    text = (folder / "p256.pem").read_text()
    (folder / "password").write_text("opens\n")
    (folder / "password").chmod(0o600)
    encrypted = {"private_key": f"file:{folder}/p256_encrypted.pem"}
    for settings in ({"private_key": text}, {"private_key": text.replace("\n", "\\n")}, {"private_key": "env:LIBOAUTH_TEST_KEY"},
                     {"private_key": f"file:{folder}/p256_sec1.pem"},
                     {"private_key": f"file:{folder}/p256.jwk", "key_id": None}, {"private_key": (folder / "p256.jwk").read_text()},
                     {**encrypted, "private_key_password": "opens"}, {**encrypted, "private_key_password": "env:LIBOAUTH_TEST_PASSWORD"},
                     {**encrypted, "private_key_password": f"file:{folder}/password"},
                     {"private_key": f"file:{folder}/p256_encrypted_scrypt.pem", "private_key_password": "opens"},
                     {"key_certificate": f"file:{folder}/p256_certificate.pem"},
                     {"client_auth": None},  # usual with a key and without a secret
                     {"private_key": f"file:{folder}/rsa_pkcs1.pem", "key_id": "rsa"},
                     {"private_key": f"file:{folder}/rsa.jwk", "key_id": "rsa", "signing_alg": "PS256"},
                     {"private_key": f"file:{folder}/ed25519.jwk", "key_id": None}):
        expect(f"whose token, {settings}", of("key-jwt"), whose(site, signing(site, **{"key_id": "p256", **settings})))


@case("oidc-provider")
def secret_that_signs(site):
    for algorithm in (None, "HS256", "HS384", "HS512"):
        settings = {"client_id": "secret-jwt", "client_auth": "client_secret_jwt", "signing_alg": algorithm}
        expect(f"whose token, {algorithm}", of("secret-jwt"), whose(site, settings))
    with site.client(**machine(site, client_id="secret-jwt", client_auth="client_secret_jwt", client_secret="wrong" * 10)) as client:
        with refused("a wrong secret", "OAUTH_ERROR_INVALID_CLIENT", action="FIX"):
            client.bearer_header()


@case("oidc-provider")
def person_at_a_client_that_signs(site):
    for settings in (signing(site, "rsa", signing_alg="PS256"), signing(site, "ed25519"),
                     {"client_id": "secret-jwt", "client_auth": "client_secret_jwt"}):
        with site.signed_in(**settings) as client:
            seen = [client.bearer_header()]
            for _ in range(2):
                client.refresh()
                seen.append(client.bearer_header())
                site.expect_api("the header", 200, seen[-1])
            expect("different headers", 3, len(set(seen)))
            assertions = [assertion_in(request, "client_assertion")[1] for request in client.carrier.sent]
            expect("assertions of their own", len(assertions), len({claims["jti"] for claims in assertions}))
            client.revoke()
            site.expect_api("the header, revoked", 401, seen[-1])


@case("oidc-provider")
def assertion_for_the_issuer(site):
    expect("whose token", of("key-jwt"), whose(site, signing(site, assertion_audience="issuer", issuer=site.base)))
    expect("whose token", of("key-jwt"), whose(site, signing(site, assertion_audience=f"{site.base}/token")))


@case("oidc-provider")
def storm_on_a_first_token_with_a_key(site):
    # Behind the relay it calls itself otherwise, but for its issuer.
    settings = machine(site, **signing(site, assertion_audience=site.base))
    storm(site, {**settings, "store": f"file:{site.folder()}"}, of("key-jwt"))


@case("oidc-provider")
def assertion_that_is_refused(site):
    now = int(time.time())
    past, future = {"iat": now - 900, "exp": now - 600}, {"iat": now + 600, "nbf": now + 600, "exp": now + 900}
    for what, settings in {
            "another key": {"private_key": f"file:{site.certificates}/client.key"},
            "another kid": {"key_id": "rsa"}, "a kid that is not known": {"key_id": "nobody"},
            "an algorithm that is not the client's": {"client_id": "es256-jwt", "private_key": f"file:{site.certificates}/rsa.pem", "key_id": "rsa"},
            "a client that is not known": {"client_id": "nobody"},
            "the way of another client": {"client_id": "machine"},
            "an audience that is not the server": {"assertion_audience": "https://other.example/token"},
            "an end that is over": {"assertion_claims": json.dumps(past)},
            "a beginning that is to come": {"assertion_claims": json.dumps(future)},
            "no jti": {"assertion_claims": "jti="},
            "the same jti twice": {"assertion_claims": f"jti={time.time_ns()}"}}.items():
        with site.client(**machine(site, **signing(site, **settings))) as client:
            if what == "the same jti twice":
                client.request_token()
            with refused(what, "OAUTH_ERROR_INVALID_CLIENT", action="FIX", says=CHECK):
                client.request_token()
            expect(f"{what}: status", "401", client.get("http_status"))


@case("oidc-provider")
def key_that_is_refused_is_asked_about_once(site):
    store = {"store": f"file:{site.folder()}"}
    with site.relay() as relay:
        store["token_endpoint"] = site.token_endpoint(relay.port)
        wrong = machine(site, **store, **signing(site, private_key=f"file:{site.certificates}/client.key",
                                                 assertion_audience=site.base))
        with site.client(**wrong) as client:
            for _ in range(3):
                with refused("another key", "OAUTH_ERROR_INVALID_CLIENT", action="FIX"):
                    client.bearer_header()
            (result,) = site.finished(site.job(["bearer_header"], **wrong))
            expect("another process", "OAUTH_ERROR_INVALID_CLIENT", result.get("refused"))
            expect("token requests", 1, relay.count)  # Though each assertion is another.
            client.set(private_key=f"file:{site.certificates}/p256.pem")
            expect("whose token", of("key-jwt"), site.whose(client.bearer_header()))


@case("oidc-provider")
def refresh_with_a_wrong_key(site):
    with site.signed_in(**signing(site)) as client:
        before = client.get("refresh_token")
        client.set(private_key=f"file:{site.certificates}/client.key")
        with refused("another key", "OAUTH_ERROR_INVALID_CLIENT", action="FIX", says=CHECK):
            client.refresh()
        expect("refresh token after it", before, client.get("refresh_token"))
        client.set(private_key=f"file:{site.certificates}/p256.pem")
        client.refresh()
        site.expect_api("the header", 200, client.bearer_header())


@case("oidc-provider")
def code_with_a_wrong_key(site):
    with site.client(**signing(site, key_id="p384")) as client:
        back = site.sign_in(client.build_authorize_url())
        with refused("another kid", "OAUTH_ERROR_INVALID_CLIENT", action="FIX", says=CHECK):
            client.exchange_code(back)
        client.set(key_id="p256")
        client.exchange_code(back)  # The code is none the worse for it.
        site.expect_api("the header", 200, client.bearer_header())


# ---- certificates ----

def certificate(site, name):
    return site.certificates / f"{name}.pem", site.certificates / f"{name}.key"


def thumbprint(site, name):
    der = ssl.PEM_cert_to_DER_cert((site.certificates / f"{name}.pem").read_text())
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()


@case("oidc-provider", schemes=["https"])
def machine_with_a_certificate(site):
    for client_id, client_auth, name in (("tls", "tls_client_auth", "client"), ("own-tls", "self_signed_tls_client_auth", "own")):
        settings = machine(site, client_id=client_id, client_secret=None, client_auth=client_auth)
        with site.client(site.carry(certificate=certificate(site, name)), **settings) as client:
            header = client.bearer_header()
            expect("whose token", of(client_id), site.whose(header))
            expect("what it is bound to", {"x5t#S256": thumbprint(site, name)}, site.introspected(header)["cnf"])
        for other in ("stranger", "own" if name == "client" else "others"):
            with site.client(site.carry(certificate=certificate(site, other)), **settings) as client:
                with refused(f"{client_id} with {other}.pem", "OAUTH_ERROR_INVALID_CLIENT", action="FIX"):
                    client.bearer_header()
        with site.client(**settings) as client:
            # Who sends by itself is told before it sends; the caller's HTTP knows for itself.
            name = "OAUTH_ERROR_MISSING" if site.carrier == "builtin" else "OAUTH_ERROR_INVALID_CLIENT"
            with refused(f"{client_id} without a certificate", name, action="FIX"):
                client.bearer_header()


@case("oidc-provider", schemes=["https"])
def person_at_a_client_with_a_certificate(site):
    for client_id, client_auth, name in (("tls", "tls_client_auth", "client"), ("own-tls", "self_signed_tls_client_auth", "own")):
        settings = {"client_id": client_id, "client_secret": None, "client_auth": client_auth}
        with site.signed_in(carrier=site.carry(certificate=certificate(site, name)), **settings) as client:
            site.expect_api("the header, with the certificate", 200, client.bearer_header(), certificate(site, name))
            site.expect_api("the header, without it", 401, client.bearer_header())
            client.refresh()
            header = client.bearer_header()
            site.expect_api("the header, refreshed", 200, header, certificate(site, name))
            site.expect_api("the header, with another certificate", 401, header, certificate(site, "stranger"))


# ---- the grant jwt-bearer, and signatures at another server ----

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def asserting(site, key="p256", sub="alice", **more):
    """Settings of who makes an assertion of a person with a key of that name."""
    return machine(site, JWT_BEARER, **signing(site, key, client_auth=None, assertion_claims=f"sub={sub}", **more))


@case("authlib")
def machine_that_signs(site):
    for key, algorithms in ALGORITHMS.items():
        for algorithm in algorithms:
            expect(f"whose token, {algorithm}", of("key-jwt"), whose(site, signing(site, key, signing_alg=algorithm)))
    for settings in ({"key_id": "nobody"}, {"private_key": f"file:{site.certificates}/client.key"},
                     {"client_id": "nobody"}, {"assertion_audience": "https://other.example"}):
        with site.client(**machine(site, **signing(site, **settings))) as client:
            with refused(f"{settings}", "OAUTH_ERROR_INVALID_CLIENT", action="FIX", says=CHECK):
                client.bearer_header()


@case("authlib")
def grant_that_is_an_assertion(site):
    for key, algorithms in ALGORITHMS.items():
        for algorithm in algorithms:
            with site.client(**asserting(site, key, signing_alg=algorithm)) as client:
                expect(f"whose token, {algorithm}", ("key-jwt", "alice", {"read"}), site.whose(client.bearer_header()))
                for request in client.carrier.sent:
                    header, claims = assertion_in(request, "assertion")
                    expect("alg, kid", (algorithm, key), (header["alg"], header["kid"]))
                    expect("iss, sub, aud", ("key-jwt", "alice", f"{site.base}/oauth/token"), (claims["iss"], claims["sub"], claims["aud"]))


@case("authlib")
def assertion_of_the_callers(site):
    assertion = signed_elsewhere(site, aud=f"{site.base}/oauth/token", iss="key-jwt", sub="zoë@example.com", exp=int(time.time()) + 60)
    with site.client(**machine(site, JWT_BEARER, client_id="key-jwt", client_secret=None, assertion=assertion)) as client:
        expect("whose token", ("key-jwt", "zoë@example.com", {"read"}), site.whose(client.bearer_header()))
        client.set(assertion=signed_elsewhere(site, aud=f"{site.base}/oauth/token", iss="key-jwt", sub="alice", exp=int(time.time()) + 60))
        expect("whose token, of another assertion", ("key-jwt", "alice", {"read"}), site.whose(client.bearer_header()))


def account_file(site, account):
    """A service account as a server hands it out; the rest of a job's settings is its scope."""
    file = site.folder().with_name("account.json")
    file.write_text(json.dumps(account))
    file.chmod(0o600)
    return Client(site.carry(), service_account=f"file:{file}", scope="read")


@case("authlib")
def service_account(site):
    account = {"type": "service_account", "project_id": "nightly", "private_key_id": "rsa",
               "private_key": (site.certificates / "rsa.pem").read_text(), "client_email": "robot@example.com",
               "client_id": "104", "token_uri": f"{site.base}/oauth/token"}
    with account_file(site, account) as client:
        expect("whose token", ("robot@example.com", None, {"read"}), site.whose(client.bearer_header()))
        client.set(assertion_claims="sub=alice")
        expect("whose token, for a person", ("robot@example.com", "alice", {"read"}), site.whose(client.bearer_header()))
    with account_file(site, {**account, "private_key": (site.certificates / "rsa_4096.pem").read_text()}) as client:
        with refused("another key", "OAUTH_ERROR_INVALID_GRANT", action="FIX", says="check the assertion"):
            client.bearer_header()


@case("authlib", "default")
def service_key_with_a_secret(site):
    account = {"clientid": "machine", "clientsecret": site.machine["client_secret"], "url": site.base}
    for key in (account, {"credentials": account}):
        with account_file(site, key) as client:
            expect("whose token", of("machine"), site.whose(client.bearer_header()))


@case("authlib", schemes=["http"])
def storm_on_a_first_token_by_an_assertion(site):
    settings = asserting(site, assertion_audience=f"{site.base}/oauth/token", store=f"file:{site.folder()}")
    storm(site, settings, ("key-jwt", "alice", {"read"}))


@case("authlib")
def grant_that_is_refused(site):
    now = int(time.time())
    over = json.dumps({"sub": "alice", "iat": now - 900, "exp": now - 600})
    for what, settings, words in (
            ("a person whom it does not know", {"sub": "nobody"}, "check the assertion"),
            ("another key", {"private_key": f"file:{site.certificates}/client.key"}, "check the assertion"),
            ("a kid that is not known", {"key_id": "nobody"}, "check the assertion"),
            ("an audience that is not the server", {"assertion_audience": "https://other.example"}, "check the assertion"),
            ("an end that is over", {"assertion_claims": over}, "the assertion's times are refused: check assertion_expires_in")):
        with site.client(**{**asserting(site), **asserting(site, sub=settings.pop("sub", "alice")), **settings}) as client:
            for _ in range(2):
                with refused(what, "OAUTH_ERROR_INVALID_GRANT", action="FIX", says=words):
                    client.bearer_header()
            expect("requests sent", 1 if site.carrier == "caller" else 0, len(client.carrier.sent))


@case("ahead", schemes=["http"])
def clock_that_is_behind(site):
    for settings, name in ((machine(site, **signing(site)), "OAUTH_ERROR_INVALID_CLIENT"), (asserting(site), "OAUTH_ERROR_INVALID_GRANT")):
        with site.client(**settings) as client:
            with refused(name, name, action="FIX", says="this machine's clock is") as error:
                client.bearer_header()
            seconds = int(re.search(r"clock is (\d+) s behind the server's: set it right", error.text)[1])
            expect("about as far behind as it is", True, 890 <= seconds <= 920)
            client.set(assertion_expires_in=3600)
            expect("whose client", "key-jwt", site.whose(client.bearer_header())[0])


def signed_elsewhere(site, **claims):
    """A JWT that the library has not made: RS256 by openssl."""
    def encoded(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    text = ".".join(encoded(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "rsa"}, claims))
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", site.certificates / "rsa.pem"],
                               input=text.encode(), capture_output=True, check=True).stdout
    return f"{text}.{encoded(signature)}"


def assertion_in(request, name):
    """Header and claims of the assertion in a request."""
    content = urllib.parse.parse_qs(request.content.decode())
    expect("Authorization of a client that signs", None, request.headers.get("Authorization"))
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in content[name][0].split(".")[:2]]
