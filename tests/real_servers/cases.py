"""The cases. Each is run against every site that its decorator names, and fails by an exception."""
import json
import pathlib
import re
import shutil
import socket
import stat
import time
import urllib.parse

from sites import OOB, OTHER_REDIRECT, Failed, expect, refused

CASES = []  # (kinds of site, schemes, function)
REFRESHING = ("oidc-provider", "default", "rotate")
ALL = (*REFRESHING, "metamaps")


def case(*kinds, schemes=("http", "https")):
    def register(function):
        CASES.append((kinds, schemes, function))
        return function
    return register


def cases_for(site):
    return [(title(function), function) for kinds, schemes, function in CASES
            if site.kind in kinds and site.scheme in schemes]


def title(function):
    return function.__name__.replace("_", " ")


# ---- signing in ----

@case(*REFRESHING)
def code_flow(site):
    with site.client() as client:
        back = site.sign_in(client.build_authorize_url())
        expect("state in the redirect", client.get("state"), parameter(back, "state"))
        client.exchange_code(back)
        expect("token type", "Bearer", client.get("token_type"))
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", client.get("expires_at")):
            raise Failed(f"no time in expires_at: {client.get('expires_at')!r}")
        expect("granted scope", set(client.get("scope").split()), set(client.get("granted_scope").split()))
        header = client.bearer_header()
        expect("header", f"Authorization: Bearer {client.get('access_token')}", header)
        expect("token alone", client.get("access_token"), client.access_token())
        site.expect_api("the header", 200, header)


@case("oidc-provider")
def id_token_is_kept(site):
    with site.signed_in() as client:
        expect("parts of the ID token", 3, len(client.get("id_token").split(".")))


@case(*REFRESHING)
def pasted_code_alone(site):
    with site.client() as client:
        code = parameter(site.sign_in(client.build_authorize_url()), "code")
        client.exchange_code(f"  '{code}'\n")
        site.expect_api("the header", 200, client.bearer_header())


@case("default")
def out_of_band_code(site):
    with site.client(redirect_uri=OOB) as client:
        client.exchange_code(site.sign_in(client.build_authorize_url()))
        site.expect_api("the header", 200, client.bearer_header())


@case(*REFRESHING)
def denied_consent(site):
    with site.client(**site.unconsented) as client:
        back = site.sign_in(client.build_authorize_url(), deny=True)
        with refused("a redirect that says no", "OAUTH_ERROR_ACCESS_DENIED", action="SIGN_IN"):
            client.exchange_code(back)
        expect("the server's error", "access_denied", client.get("error"))
        expect("the server's words", parameter(back, "error_description"), client.get("error_description"))
        with refused("a header for nobody", "OAUTH_ERROR_SIGN_IN", action="SIGN_IN"):
            client.bearer_header()


@case("oidc-provider")
def refused_authorization_request(site):
    for settings, name in (({"response_type": "bogus"}, "OAUTH_ERROR_RESPONSE_TYPE"),
                           ({**site.public, "pkce": "off"}, "OAUTH_ERROR_INVALID_REQUEST"),
                           ({"pkce": "plain"}, "OAUTH_ERROR_INVALID_REQUEST")):
        with site.client(**settings) as client:
            back = site.sign_in(client.build_authorize_url())
            with refused(f"a redirect with an error, {settings}", name, action="FIX"):
                client.exchange_code(back)
            expect("the server's error", parameter(back, "error"), client.get("error"))


@case(*REFRESHING)
def forged_state(site):
    with site.client() as client:
        back = site.sign_in(client.build_authorize_url())
        with refused("a forged state", "OAUTH_ERROR_STATE"):
            client.exchange_code(back.replace(client.get("state"), "forged"))
        expect("requests sent", [], client.carrier.sent)
        client.exchange_code(back)


@case("oidc-provider")
def issuer_in_the_redirect(site):
    with site.client(issuer=site.base) as client:
        back = site.sign_in(client.build_authorize_url())
        expect("issuer in the redirect", site.base, parameter(back, "iss"))
        client.exchange_code(back)
    with site.client(issuer="https://other.example") as client:
        back = site.sign_in(client.build_authorize_url())
        with refused("a redirect of another issuer", "OAUTH_ERROR_ISSUER"):
            client.exchange_code(back)
        expect("requests sent", [], client.carrier.sent)


