"""Cases of tokens that need no person; see cases.py."""
import json
import pathlib
import time
import urllib.parse

from cases import case, expire, header_of
from client import Client
from sites import expect, refused

MACHINES = ("oidc-provider", "default", "authlib")
PASSWORDS = ("default", "authlib")
#: Whom the servers know; the second one's letters have to survive the request's encoding.
ALICE = {"username": "alice", "password": "secret"}
ZOE = {"username": "zoë@example.com", "password": "p@ss:wörd+/= &%x"}
#: Whose its tokens are: (client, person, scopes).
MACHINE = "machine", None, {"read"}


def machine(site, grant_type="client_credentials", **more):
    """Settings of a client that needs no person."""
    return {**site.machine, "grant_type": grant_type, "scope": "read", "redirect_uri": None, "authorize_params": None, **more}


def person(site, who, **more):
    return machine(site, "password", **who, **more)


# ---- client_credentials ----

@case(*MACHINES)
def first_header_by_a_profile_of_a_few_lines(site):
    profile = site.folder().with_name("nightly.profile")
    endpoint = urllib.parse.urljoin(site.base, site.endpoints()["token_endpoint"])
    settings = {"token_endpoint": endpoint, **site.machine, "grant_type": "client_credentials"}
    profile.write_text("[nightly]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items()))
    profile.chmod(0o600)
    with Client(site.carry(), profile=profile, scope="read") as client:
        header = client.bearer_header()
        expect("whose token", MACHINE, site.whose(header))
        expect("refresh token", "", client.get("refresh_token"))
        expect("the next header", header, client.bearer_header())
        if site.carrier == "caller":
            (request,) = client.carrier.sent
            content = urllib.parse.parse_qs(request.content.decode())
            expect("what was asked for", {"grant_type": ["client_credentials"], "scope": ["read"]}, content)


@case("metamaps")
def machine_token_without_an_end(site):
    with site.client(**site.machine, grant_type="client_credentials") as client:
        header = client.bearer_header()
        expect("expires_at", "", client.get("expires_at"))
        expect("whose token", ("machine", None, {"public"}), site.whose(header))
        client.token_rejected()
        new = client.bearer_header()
        expect("the same header", False, new == header)
        expect("whose token", ("machine", None, {"public"}), site.whose(new))


@case(*MACHINES)
def odd_machine_in_basic(site):
    with site.client(**machine(site, **site.odd)) as client:
        expect("whose token", site.odd["client_id"], site.whose(client.bearer_header())[0])


@case(*MACHINES)
def machine_with_its_secret_in_the_content(site):
    with site.client(**machine(site, client_auth="client_secret_post")) as client:
        expect("whose token", MACHINE, site.whose(client.bearer_header()))


@case(*MACHINES)
def token_by_the_grants_name(site):
    with site.client(**machine(site, None)) as client:
        client.request_token("client_credentials")
        first = client.bearer_header()
        client.request_token()
        expect("the same header", False, first == client.bearer_header())
        expect("whose token", MACHINE, site.whose(client.bearer_header()))


@case("oidc-provider", "default")
def one_client_for_a_person_and_a_machine(site):
    both = {**site.both, "store": f"file:{site.folder()}"}
    with site.signed_in(**both) as client, site.client(**{**machine(site, **both), "scope": "read"}) as job:
        persons, machines = client.bearer_header(), job.bearer_header()
        expect("whose token", (both["client_id"], None, {"read"}), site.whose(machines))
        # By name, in the client of the person.
        client.set(scope="read")
        client.request_token("client_credentials")
        newer = client.bearer_header()
        expect("different headers", 3, len({persons, machines, newer}))
        job.token_rejected()
        expect("the newest machine's header", newer, job.bearer_header())
        client.set(grant_type=None, scope=site.usual["scope"])
        expect("the person's header", persons, client.bearer_header())
        client.refresh()
        site.expect_api("the person's header", 200, client.bearer_header())
        expect("whose token", (both["client_id"], None, {"read"}), site.whose(newer))


@case(*MACHINES)
def scopes_have_a_token_each(site):
    store = {"store": f"file:{site.folder()}"}
    headers = {}
    for scope in ("read", "write", "read write"):
        with site.client(**machine(site, **store, scope=scope)) as client:
            headers[scope] = client.bearer_header()
            expect(f"whose token, {scope}", ("machine", None, set(scope.split())), site.whose(headers[scope]))
    expect("different headers", 3, len(set(headers.values())))
    for scope, header in {**headers, "write read": headers["read write"]}.items():
        with site.client(site.nobody(), **machine(site, **store, scope=scope)) as client:
            expect(f"header of another client, {scope}", header, client.bearer_header())


@case("oidc-provider")
def resources_have_a_token_each(site):
    store = {"store": f"file:{site.folder()}"}
    headers = {}
    for resource in ("urn:api:jwt", "urn:api:other", None):
        with site.client(**machine(site, **store, resource=resource)) as client:
            headers[resource] = client.bearer_header()
            if resource:
                claims = site.claims(headers[resource])
                expect("audience, scope", (resource, "read"), (claims["aud"], claims["scope"]))
            else:
                expect("whose token", MACHINE, site.whose(headers[resource]))
    for resource, header in headers.items():
        with site.client(site.nobody(), **machine(site, **store, resource=resource)) as client:
            expect(f"header of another client, {resource}", header, client.bearer_header())


@case("oidc-provider")
def resource_that_is_refused(site):
    for resource in ("urn:api:unknown", "urn:api:jwt urn:api:other"):
        with site.client(**machine(site, resource=resource)) as client:
            with refused(resource, "OAUTH_ERROR_INVALID_TARGET", action="FIX", says="check audience and resource"):
                client.bearer_header()
            expect("the server's error", "invalid_target", client.get("error"))


@case(*MACHINES)
def storm_on_a_first_token(site):
    storm(site, machine(site, store=f"file:{site.folder()}"), MACHINE)


def storm(site, settings, whose):
    """Processes that have no token yet cause one request, and another one when it has expired."""
    folder = pathlib.Path(settings["store"].removeprefix("file:"))
    with site.relay(late=1) as relay:
        settings = {**settings, "token_endpoint": site.token_endpoint(relay.port)}
        headers = []
        for requests in (1, 2):
            jobs = [site.job(["bearer_header"], **settings) for _ in range(8)]
            headers.append([header_of(results) for results in [site.finished(job) for job in jobs]])
            expect("token requests", requests, relay.count)
            expect("different headers", 1, len(set(headers[-1])))
            expect("whose token", whose, site.whose(headers[-1][0]))
            expire(folder)
        expect("the old header", False, headers[0][0] == headers[1][0])


@case(*MACHINES, schemes=["http"])
def process_killed_in_a_storm_on_a_first_token(site):
    with site.relay(kept=1) as relay:
        settings = machine(site, store=f"file:{site.folder()}", token_endpoint=site.token_endpoint(relay.port))
        killed = site.job(["bearer_header"], **settings)
        expect("a request of the first process", True, relay.wait_for(1))
        jobs = [site.job(["bearer_header"], **settings) for _ in range(5)]
        time.sleep(1)
        expect("token requests while it waits", 1, relay.count)
        killed.kill()
        killed.wait()
        headers = [header_of(results) for results in [site.finished(job) for job in jobs]]
        expect("token requests", 2, relay.count)
        expect("different headers", 1, len(set(headers)))
        expect("whose token", MACHINE, site.whose(headers[0]))


@case(*MACHINES)
def scopes_in_a_storm(site):
    store = {"store": f"file:{site.folder()}"}
    with site.relay(late=1) as relay:
        store["token_endpoint"] = site.token_endpoint(relay.port)
        scopes = ("read", "write")
        jobs = [(scope, site.job(["bearer_header"], **machine(site, **store, scope=scope))) for _ in range(3) for scope in scopes]
        headers = {(scope, header_of(site.finished(job))) for scope, job in jobs}
        expect("token requests", 2, relay.count)
        expect("different headers", 2, len(headers))
        for scope, header in headers:
            expect("scope of the token", {scope}, site.whose(header)[2])


@case(*MACHINES)
def rejected_machine_token(site):
    with site.client(**machine(site)) as client:
        old = client.bearer_header()
        client.token_rejected()
        new = client.bearer_header()
        expect("the same header", False, old == new)
        expect("whose token", MACHINE, site.whose(new))


@case(*MACHINES)
def revoked_machine_token(site):
    store = {"store": f"file:{site.folder()}"}
    with site.client(**machine(site, **store)) as client, site.client(**machine(site, **store)) as other:
        old = client.bearer_header()
        expect("header of another client", old, other.bearer_header())
        client.revoke()
        expect("whose token, revoked", None, site.whose(old))
        new = client.bearer_header()
        expect("whose token", MACHINE, site.whose(new))
        other.token_rejected()
        expect("header of another client", new, other.bearer_header())


# ---- what is refused ----

@case(*MACHINES)
def machines_wrong_secret(site):
    store = {"store": f"file:{site.folder()}"}
    with site.relay() as relay:
        store["token_endpoint"] = site.token_endpoint(relay.port)
        wrong = machine(site, **store, client_secret="wrong")
        with site.client(**wrong) as client:
            for _ in range(3):
                with refused("a wrong secret", "OAUTH_ERROR_INVALID_CLIENT", action="FIX", says="check client_id, client_secret"):
                    client.bearer_header()
            expect("status", "401", client.get("http_status"))
            expect("requests sent", 1 if site.carrier == "caller" else 0, len(client.carrier.sent))
            (result,) = site.finished(site.job(["bearer_header"], **wrong))
            expect("another process", "OAUTH_ERROR_INVALID_CLIENT", result.get("refused"))
            expect("token requests", 1, relay.count)  # The no is remembered, by all.
            client.set(client_secret=site.machine["client_secret"])
            expect("whose token", MACHINE, site.whose(client.bearer_header()))


@case(*MACHINES)
def what_a_machine_is_refused(site):
    for settings, name, advice in (
            ({"client_id": "nobody"}, "OAUTH_ERROR_INVALID_CLIENT", "check client_id"),
            ({"scope": site.wrong_scope}, "OAUTH_ERROR_INVALID_SCOPE", "check scope"),
            ({"grant_type": "account_credentials"}, "OAUTH_ERROR_UNSUPPORTED_GRANT", "check grant_type")):
        with site.client(**machine(site, **settings)) as client:
            with refused(f"{settings}", name, action="FIX", says=advice):
                client.bearer_header()


@case(*MACHINES)
def grant_that_this_client_may_not(site):
    with site.client(**machine(site, **site.forbidden)) as client:
        with refused("a grant that this client may not", site.forbidden_is, action="FIX"):
            client.bearer_header()
        if site.forbidden_is == "OAUTH_ERROR_INVALID_REQUEST":
            expect("the server's words", "requested grant type is not allowed for this client", client.get("error_description"))


# ---- password ----

@case(*PASSWORDS)
def password(site):
    for who in (ALICE, ZOE):
        with site.client(**person(site, who)) as client:
            header = client.bearer_header()
            expect("whose token", ("machine", who["username"], {"read"}), site.whose(header))
            expect("a refresh token", True, bool(client.get("refresh_token")))
            expect("the next header", header, client.bearer_header())


@case(*PASSWORDS)
def people_have_a_token_each(site):
    store = {"store": f"file:{site.folder()}"}
    headers = []
    for who in (ALICE, ZOE):
        with site.client(**person(site, who, **store, account=who["username"])) as client:
            headers.append(client.bearer_header())
    with site.client(site.nobody(), **person(site, ALICE, **store, account="alice")) as client:
        expect("alice's header", headers[0], client.bearer_header())
    # One account for both: a token is never the other's.
    for who in (ALICE, ZOE, ALICE):
        with site.client(**person(site, who, **store)) as client:
            expect("whose token", who["username"], site.whose(client.bearer_header())[1])


@case(*PASSWORDS, "rotate")
def refresh_token_that_came_with_a_password(site):
    folder = site.folder()
    with site.client(**person(site, ALICE, store=f"file:{folder}")) as client:
        headers = [client.bearer_header()]
        # A password that is wrong by now is not sent: the refresh token is.
        client.set(password="wrong")
        for _ in range(2):
            expire(folder)
            with site.client(**person(site, {**ALICE, "password": "wrong"}, store=f"file:{folder}")) as other:
                headers.append(other.bearer_header())
        expect("different headers", 3, len(set(headers)))
        expect("whose token", "alice", site.whose(headers[-1])[1])
        client.token_rejected()
        expect("header of who was refused", headers[-1], client.bearer_header())
        # Without it the grant itself is asked for, in the same call.
        fields = {"token": client.get("refresh_token"), "client_id": "machine", "client_secret": site.machine["client_secret"]}
        expect("status of the revocation", 200, site.post(site.revocation, **fields)[0])
        client.token_rejected()
        with refused("the wrong password", site.wrong_password_is, action="FIX"):
            client.bearer_header()
        client.set(password="secret")
        header = client.bearer_header()
        expect("whose token", ("machine", "alice", {"read"}), site.whose(header))
        expect("a new refresh token", False, client.get("refresh_token") == fields["token"])


@case(*PASSWORDS, schemes=["http"])
def storm_on_a_first_token_by_password(site):
    storm(site, person(site, ALICE, store=f"file:{site.folder()}"), ("machine", "alice", {"read"}))


@case(*PASSWORDS)
def wrong_password(site):
    for who in ({**ALICE, "password": "wrong"}, {**ZOE, "username": "zoe@example.com"}):
        with site.client(**person(site, who)) as client:
            with refused("a wrong password", site.wrong_password_is, action="FIX"):
                client.bearer_header()
            client.set(**ALICE)
            expect("whose token", "alice", site.whose(client.bearer_header())[1])
    for who, missing in (({}, "username is not set"), ({"username": "alice"}, "password is not set")):
        with site.client(**person(site, who)) as client:
            with refused(missing, "OAUTH_ERROR_MISSING", action="FIX", says=missing):
                client.bearer_header()
            expect("requests sent", [], client.carrier.sent)
