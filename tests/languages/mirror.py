"""The RPG programs' calls of liboauth, in Python: the same procedures, the same calls in the same order.

RPG cannot run here. This does, against the practice server, with what is particular to RPG: fields padded with
blanks, HTTPAPI's return codes, and response headers put together by hand. `same_calls` keeps both in step.
"""

import ctypes
import html
import inspect
import re
import sys
import urllib.error
import urllib.request

from bench import LIB, PATIENCE, ROOT, check

sys.path.insert(0, str(ROOT / "bindings/python"))
import _liboauth  # noqa: E402
from _liboauth import (  # noqa: E402
    OAUTH_ACCOUNT, OAUTH_ACTION_FIX, OAUTH_ACTION_RETRY, OAUTH_ACTION_SIGN_IN, OAUTH_ERROR_SIGN_IN,
    OAUTH_HTTP_NEEDED, OAUTH_NUL_TERMINATED, OAUTH_REDIRECT_URI, OAUTH_REQUEST_CONTENT, OAUTH_REQUEST_HEADERS,
    OAUTH_REQUEST_METHOD, OAUTH_REQUEST_URL, OAUTH_STATE,
)  # fmt: skip

COOKIE = "__Host-signin-"
COOKIE_FOR = "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age="


class Escape(Exception):
    """An *ESCAPE message: it ends the program."""


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Httpapi:
    """What HTTPAPI does that matters here."""

    def __init__(self):
        self.authorization = ""
        self.accept = ""
        self.status = 0
        self.headers = {}
        self.answer = ""
        self.fault = ""

    def http_req(self, method, url, content=None, content_type=""):
        """-1 for a local failure and for 401 and 407, 1 for 200, else the status."""
        headers = {"Accept": self.accept, "Content-Type": content_type, "Authorization": self.authorization}
        request = urllib.request.Request(
            url, content.encode() if content is not None else None,
            {name: value for name, value in headers.items() if value}, method=method,
        )  # fmt: skip
        opener = urllib.request.build_opener(NoRedirects, urllib.request.ProxyHandler({}))
        self.status, self.headers, self.answer = 0, {}, ""
        try:
            answer = opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            answer = error
        except OSError as error:
            self.fault = str(error)
            return -1
        with answer:
            self.status, self.headers, self.answer = answer.status, answer.headers, answer.read().decode()
        return {200: 1, 401: -1, 407: -1}.get(self.status, self.status)