@case("default")
def no_issuer_in_the_redirect(site):
    with site.signed_in(issuer=site.base) as client:
        site.expect_api("the header", 200, client.bearer_header())


# ---- codes ----

@case(*ALL)
def used_code(site):
    with site.client() as client:
        back = site.sign_in(client.build_authorize_url())
        client.exchange_code(back)
        sent = list(client.carrier.sent)
        with refused("the same code once more", "OAUTH_ERROR_SEQUENCE", action="SIGN_IN"):
            client.exchange_code(back)
        expect("requests sent", sent, client.carrier.sent)
        site.expect_api("the first token", 200, client.bearer_header())


@case(*ALL)
def used_code_of_another_client(site):
    # Without PKCE, so that nothing but the code's use can be the reason.
    with site.client(pkce="off") as first, site.client(pkce="off") as second:
        code = code_of(site.sign_in(first.build_authorize_url()))
        first.exchange_code(code)
        second.build_authorize_url()
        with refused("a used code", "OAUTH_ERROR_INVALID_GRANT", action="SIGN_IN"):
            second.exchange_code(code)
        expect("the server's error", "invalid_grant", second.get("error"))
        expect("status", "400", second.get("http_status"))
        if site.kind == "oidc-provider":  # It takes the tokens of that code back.
            with refused("a refresh after the code was reused", "OAUTH_ERROR_SIGN_IN"):
                first.refresh()
        elif site.kind != "metamaps":
            first.refresh()


@case(*REFRESHING)
def stolen_code_lacks_the_verifier(site):
    with site.client() as owner, site.client() as thief:
        code = code_of(site.sign_in(owner.build_authorize_url()))
        thief.build_authorize_url()
        with refused("another's code", "OAUTH_ERROR_INVALID_GRANT"):
            thief.exchange_code(code)


@case(*ALL)
def other_redirect_uri(site):
    with site.client(pkce="off") as first, site.client(pkce="off", redirect_uri=OTHER_REDIRECT) as second:
        code = code_of(site.sign_in(first.build_authorize_url()))
        second.build_authorize_url()
        with refused("a code of another redirect_uri", "OAUTH_ERROR_INVALID_GRANT"):
            second.exchange_code(code)


# ---- who the client is ----

@case(*ALL)
def wrong_secret(site):
    with site.client(client_secret="wrong") as client:
        back = site.sign_in(client.build_authorize_url())
        with refused("a wrong secret", "OAUTH_ERROR_INVALID_CLIENT", action="FIX"):
            client.exchange_code(back)
        expect("status", "401", client.get("http_status"))
        client.set(client_secret=site.usual["client_secret"])
        client.exchange_code(back)  # The code is none the worse for it.
        site.expect_api("the header", 200, client.bearer_header())


@case(*REFRESHING)
def wrong_secret_at_refresh(site):
    with site.signed_in() as client:
        before = client.get("refresh_token")
        client.set(client_secret="wrong")
        with refused("a wrong secret", "OAUTH_ERROR_INVALID_CLIENT", action="FIX"):
            client.refresh()
        expect("refresh token after it", before, client.get("refresh_token"))
        client.set(client_secret=site.usual["client_secret"])
        client.refresh()


@case(*REFRESHING)
def odd_client_in_basic(site):
    with site.signed_in(**site.odd) as client:
        site.expect_api("the header", 200, client.bearer_header())
        client.refresh()
    other = {"oidc-provider": "raw"}.get(site.kind, "form")
    with site.client(**{**site.odd, "basic_encoding": other}) as client:
        back = site.sign_in(client.build_authorize_url())
        with refused(f"the {other} encoding", "OAUTH_ERROR_INVALID_CLIENT", "OAUTH_ERROR_INVALID_REQUEST"):
            client.exchange_code(back)


@case(*REFRESHING)
def public_client(site):
    with site.signed_in(**site.public) as client:
        site.expect_api("the header", 200, client.bearer_header())
        client.refresh()
        for request in client.carrier.sent:
            content = urllib.parse.parse_qs(request.content.decode())
            expect("Authorization of a public client", None, request.headers.get("Authorization"))
            expect("client_id in the content", [site.public["client_id"]], content["client_id"])


