"""The RPG programs beside SIGNIN, APICALL and SIGNINCGI, in Python: see mirror.py."""

import re
import urllib.error
import urllib.request

from _liboauth import (
    OAUTH_DEVICE_EXPIRES_AT, OAUTH_ERROR_SIGN_IN, OAUTH_HTTP_NEEDED, OAUTH_NUL_TERMINATED, OAUTH_PENDING, OAUTH_QR_CODE,
    OAUTH_QR_LINES, OAUTH_QR_STYLE, OAUTH_REQUEST_CONTENT, OAUTH_REQUEST_HEADERS, OAUTH_REQUEST_METHOD,
    OAUTH_REQUEST_URL, OAUTH_RETRY_AFTER, OAUTH_USER_CODE, OAUTH_VERIFICATION_URI,
)  # fmt: skip
from bench import PATIENCE
from mirror import Escape, NoRedirects, Rpg, field, header_of

ENTER, F3, F6 = "", "F3", "F6"


class Ilevator:
    """What ILEvator does that matters here: a client for each request, and the body whatever the status is."""

    def __init__(self):
        self.headers, self.content, self.fault = {}, None, ""

    def execute(self, method, url):
        """The status, or 0 where no answer came; the answer's headers as they came, and its body."""
        request = urllib.request.Request(url, self.content, self.headers, method=method)
        opener = urllib.request.build_opener(NoRedirects, urllib.request.ProxyHandler({}))
        try:
            answer = opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            answer = error
        except OSError as error:
            self.fault = str(error)
            return 0, b"", b""
        with answer:
            head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
            return answer.status, f"HTTP/1.1 {answer.status} X\r\n{head}\r\n".encode(), answer.read()