class Rpg:
    """CARRY, SIGNIN, APICALL and SIGNINCGI. `screen` takes the address and gives what is typed; None is F3. `action` is what a
    program gives back to CL."""

    def __init__(self, profile, api, screen=None):
        self.library = ctypes.CDLL(str(LIB / "liboauth.so.2"))
        _liboauth.declare(self.library)
        self.http = Httpapi()
        self.profile, self.api, self.screen = profile, api, screen
        self.job_log = []
        self.action = "?"

    def carry(self, client, rc):
        oauth, http, result = self.library, self.http, rc
        while result == OAUTH_HTTP_NEEDED:
            method = self.part(client, OAUTH_REQUEST_METHOD)
            url = self.part(client, OAUTH_REQUEST_URL)
            headers = self.part(client, OAUTH_REQUEST_HEADERS)
            content = self.part(client, OAUTH_REQUEST_CONTENT)
            http.accept = header_of(headers, "Accept")
            http.authorization = header_of(headers, "Authorization")
            status = self.status_of(http.http_req(method, url, content, header_of(headers, "Content-Type")))
            http.authorization = ""
            answer_headers = (
                f"Content-Type: {http.headers.get('content-type', '')}\r\n"
                f"Retry-After: {http.headers.get('retry-after', '')}\r\n"
            )
            result = oauth.oauth_http_response(
                client, status, answer_headers.encode(), OAUTH_NUL_TERMINATED, http.answer.encode(),
                OAUTH_NUL_TERMINATED,
            )  # fmt: skip
        return result

    def part(self, client, number):
        text = field("", 32767)
        length = self.library.oauth_http_request(client, number, text, 32767)
        if length < 0:
            raise Escape("No request to send. " + self.whatwentwrong())
        return text.raw[:length].decode()

    def status_of(self, rc):
        if rc == 1:
            return 200
        if rc > 1:
            return rc
        if self.http.status in (401, 407):
            return self.http.status
        self.job_log.append("HTTPAPI: " + self.http.fault)
        return 0

    def whatwentwrong(self):
        text = field("", 1024)
        length = self.library.oauth_error_text(text, 1024)
        shown = text.raw[:length].decode() if length >= 0 else f"liboauth cannot say why ({length})"
        what_to_do = ""
        if self.library.oauth_error_action() == OAUTH_ACTION_RETRY:
            what_to_do = " (Try again later.)"
        elif self.library.oauth_error_action() == OAUTH_ACTION_SIGN_IN:
            what_to_do = " (Sign in again.)"
        elif self.library.oauth_error_action() == OAUTH_ACTION_FIX:
            what_to_do = " (Mend the configuration; trying again will not help.)"
        return shown + what_to_do

    def signin(self):
        """Gives the messages that the screen has shown."""
        oauth, shown = self.library, []
        client = oauth.oauth_client_open(field(self.profile, 256), 256)
        if client < 0:
            raise Escape("The profile cannot be used: " + self.whatwentwrong())
        address = field("", 609)
        length = oauth.oauth_build_authorize_url(client, address, 609)
        if length == OAUTH_HTTP_NEEDED:
            length = self.carry(client, length)
            if length >= 0:
                length = oauth.oauth_build_authorize_url(client, address, 609)
        if length < 0:
            raise Escape("No address to sign in at: " + self.whatwentwrong())
        while True:
            typed = self.screen(address.raw[:length].decode())
            if typed is None:
                break
            answer = joined(field(typed, 608).raw.decode()).encode()
            rc = self.carry(client, oauth.oauth_exchange_code(client, answer, len(answer)))
            if rc == 0:
                break
            shown.append(self.whatwentwrong()[:78])
        oauth.oauth_client_close(client)
        return shown

    def actionnow(self):
        if self.library.oauth_error_action() == OAUTH_ACTION_RETRY:
            return "R"
        if self.library.oauth_error_action() == OAUTH_ACTION_SIGN_IN:
            return "S"
        if self.library.oauth_error_action() == OAUTH_ACTION_FIX:
            return "F"
        return " "

    def give_up(self, what):
        self.action = self.actionnow()
        raise Escape(what + self.whatwentwrong())

    def api_answers(self, status, answer):
        if status < 200 or status > 299:
            is_passing = status in (0, 408, 429) or status >= 500
            self.action = "R" if is_passing else "F"
            raise Escape(f"The API answers {status}: {answer}")
        self.action = " "

    def apicall(self):
        oauth, http = self.library, self.http
        client = oauth.oauth_client_open(field(self.profile, 256), 256)
        if client < 0:
            self.give_up("The profile cannot be used: ")
        for _ in range(2):
            token = field("", 15000)
            length = oauth.oauth_access_token(client, token, 15000)
            if length == OAUTH_HTTP_NEEDED:
                length = self.carry(client, length)
                if length >= 0:
                    length = oauth.oauth_access_token(client, token, 15000)
            if length == OAUTH_ERROR_SIGN_IN:
                self.give_up("Somebody has to CALL SIGNIN: ")
            if length < 0:
                self.give_up("No access token: ")
            http.accept = "application/json"
            http.authorization = "Bearer " + token.raw[:length].decode()
            status = self.status_of(http.http_req("GET", self.api))
            http.authorization = ""
            if status != 401:
                break
            oauth.oauth_token_rejected(client)
        self.api_answers(status, http.answer)
        oauth.oauth_client_close(client)
        return http.answer

    def signincgi(self, path, query="", who="", method="GET", cookie=""):
        """Gives what the browser gets."""
        oauth, self.output = self.library, ""
        self.query, self.who, self.cookie = query, who, cookie
        if method != "GET":
            self.page("405 Method Not Allowed", "This page is only there to be read.", "", "")
        elif who == "":
            self.job_log.append("No REMOTE_USER: let the HTTP server ask for user and password.")
            self.page("403 Forbidden", "The web server does not know who you are.", "", "")
        else:
            client = oauth.oauth_client_open(self.profile.encode(), OAUTH_NUL_TERMINATED)
            rc = client
            if rc > 0:
                rc = oauth.oauth_set(client, OAUTH_ACCOUNT, who.encode(), len(who.encode()))
            if rc < 0:
                self.failed("The profile cannot be used")
            elif path == "/signin":
                self.beginsignin(client)
            elif path == "/callback":
                self.takeanswer(client)
            elif path == "/api":
                self.callapi(client)
            else:
                self.page("404 Not Found", "There is no such page.", "", "signin")
            if client > 0:
                oauth.oauth_client_close(client)
        return self.output

    def beginsignin(self, client):
        url = field("", 8192)
        length = self.library.oauth_build_authorize_url(client, url, 8192)
        if length == OAUTH_HTTP_NEEDED:
            length = self.carry(client, length)
            if length >= 0:
                length = self.library.oauth_build_authorize_url(client, url, 8192)
        if length < 0:
            self.failed("No address to sign in at")
            return
        state = field("", 64)
        state_length = self.library.oauth_get(client, OAUTH_STATE, state, 64)
        if state_length < 0:
            self.failed("No state")
            return
        self.output += (
            "Status: 302 Found\nCache-Control: no-store\n"
            f"Set-Cookie: {COOKIE}{state.raw[:state_length].decode()}=1{COOKIE_FOR}3600\n"
            f"Location: {url.raw[:length].decode()}\n\n"
        )

    def hascookie(self):
        query = self.query
        start = ("&" + query).find("&state=")
        if start < 0:
            return False
        start += 6
        length = (query + "&").find("&", start) - start
        if length <= 0:
            return False
        return f"; {COOKIE}{query[start : start + length]}=" in "; " + self.cookie

    def takeanswer(self, client):
        address = field("", 8192)
        length = self.library.oauth_get(client, OAUTH_REDIRECT_URI, address, 8192)
        if length < 0:
            self.failed("No redirect_uri")
            return
        if not self.hascookie():
            self.job_log.append("Not signed in: this browser has no cookie of the state of the answer.")
            self.page("403 Forbidden", "You are not signed in.", "", "signin")
            return
        redirect = address.raw[:length] + b"?" + self.query.encode()
        rc = self.carry(client, self.library.oauth_exchange_code(client, redirect, len(redirect)))
        if rc < 0:
            self.failed("Not signed in")
            return
        self.page("200 OK", "You are signed in as", self.who, "api")

    def callapi(self, client):
        oauth, http = self.library, self.http
        for _ in range(2):
            token = field("", 15000)
            length = oauth.oauth_access_token(client, token, 15000)
            if length == OAUTH_HTTP_NEEDED:
                length = self.carry(client, length)
                if length >= 0:
                    length = oauth.oauth_access_token(client, token, 15000)
            if length < 0:
                self.failed("No access token")
                return
            http.accept = "application/json"
            http.authorization = "Bearer " + token.raw[:length].decode()
            status = self.status_of(http.http_req("GET", self.api))
            http.authorization = ""
            if status != 401:
                break
            oauth.oauth_token_rejected(client)
        if status < 200 or status > 299:
            self.job_log.append(f"The API answers {status}")
            self.page("502 Bad Gateway", "The API does not answer as it should.", "", "")
            return
        self.page("200 OK", "The API answers:", http.answer[:4000], "")

    def failed(self, what):
        action = self.library.oauth_error_action()
        self.job_log.append(f"{what}: {self.whatwentwrong()}")
        if action == OAUTH_ACTION_RETRY:
            self.page("503 Service Unavailable", "That does not work now. Try again in a minute.", "", "")
        elif action == OAUTH_ACTION_SIGN_IN:
            self.page("403 Forbidden", "You are not signed in.", "", "signin")
        else:
            self.page("500 Internal Server Error", "Something is wrong here. The job log says what.", "", "")

    def page(self, status, sentence, text, link):
        self.output += f"Status: {status}\nContent-Type: text/html\n\n<p>{sentence}</p>\n"
        if text:
            self.output += f"<pre>{html.escape(text)}</pre>\n"
        if link:
            self.output += f'<p><a href="/oauth/{link}">{link}</a></p>\n'