@case(*REFRESHING)
def custom_scheme_redirect(site):
    native = {"client_id": "native"} if site.kind == "oidc-provider" else {}
    with site.client(**{**site.public, **native}, redirect_uri="com.example.app:/cb") as client:
        back = site.sign_in(client.build_authorize_url())
        expect("scheme of the redirect", "com.example.app", back.split(":")[0])
        client.exchange_code(back)
        site.expect_api("the header", 200, client.bearer_header())


@case(*REFRESHING)
def secret_in_the_content(site):
    client_id = {"oidc-provider": "post"}.get(site.kind, site.usual["client_id"])
    with site.signed_in(client_id=client_id, client_auth="client_secret_post") as client:
        site.expect_api("the header", 200, client.bearer_header())
        client.refresh()
        for request in client.carrier.sent:
            expect("query of the token URL", "", urllib.parse.urlsplit(request.url).query)


@case("default")
def parameters_as_json_or_in_the_query(site):
    for body in ("json", "query"):
        with site.signed_in(client_auth="client_secret_post", request_body=body) as client:
            site.expect_api(f"the header, {body}", 200, client.bearer_header())
            client.refresh()


@case("oidc-provider", schemes=["https"])
def client_certificate(site):
    certificate = site.certificates / "client.pem", site.certificates / "client.key"
    tls = {"client_id": "tls", "client_secret": None}
    with site.client(site.carry(certificate=certificate), **tls) as client:
        client.exchange_code(site.sign_in(client.build_authorize_url()))
        client.refresh()
        site.expect_api("the header, with the certificate", 200, client.bearer_header(), certificate)
        site.expect_api("the header, without it", 401, client.bearer_header())
    with site.client(**tls) as client:
        back = site.sign_in(client.build_authorize_url())
        with refused("no certificate", "OAUTH_ERROR_INVALID_CLIENT"):
            client.exchange_code(back)


@case(*ALL, schemes=["https"])
def untrusted_authority(site):
    for whom, ca_file in (("the system's authorities", None), ("another authority", site.certificates / "other-ca.pem")):
        with site.client(site.carry(ca_file=ca_file)) as client:
            back = site.sign_in(client.build_authorize_url())
            if site.carrier == "builtin":
                with refused(whom, "OAUTH_ERROR_TLS", action="FIX"):
                    client.exchange_code(back)
                client.set(ca_file=site.ca_file)
            else:  # The caller's HTTP can say no more than that no answer came.
                with refused(whom, "OAUTH_ERROR_CONNECT", "OAUTH_ERROR_DISCONNECTED", action="RETRY"):
                    client.exchange_code(back)
                client.carrier.ca_file = site.ca_file
            client.exchange_code(back)  # The server never saw the code before.
            site.expect_api("the header", 200, client.bearer_header())


# ---- refreshing ----

@case(*REFRESHING)
def refresh(site):
    with site.signed_in() as client:
        seen = [(client.get("access_token"), client.get("refresh_token"))]
        for _ in range(3):
            client.refresh()
            seen.append((client.get("access_token"), client.get("refresh_token")))
            site.expect_api("the header", 200, client.bearer_header())
        expect("different access tokens", 4, len({access for access, _ in seen}))
        expect("different refresh tokens", 4, len({token for _, token in seen}))


@case("oidc-provider")
def refresh_token_that_stays(site):
    with site.signed_in(client_id="norotate") as client:
        before = client.get("access_token"), client.get("refresh_token")
        client.refresh()
        expect("refresh token", before[1], client.get("refresh_token"))
        expect("the same access token", False, before[0] == client.get("access_token"))


@case("oidc-provider")
def no_refresh_token(site):
    # Without the prompt this server drops the scope `offline_access` and does not say so.
    with site.signed_in(authorize_params=None) as client:
        expect("refresh token", "", client.get("refresh_token"))
        expect("granted scope", {"openid", "read"}, set(client.get("granted_scope").split()))
        with refused("a refresh without a refresh token", "OAUTH_ERROR_SIGN_IN", action="SIGN_IN"):
            client.refresh()
        site.expect_api("the header all the same", 200, client.bearer_header())


