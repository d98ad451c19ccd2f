"""examples/c/signin_cgi.c as a web server runs it: a process for each request, and nothing but the store in between."""

import html
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from bench import ENVIRONMENT, WORK, Profile, allow, case, check, contains, deny, respond, server, timestamp
from programs import CGI

PAGE = "http://127.0.0.1/callback"


@dataclass
class Answer:
    """What the web server is given."""

    status: int
    headers: dict
    body: str
    errors: str

    def __str__(self):
        return f"{self.status}\n{self.headers}\n{self.body}\n{self.errors}"

    @property
    def text(self):
        """What the person reads."""
        return html.unescape(re.sub(r"<[^>]*>", "", self.body))

    @property
    def refreshed(self):
        """The practice API's own count."""
        check(self.status == 200, self)
        return json.loads(self.text[self.text.index("{") :])["refreshed"]


class Site:
    """The program with a profile, at a practice server's base."""

    def __init__(self, server_, base="strict", program=CGI, **settings):
        self.server, self.program = server_, program
        self.profile = Profile(server_.url, base, redirect_uri=PAGE, **settings)
        self.api_url = server_.api(base)
        self.browsers = {}

    def get(self, path, query="", user="carol", **environment):
        request = {
            **ENVIRONMENT,
            "GATEWAY_INTERFACE": "CGI/1.1",
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "/oauth",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REMOTE_USER": user,
            "SIGNIN_PROFILE": self.profile.argument,
            "SIGNIN_API": self.api_url,
            "HTTP_COOKIE": self.cookies(user),
            **environment,
        }
        returned, output, errors = respond(self.program.command, request)
        check(returned == 0, f"exit status {returned}", output, errors)
        for secret in [*self.profile.secrets(), *self.proof_keys()]:
            check(secret not in output + errors, "a secret is shown:", output, errors)
        head, blank, body = output.partition("\r\n\r\n")
        check(blank, "no end of the headers:", output)
        headers = dict(line.split(": ", 1) for line in head.split("\r\n"))
        self.keep_cookie(headers.get("Set-Cookie"), user)
        check(headers.get("Cache-Control") == "no-store", "a cache may keep it:", headers)
        status = int(headers.pop("Status").split()[0])
        check((status == 302) == ("Location" in headers), headers)
        check(status == 302 or headers["Content-Type"] == "text/html; charset=utf-8", headers)
        return Answer(status, headers, body, errors)

    def keep_cookie(self, header, user):
        """As a browser does; each person has one."""
        if header is None:
            return
        pair, *attributes = header.split("; ")
        name, value = pair.split("=")
        check(name.startswith("__Host-"), "another host could have set it:", header)
        check({"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(attributes), header)
        cookies = self.browsers.setdefault(user, {"theme": "dark"})
        cookies[name] = value
        if "Max-Age=0" in attributes:
            del cookies[name]

    def cookies(self, user):
        return "; ".join(f"{name}={value}" for name, value in list(self.browsers.get(user, {}).items()))

    def address(self, user="carol"):
        answer = self.get("/signin", user=user)
        check(answer.status == 302 and not answer.errors, answer)
        return answer.headers["Location"]

    def answer(self, redirect, user="carol", **environment):
        """The browser comes back."""
        check(redirect.startswith(PAGE + "?"), redirect)
        return self.get("/callback", redirect.partition("?")[2], user, **environment)

    def api(self, user="carol"):
        return self.get("/api", user=user)

    def signs_in(self, user="carol"):
        answer = self.answer(allow(self.address(user)), user)
        check(answer.status == 200 and not answer.errors, answer)
        contains(answer.text, user)

    def records(self):
        """The stored records by account."""
        records = [json.loads(file.read_text()) for file in self.profile.store.glob("*.json")]
        return {record["account"]: record for record in records}

    def proof_keys(self):
        """The code verifiers that wait in the store: 43 characters and more (RFC 7636 section 4.1)."""
        texts = []
        for file in self.profile.store.glob("*.pending/*"):
            try:
                texts.append(file.read_text())
            except FileNotFoundError:
                pass  # it has been used, or has got its name, at this moment
        return re.findall(r'"code_verifier": "([^"]{43,128})"', "".join(texts))

    def counts(self):
        return self.server.counts("strict")


def refused(answer, status, *words):
    """The page says no more than it must, and the log says why."""
    check(answer.status == status, answer)
    for word in words:
        contains(answer.errors, word)
        check(word not in answer.body, "the page tells a stranger:", answer)
    check(len(answer.errors.splitlines()) <= 1, "more than a line in the log:", answer)


# ---- as it should be ----


@case()
def CGI_signs_in_in_two_processes_and_calls_the_API_in_a_third():
    with server() as s:
        site = Site(s)
        check(site.api().status == 403, "nobody has signed in yet")
        site.signs_in()
        check(site.api().refreshed == 0 and site.api().refreshed == 0, "the API")
        check((site.counts()["code_exchanges"], site.counts()["refreshes"]) == (1, 0), site.counts())


@case()
def CGI_has_two_people_under_way_at_once():
    with server() as s:
        site = Site(s)
        carols, daves = site.address("carol"), site.address("dave")
        daves, carols = allow(daves), allow(carols)
        check(site.answer(carols, "carol").status == 200, "carol's sign-in")
        check(site.records().keys() == {"carol"}, site.records().keys())
        carol = site.records()["carol"]
        check(site.answer(daves, "dave").status == 200, "dave's sign-in")
        check(site.records()["carol"] == carol, "carol's token has changed")
        check(site.records()["dave"]["access_token"] != carol["access_token"], "dave has carol's token")
        check(site.api("carol").refreshed == 0 and site.api("dave").refreshed == 0, "the API")
        check(site.api("erin").status == 403, "erin has never signed in")


@case()
def CGI_has_a_dozen_people_sign_in_at_once():
    people = [f"person {number}" for number in range(12)]
    with server() as s:
        site = Site(s)
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(site.signs_in, people))
            check([answer.refreshed for answer in pool.map(site.api, people)] == [0] * 12, "the API")
        tokens = {account: record["access_token"] for account, record in site.records().items()}
        check(tokens.keys() == set(people) and len(set(tokens.values())) == 12, tokens.keys())


@case()
def CGI_takes_the_answers_to_two_windows_of_one_person():
    with server() as s:
        site = Site(s)
        one, other = site.address(), site.address()
        check(site.answer(allow(one)).status == 200 and site.answer(allow(other)).status == 200, "two windows")
        check(site.api().refreshed == 0 and site.counts()["code_exchanges"] == 2, site.counts())


@case()
def CGI_refreshes_once_for_requests_that_come_at_once():
    with server() as s:
        site = Site(s)
        site.signs_in()
        site.profile.expire(10)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: site.api(), range(16)))
        check([answer.refreshed for answer in answers] == [1] * 16, *answers)
        check(site.counts()["refreshes"] == 1 and site.counts()["api_refused"] == 0, site.counts())