def field(text, size):
    """A CHAR field, padded with blanks."""
    data = text.encode()
    check(len(data) <= size, f"{text!r} does not fit in {size} characters")
    return ctypes.create_string_buffer(data.ljust(size), size)


def header_of(headers, name):
    found = re.search(rf"{name}: (.*?)\r", headers)
    return found[1] if found else ""


def joined(pasted):
    return pasted.replace(" ", "") if "=" in pasted else pasted.strip()


# The bridge's own function: the library here has none.
OF_THE_BRIDGE = {"oauth_bridge_ccsid"}


def programs_of(folder):
    """The RPG programs and procedures with their text, without comments; fixed-form RPG has no procedures here."""
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".rpgle", ".sqlrpgle", ".rpgleinc"):
            continue
        code = path.read_text()
        if not code.startswith("**FREE"):
            yield path.stem, re.sub(r"(?m)^.{6}\*.*$", "", code)
            continue
        code = re.sub(r"//.*", "", code)
        yield from re.findall(r"dcl-proc (\w+);(.*?)end-proc;", code, re.DOTALL)
        if path.suffix != ".rpgleinc":
            yield path.stem, re.sub(r"dcl-proc (\w+);(.*?)end-proc;", "", code, flags=re.DOTALL)


def same_calls(folder, mirror):
    """The mirror calls liboauth as the RPG does: the same functions in the same order, procedure by procedure."""
    texts = {}
    for name, text in programs_of(folder):
        check(name.lower() not in texts, f"{name} stands twice")
        texts[name.lower()] = text
    for name, text in texts.items():
        calls = [call for call in re.findall(r"\b(oauth_\w+)\(", text) if call not in OF_THE_BRIDGE]
        function = getattr(mirror, name, None)
        mirrored = re.findall(r"\.(oauth_\w+)\(", inspect.getsource(function)) if function else []
        check(calls == mirrored, f"{name}: RPG calls {calls}, the mirror {mirrored}")
    wanted = {"signin", "signdev", "apicall", "apicallf", "apicalli", "apicalls", "signincgi", "carry", "takeanswer"}
    check(wanted <= texts.keys(), "procedures:", texts.keys())