@case(*REFRESHING)
def old_refresh_token(site):
    folder = site.folder()
    with site.signed_in(store=f"file:{folder}") as client:
        backup, second_backup = (pathlib.Path(shutil.copytree(folder, f"{folder}-{n}")) for n in (1, 2))
        client.refresh()
        with site.client(store=f"file:{backup}") as old:
            if site.kind == "default":  # It stays good until the new access token is first used.
                old.refresh()
                site.expect_api("the header", 200, client.bearer_header())
        with site.client(store=f"file:{second_backup}") as old:
            with refused("an old refresh token", "OAUTH_ERROR_SIGN_IN", action="SIGN_IN"):
                old.refresh()
            expect("the server's error", "invalid_grant", old.get("error"))
        kept = client.get("refresh_token")
        if site.kind == "oidc-provider":  # Reuse is the end of the whole family.
            with refused("the new refresh token after that", "OAUTH_ERROR_SIGN_IN"):
                client.refresh()
            expect("refresh token, refused but kept", kept, client.get("refresh_token"))
        else:
            client.refresh()
            site.expect_api("the header", 200, client.bearer_header())


@case(*REFRESHING)
def short_lived_token(site):
    with site.signed_in(**site.short) as client:
        old, refresh_token = in_time(site, client), client.get("refresh_token")
        time.sleep(3.2)
        site.expect_api("the first header, expired", 401, old)
        expect("the header that was refreshed by itself", False, old == in_time(site, client))
        expect("the same refresh token", False, refresh_token == client.get("refresh_token"))


@case(*REFRESHING)
def revoked_access_token(site):
    with site.signed_in() as client:
        old = client.bearer_header()
        fields = {"token": client.access_token(), "client_id": site.usual["client_id"], "client_secret": site.usual["client_secret"]}
        expect("status of the revocation", 200, site.post(site.revocation, **fields)[0])
        site.expect_api("the header, revoked", 401, old)
        expect("header before anybody says so", old, client.bearer_header())
        client.token_rejected()
        if site.kind == "oidc-provider":
            new = client.bearer_header()
            site.expect_api("the header after oauth_token_rejected", 200, new)
            client.token_rejected()
            site.expect_api("and after another one", 200, client.bearer_header())
        else:  # Doorkeeper revokes the refresh token with it.
            with refused("a header after oauth_token_rejected", "OAUTH_ERROR_SIGN_IN"):
                client.bearer_header()


@case(*ALL)
def revoked_sign_in(site):
    folder = site.folder()
    with site.signed_in(store=f"file:{folder}") as client:
        header = client.bearer_header()
        backup = pathlib.Path(shutil.copytree(folder, f"{folder}-backup"))
        client.set(client_secret="wrong")
        wrong = "OAUTH_ERROR_INVALID_CLIENT" if site.kind == "oidc-provider" else "OAUTH_ERROR_UNAUTHORIZED"
        with refused("a revocation with a wrong secret", wrong, action="FIX"):
            client.revoke()
        expect("status", "401" if site.kind == "oidc-provider" else "403", client.get("http_status"))
        site.expect_api("the header after that", 200, client.bearer_header())
        client.set(client_secret=site.usual["client_secret"])
        client.revoke()
        site.expect_api("the header, revoked", 401, header)
        with refused("a header after that", "OAUTH_ERROR_SIGN_IN", action="SIGN_IN"):
            client.bearer_header()
        client.revoke()  # There is nothing to revoke.
    with site.client(store=f"file:{backup}") as old:
        with refused("a refresh with what somebody has kept", "OAUTH_ERROR_SIGN_IN", action="SIGN_IN"):
            old.refresh()
        expect("the server's error", "" if site.kind == "metamaps" else "invalid_grant", old.get("error"))
        old.revoke()  # The server takes also what it has revoked already.
        with refused("a header after that", "OAUTH_ERROR_SIGN_IN"):
            old.bearer_header()


@case(*REFRESHING)
def revoked_by_a_public_client(site):
    with site.signed_in(**site.public) as client:
        header = client.bearer_header()
        client.revoke()
        site.expect_api("the header, revoked", 401, header)