@case()
def CGI_refreshes_once_where_the_API_refuses_all():
    with server() as s:
        site = Site(s)
        site.signs_in()
        s.control(revoke="access")
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: site.api(), range(16)))
        check([answer.refreshed for answer in answers] == [1] * 16, *answers)
        check(site.counts()["refreshes"] == 1, site.counts())


@case()
def CGI_keeps_sealed_what_waits_and_what_came():
    with server() as s:
        site = Site(s, store_key="env:SEAL")
        key = {"SEAL": "31" * 32}
        address = site.get("/signin", **key).headers["Location"]
        redirect = allow(address)
        waits = [file.read_text() for file in site.profile.store.glob("*.pending/*")]
        check(len(waits) == 1 and "code_verifier" not in waits[0], *waits)
        check(site.get("/callback", redirect.partition("?")[2], SEAL="32" * 32).status == 500, "another key")
        check(site.get("/callback", redirect.partition("?")[2], **key).status == 200, "the right key")
        (file,) = site.profile.store.glob("*.json")
        check("access_token" not in file.read_text(), file.read_text())
        check(site.get("/api", **key).refreshed == 0, "the API")
        refused(site.get("/api"), 500, "SEAL")
        check(site.get("/api", **key).refreshed == 0, "it was overwritten")


# ---- answers that are none ----