class More(Rpg):
    """SIGNDEV, whose `keys` gives for each screen what is pressed; APICALLI, APICALLS and APICALLF."""

    keys = None
    has_27_lines = True
    message = ""

    # ---- SIGNDEV ----

    def signdev(self):
        """Gives how often each screen was shown: the code's, and the QR code's; and what was printed."""
        oauth = self.library
        self.screens, self.printed = [], []
        client = oauth.oauth_client_open(field(self.profile, 256), 256)
        if client < 0:
            raise Escape("The profile cannot be used: " + self.whatwentwrong())
        rc = self.carry(client, oauth.oauth_device_poll(client))
        if rc < 0 and rc != OAUTH_PENDING:
            rc = self.carry(client, oauth.oauth_device_start(client))
            if rc < 0:
                raise Escape("No code to show: " + self.whatwentwrong())
            rc = OAUTH_PENDING
        url = self.textof(client, OAUTH_VERIFICATION_URI)
        code = self.textof(client, OAUTH_USER_CODE)
        until = self.textof(client, OAUTH_DEVICE_EXPIRES_AT)
        while rc == OAUTH_PENDING:
            self.screens.append((url, code, until, self.message))
            key = self.keys(url, code)
            if key == F3:
                break
            if key == F6:
                self.showqrcode(client)
                continue
            rc = self.carry(client, oauth.oauth_device_poll(client))
            if rc == OAUTH_PENDING:
                seconds = self.textof(client, OAUTH_RETRY_AFTER)
                self.message = f"Nobody has agreed yet. Press Enter again in {seconds} seconds."
        if rc < 0 and rc != OAUTH_PENDING:
            raise Escape("Not signed in: " + self.whatwentwrong())
        oauth.oauth_client_close(client)
        return rc == 0

    def showqrcode(self, client):
        drawn = self.qrcode(client, "plain", "27")
        if drawn and self.has_27_lines:
            screen = bytearray(b" " * 3563)
            for row, line in enumerate(drawn.splitlines()):
                screen[row * 132 : row * 132 + len(line)] = line.encode()
            self.screens.append((screen.decode(),))
            return
        drawn = self.qrcode(client, "plain_inverse", "80")
        if not drawn:
            self.message = self.whatwentwrong()
            return
        self.printed = drawn.splitlines()
        self.message = "The QR code is printed: see WRKSPLF."

    def qrcode(self, client, style, lines):
        self.library.oauth_set(client, OAUTH_QR_STYLE, style.encode(), len(style))
        self.library.oauth_set(client, OAUTH_QR_LINES, lines.encode(), len(lines))
        return self.textof(client, OAUTH_QR_CODE)

    def textof(self, client, number):
        text = field("", 12288)
        length = self.library.oauth_get(client, number, text, 12288)
        return text.raw[:length].decode() if length >= 0 else ""

    # ---- APICALLF: APICALL in fixed-form RPG ----

    def apicallf(self):
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

    # ---- APICALLI: ILEvator, in UTF-8 ----

    def apicalli(self):
        oauth = self.library
        name = self.profile.encode()
        client = oauth.oauth_client_open(name, len(name))
        if client < 0:
            self.give_up("The profile cannot be used: ")
        for _ in range(2):
            token = field("", 16384)
            length = oauth.oauth_access_token(client, token, 16384)
            if length == OAUTH_HTTP_NEEDED:
                length = self.carrybyilevator(client, length)
                if length >= 0:
                    length = oauth.oauth_access_token(client, token, 16384)
            if length < 0:
                self.give_up("No access token: ")
            http = Ilevator()
            http.headers = {"Accept": "application/json", "Authorization": "Bearer " + token.raw[:length].decode()}
            status, _, answer = http.execute("GET", self.api)
            if status != 401:
                break
            oauth.oauth_token_rejected(client)
        self.api_answers(status, answer.decode())
        oauth.oauth_client_close(client)
        return answer.decode()

    def carrybyilevator(self, client, rc):
        result = rc
        while result == OAUTH_HTTP_NEEDED:
            method = self.requestpart(client, OAUTH_REQUEST_METHOD)
            url = self.requestpart(client, OAUTH_REQUEST_URL)
            content = self.requestpart(client, OAUTH_REQUEST_CONTENT)
            http = Ilevator()
            http.headers = dict(re.findall(r"(.*?): (.*?)\r\n", self.requestpart(client, OAUTH_REQUEST_HEADERS)))
            http.content = content.encode() or None
            status, headers, answer = http.execute(method, url)
            result = self.library.oauth_http_response(client, status, headers, len(headers), answer, len(answer))
        return result

    def requestpart(self, client, number):
        text = field("", 32767)
        length = self.library.oauth_http_request(client, number, text, 32767)
        if length < 0:
            raise Escape("No request to send. " + self.whatwentwrong())
        return text.raw[:length].decode()

    # ---- APICALLS: SQL ----

    def apicalls(self):
        oauth = self.library
        client = oauth.oauth_client_open(field(self.profile, 256), 256)
        if client < 0:
            self.give_up("The profile cannot be used: ")
        for _ in range(2):
            token = field("", 16384)
            length = oauth.oauth_access_token(client, token, 16384)
            if length == OAUTH_HTTP_NEEDED:
                length = self.carrybysql(client, length)
                if length >= 0:
                    length = oauth.oauth_access_token(client, token, 16384)
            if length < 0:
                self.give_up("No access token: ")
            bearer = "Bearer " + token.raw[:length].decode()
            status = self.send_by_sql("GET", self.api, "application/json", "", bearer, "")
            if status != 401:
                break
            oauth.oauth_token_rejected(client)
        self.api_answers(status, self.answer)
        oauth.oauth_client_close(client)
        return self.answer

    def carrybysql(self, client, rc):
        result = rc
        while result == OAUTH_HTTP_NEEDED:
            headers = self.partof(client, OAUTH_REQUEST_HEADERS)
            status = self.send_by_sql(
                self.partof(client, OAUTH_REQUEST_METHOD), self.partof(client, OAUTH_REQUEST_URL),
                header_of(headers, "Accept"), header_of(headers, "Content-Type"), header_of(headers, "Authorization"),
                self.partof(client, OAUTH_REQUEST_CONTENT),
            )  # fmt: skip
            if status == 0:
                self.answer = ""
            result = self.library.oauth_http_response(
                client, status, b"", 0, self.answer.encode(), OAUTH_NUL_TERMINATED
            )
        return result

    def send_by_sql(self, method, url, accept, content_type, authorization, content):
        """The status is all that SQL gives of an answer's head; where none came, its own words are in the answer's place."""
        http = Ilevator()
        headers = {"Accept": accept, "Content-Type": content_type, "Authorization": authorization}
        http.headers = {name: value for name, value in headers.items() if value}
        http.content = content.encode() if method != "GET" else None
        status, _, answer = http.execute(method, url)
        self.answer = answer.decode()
        if status == 0:
            self.answer = http.fault
            self.job_log.append("SQL: " + self.answer)
        return status

    def partof(self, client, number):
        text = field("", 32000)
        length = self.library.oauth_http_request(client, number, text, 32000)
        if length < 0:
            raise Escape("No request to send. " + self.whatwentwrong())
        return text.raw[:length].decode()