@case("oidc-provider")
def revoked_though_the_access_token_is_a_jwt(site):
    resource = "resource=urn%3Aapi%3Ajwt"
    folder = site.folder()
    with site.signed_in(store=f"file:{folder}", authorize_params=f"prompt=consent&{resource}", token_params=resource) as client:
        expect("parts of the access token", 3, len(client.access_token().split(".")))
        backup = pathlib.Path(shutil.copytree(folder, f"{folder}-backup"))
        fields = {"token": client.access_token(), "client_id": site.usual["client_id"], "client_secret": site.usual["client_secret"]}
        status, answer = site.post(site.revocation, **fields)
        expect("what the server says to the access token", (400, "unsupported_token_type"), (status, json.loads(answer)["error"]))
        client.revoke()  # The access token lives until it expires.
        with refused("a header after that", "OAUTH_ERROR_SIGN_IN"):
            client.bearer_header()
    with site.client(store=f"file:{backup}", refresh_params=resource) as old:
        with refused("a refresh with what somebody has kept", "OAUTH_ERROR_SIGN_IN"):
            old.refresh()
        expect("the server's error", "invalid_grant", old.get("error"))


@case("oidc-provider")
def token_for_a_resource(site):
    resource = "resource=urn%3Aapi%3Ajwt"
    with site.signed_in(authorize_params=f"prompt=consent&{resource}", token_params=resource, refresh_params=resource) as client:
        expect("parts of the access token", 3, len(client.access_token().split(".")))
        client.refresh()
        expect("parts of the access token, refreshed", 3, len(client.access_token().split(".")))


# ---- the store ----

@case(*ALL)
def another_process_without_network(site):
    folder = site.folder()
    store = {"store": f"file:{folder}"}
    with site.signed_in(**store) as client, socket.socket() as nobody:
        expect("mode of the folder", 0o700, stat.S_IMODE(folder.stat().st_mode))
        for file in (file for file in folder.rglob("*") if file.is_file()):
            expect(f"mode of {file.name}", 0o600, stat.S_IMODE(file.stat().st_mode))
        nobody.bind(("127.0.0.1", 0))  # Bound and not listening: a connection to it is refused.
        # The proxy is dead; but http:// on loopback goes to no proxy.
        if site.carrier == "builtin" and site.scheme == "https":
            how = {**store, "proxy": f"http://127.0.0.1:{nobody.getsockname()[1]}"}
            job = site.job(["bearer_header", "refresh"], **how)
            reached = "OAUTH_ERROR_CONNECT"
        else:
            job = site.job(["bearer_header", "refresh"], carrier="none", **store)
            reached = "OAUTH_HTTP_NEEDED"
        header, second = site.finished(job)
        expect("header in another process", {"ok": client.bearer_header()}, header)
        site.expect_api("that header", 200, header["ok"])
        if site.kind == "metamaps":
            reached = "OAUTH_ERROR_SIGN_IN"
        expect("a refresh there, which shows that nothing can be sent", reached, second.get("refused"))


@case(*REFRESHING)
def processes_take_turns(site):
    store = {"store": f"file:{site.folder()}"}
    with site.signed_in(**store) as client:
        for _ in range(2):
            refreshed, header = site.finished(site.job(["refresh", "bearer_header"], **store))
            expect("a refresh in another process", {"ok": None}, refreshed)
            site.expect_api("its header", 200, header["ok"])
            # With the refresh token that the other process has left: an older one would be the end at oidc-provider.
            client.refresh()
            site.expect_api("the header", 200, client.bearer_header())


@case(*REFRESHING)
def processes_refresh_at_once(site):
    store = {"store": f"file:{site.folder()}"}
    with site.signed_in(**store) as client:
        jobs = [site.job(["bearer_header", "refresh", "bearer_header", "refresh", "bearer_header"], **store) for _ in range(4)]
        for results in [site.finished(job) for job in jobs]:
            if any("refused" in result for result in results):
                raise Failed(f"one of four processes: {results}")
        client.refresh()
        site.expect_api("the header", 200, client.bearer_header())


@case(*REFRESHING)
def processes_share_a_short_lived_token(site):
    store = {"store": f"file:{site.folder()}", **site.short}
    with site.signed_in(**store) as client:
        before = client.get("refresh_token")
        time.sleep(3.2)
        jobs = [site.job(["bearer_header"], **store) for _ in range(4)]
        for results in [site.finished(job) for job in jobs]:
            if any("refused" in result for result in results):
                raise Failed(f"one of four processes: {results}")
        in_time(site, client)
        expect("the same refresh token", False, before == client.get("refresh_token"))