@case()
def CGI_takes_a_code_once():
    with server() as s:
        site = Site(s)
        redirect = allow(site.address())
        cookies = site.cookies("carol")
        check(site.answer(redirect).status == 200, "the first time")
        refused(site.answer(redirect, HTTP_COOKIE=cookies), 403, "signin_cgi: not signed in: ")
        check(site.counts()["token_requests"] == 1, "sent twice, the server would revoke all that came of it")
        check(site.api().refreshed == 0, "the token")


@case()
def CGI_takes_a_code_once_from_those_that_come_at_once():
    with server() as s:
        site = Site(s)
        redirect = allow(site.address())
        s.control(late=200)
        with ThreadPoolExecutor(6) as pool:
            statuses = sorted(answer.status for answer in pool.map(lambda _: site.answer(redirect), range(6)))
        check(statuses[0] == 200 and set(statuses[1:]) <= {403, 503} and statuses.count(200) == 1, statuses)
        check(site.counts()["code_exchanges"] == 1 and site.api().refreshed == 0, site.counts())


@case()
def CGI_refuses_what_was_meant_for_another():
    with server() as s:
        site = Site(s)
        redirect = allow(site.address("dave"))
        site.address("carol")
        refused(site.answer(redirect, "carol"), 403, "state")
        refused(site.answer(redirect, "carol", HTTP_COOKIE=site.cookies("dave")), 403, "state differs")
        check(site.counts()["token_requests"] == 0 and not site.records(), "the code was sent")
        check(site.answer(redirect, "dave").status == 200, "it is still dave's")


@case("state=forged", "no state", "no code", "nothing", "a code alone", "state=../../x", "two states")
def CGI_refuses_an_answer_with(what):
    with server() as s:
        site = Site(s)
        redirect = allow(site.address())
        forged = {
            "state=forged": re.sub("state=[^&]*", "state=unSGWhPYN8SBN78W1cQMHx", redirect),
            "no state": re.sub("&?state=[^&]*", "", redirect),
            "no code": re.sub("code=[^&]*", "", redirect),
            "nothing": PAGE + "?",
            "a code alone": PAGE + "?" + parse_qs(urlsplit(redirect).query)["code"][0],
            "state=../../x": re.sub("state=[^&]*", "state=..%2F..%2Fx", redirect),
            "two states": redirect + "&state=unSGWhPYN8SBN78W1cQMHx",
        }[what]
        refused(site.answer(forged), 403, "signin_cgi: not signed in: ")
        check(site.counts()["token_requests"] == 0, "the code was sent")
        check(site.answer(redirect).status == 200, "the real one no longer counts")


@case("no cookie", "another sign-in's", "another name", "half a name", "a longer name", "another person's browser")
def CGI_refuses_an_answer_in_another_browser_with(what):
    """A stranger has begun a sign-in, and a link of the stranger's brings the answer (login CSRF)."""
    with server() as s:
        site = Site(s)
        redirect = allow(site.address())
        state = parse_qs(urlsplit(redirect).query)["state"][0]
        site.address("dave")
        cookies = {
            "no cookie": "",
            "another sign-in's": site.cookies("dave"),
            "another name": f"theme=dark; signin-{state}=1",
            "half a name": f"__Host-signin-{state[:-1]}=1; {state}=1",
            "a longer name": f"x__Host-signin-{state}=1; __Host-signin-{state}x=1",
            "another person's browser": site.cookies("dave").replace("=1", "=2"),
        }[what]
        refused(site.answer(redirect, HTTP_COOKIE=cookies), 403, "signin_cgi: not signed in: ", "cookie")
        check(s.counts("strict")["token_requests"] == 0 and not site.records(), "the code was sent")
        check(site.answer(redirect).status == 200, "the browser that began it is refused")
        check("signin" not in site.cookies("carol"), "the cookie stays:", site.cookies("carol"))
        refused(site.answer(redirect), 403, "cookie")