@case(*REFRESHING)
def code_exchanged_by_another_process(site):
    store = {"store": f"file:{site.folder()}"}
    with site.client(**store) as client:
        back = site.sign_in(client.build_authorize_url())
    exchanged, header = site.finished(site.job([["exchange_code", back], "bearer_header"], **store))
    expect("an exchange in another process", {"ok": None}, exchanged)
    site.expect_api("its header", 200, header["ok"])


@case(*REFRESHING)
def storm_on_an_expired_token(site):
    folder = site.folder()
    with site.relay(late=1) as relay:
        settings = {"store": f"file:{folder}", "token_endpoint": site.token_endpoint(relay.port)}
        with site.signed_in(**settings) as client:
            old = client.bearer_header()
        expire(folder)
        before = relay.count
        jobs = [site.job(["bearer_header"], **settings) for _ in range(8)]
        headers = [header_of(results) for results in [site.finished(job) for job in jobs]]
        expect("token requests", 1, relay.count - before)
        expect("different headers", 1, len(set(headers)))
        expect("the old header", False, headers[0] == old)
        site.expect_api("the header", 200, headers[0])
        with site.client(**settings) as client:  # The family lives.
            client.refresh()
            site.expect_api("the header after one more refresh", 200, client.bearer_header())


@case(*REFRESHING)
def process_killed_in_a_storm(site):
    folder = site.folder()
    with site.relay(kept=0) as relay:
        settings = {"store": f"file:{folder}", "token_endpoint": site.token_endpoint(relay.port)}
        site.signed_in(**settings).close()
        expire(folder)
        before = relay.count
        relay.kept = before + 1
        killed = site.job(["bearer_header"], **settings)
        expect("a request of the first process", True, relay.wait_for(before + 1))
        jobs = [site.job(["bearer_header"], **settings) for _ in range(7)]
        time.sleep(1)
        expect("token requests while it waits", 1, relay.count - before)
        killed.kill()
        killed.wait()
        headers = [header_of(results) for results in [site.finished(job) for job in jobs]]
        expect("token requests", 2, relay.count - before)
        expect("different headers", 1, len(set(headers)))
        site.expect_api("the header", 200, headers[0])


# ---- Metamaps ----

@case("metamaps")
def metamaps_profile(site):
    with site.client() as client:
        code = site.sign_in(client.build_authorize_url())
        client.exchange_code(code)
        expect("expires_at", "", client.get("expires_at"))
        expect("refresh_token", "", client.get("refresh_token"))
        expect("granted scope", "public", client.get("granted_scope"))
        site.expect_api("the header", 200, client.bearer_header())
        with refused("a refresh", "OAUTH_ERROR_SIGN_IN", action="SIGN_IN"):
            client.refresh()
        site.expect_api("the header after it", 200, client.bearer_header())


@case("metamaps")
def metamaps_page_pasted(site):
    for page in ("/oauth/authorize/native?code=", "/oauth/authorize/"):
        with site.client() as client:
            client.exchange_code(site.base + page + site.sign_in(client.build_authorize_url()))
            site.expect_api(f"the header, {page}", 200, client.bearer_header())


@case("metamaps")
def metamaps_token_rejected(site):
    with site.signed_in() as client:
        client.bearer_header()
        client.token_rejected()
        with refused("a header after oauth_token_rejected", "OAUTH_ERROR_SIGN_IN", action="SIGN_IN"):
            client.bearer_header()


# ---- helpers ----

def parameter(url, name):
    return urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).get(name, [""])[0]


def expire(folder):
    """Has the stored token end in the past."""
    (file,) = folder.glob("*.json")
    record = json.loads(file.read_text())
    record.update(obtained_at="2020-01-01T00:00:00Z", expires_at="2020-01-01T01:00:00Z")
    file.write_text(json.dumps(record))


def header_of(results):
    """The header that another process got, and nothing else."""
    (result,) = results
    if "ok" not in result:
        raise Failed(f"another process: {result}")
    return result["ok"]


def in_time(site, client):
    """A header that the server takes: a token of three seconds may be over when it gets there, where much is going on."""
    for _ in range(5):
        header = client.bearer_header()
        if site.api(header)[0] == 200:
            return header
    raise Failed("five headers came too late")


def code_of(back):
    """The code in a redirect; an out-of-band code is one already."""
    return parameter(back, "code") or back