@case()
def CGI_says_that_somebody_said_no():
    with server() as s:
        site = Site(s)
        refused(site.answer(deny(site.address())), 403, "access_denied")
        site.signs_in()


@case()
def CGI_refuses_what_has_waited_too_long():
    with server() as s:
        site = Site(s, pending_expires_in=60)
        redirect = allow(site.address())
        (file,) = site.profile.store.glob("*.pending/*.json")
        waits = json.loads(file.read_text())
        check(timestamp(time.time()) < waits["expires_at"] <= timestamp(time.time() + 60), waits)
        file.write_text(json.dumps({**waits, "expires_at": timestamp(time.time() - 1)}))
        refused(site.answer(redirect), 403, "signin_cgi: not signed in: ")
        check(site.counts()["token_requests"] == 0, "the code was sent")


# ---- what goes wrong around it ----


@case()
def CGI_escapes_what_is_not_its_own():
    user = "<script>\"o'Hara\" & co</script>"
    with server() as s:
        site = Site(s)
        answer = site.answer(allow(site.address(user)), user)
        check(answer.status == 200 and "<script>" not in answer.body, answer)
        contains(answer.text, user)
        check("<script>" not in site.get("/<script>", SCRIPT_NAME='/"><script>').body, "the address")
        s.control(at="api", body="<script>", status=200)
        check("&lt;script&gt;" in site.api(user).body, "the API's answer")


@case()
def CGI_wants_to_know_who_asks():
    with server() as s:
        site = Site(s)
        for path in ("/signin", "/callback", "/api"):
            refused(site.get(path, user=""), 403, "REMOTE_USER")
        check(site.get("/signin", REQUEST_METHOD="POST").status == 405, "POST")
        check(site.get("/else").status == 404, "another page")
        check(not site.profile.store.exists() and site.counts()["authorize"] == 0, "something was done")


@case()
def CGI_says_in_the_log_what_to_mend():
    with server() as s:
        refused(Site(s, store="memory:").get("/signin"), 500, "store")
        refused(Site(s, client_id="").get("/signin"), 500, "client_id")
        refused(Site(s).get("/signin", SIGNIN_PROFILE="/nowhere/at-all"), 500, "/nowhere/at-all")
        site = Site(s, client_secret="wrong-secret")
        refused(site.answer(allow(site.address())), 500, "invalid_client")
        site = Site(s)
        site.profile.store.mkdir(mode=0o755)
        site.profile.store.chmod(0o777)
        refused(site.get("/signin"), 500, "chmod 700")


@case()
def CGI_says_when_to_try_again():
    with server() as s:
        site = Site(s, timeout=5)
        site.signs_in()
        site.profile.expire(10)
        s.control(status=503, retry_after=7, count=0)
        answer = site.api()
        refused(answer, 503, "status 503")
        check(1 <= int(answer.headers["Retry-After"]) <= 7, answer)
        before = site.counts()["token_requests"]
        refused(site.api(), 503)
        check(site.counts()["token_requests"] == before, "the server was asked again too early")
        s.control(clear=1)
        time.sleep(int(answer.headers["Retry-After"]))
        check(site.api().refreshed == 1, "it has not recovered")


# ---- memory ----


@case()
def CGI_and_valgrind_finds_nothing():
    valgrind = ["valgrind", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect",
                "--log-file=" + str(WORK / "valgrind-%p"), "--vgdb=no"]  # fmt: skip
    with server() as s:
        site = Site(s, program=CGI.under(*valgrind))
        site.signs_in()
        site.profile.expire(10)
        check(site.api().refreshed == 1, "the API")
        refused(site.get("/callback", "code=x&state=y"), 403)
