"""OAuth 2.0 for programs that already have their HTTP code: a fresh `Authorization` header from one call.

    from liboauth import Client, SignInNeeded

    with Client("acme", store="file:/var/lib/acme") as client:
        try:
            headers = client.authorization_headers()
        except SignInNeeded:
            print("Open", client.build_authorize_url())
            client.exchange_code(input("What came back? "))
            headers = client.authorization_headers()

A setting has the name that it has in a profile: `Client(token_endpoint=..., client_id=...)`. `_liboauth` says what
each one means; its constants are here too, to compare with an error's `number`.

Everything can be called from any thread. The library is the file that the environment variable LIBOAUTH_LIBRARY
names, or else it is looked for next to this file, where `make install` and `make` put it, and where the system has
libraries.
"""

import ctypes
import ctypes.util
import difflib
import enum
import itertools
import math
import os
import sys
import threading
import time
import urllib.parse
import weakref
from datetime import datetime
from types import TracebackType
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple, Type, Union

import _liboauth
from _liboauth import *  # noqa: F403 - the OAUTH_... constants

Setting = Union[None, str, int, float, "os.PathLike[str]", Mapping[str, str], Iterable[str]]
"""None takes a setting back; True and False are `yes` and `no`; a mapping becomes a query string, a list of scopes
one text; seconds are whole, a part of one counts as one."""

Headers = Union[str, bytes, Mapping[str, str]]


class HttpRequest(NamedTuple):
    """A request for the program's own HTTP to send."""

    method: str
    url: str
    headers: Dict[str, str]
    content: bytes


Send = Callable[[HttpRequest], Tuple[int, Headers, Union[str, bytes]]]
"""Sends a request and gives the answer's status, headers and body, whatever the status is."""


class Action(enum.IntEnum):
    """What an operator does about an error."""

    NONE = _liboauth.OAUTH_ACTION_NONE
    RETRY = _liboauth.OAUTH_ACTION_RETRY
    SIGN_IN = _liboauth.OAUTH_ACTION_SIGN_IN
    FIX = _liboauth.OAUTH_ACTION_FIX


class OAuthError(Exception):
    """Why there is no answer. `error` and what follows it are there where the server said so."""

    def __init__(self, number: int, text: str, action: int) -> None:
        super().__init__(text)
        self.number = number
        """One of OAUTH_ERROR_..."""
        self.name = _NAMES.get(number, str(number))
        self.text = text
        self.action: int = Action(action) if action in Action.__members__.values() else action
        self.error: Optional[str] = None
        self.error_description: Optional[str] = None
        self.error_uri: Optional[str] = None
        self.http_status: Optional[int] = None
        self.retry_after: Optional[int] = None
        """Seconds to wait before the next try."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}, {self.text!r})"

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (self.number, self.text, int(self.action)), self.__dict__


class SignInNeeded(OAuthError):
    """There is no usable token: a person signs in again, beginning with `build_authorize_url`."""


class Refused(OAuthError):
    """The authorization server said no; `error` is its error code."""


class NetworkError(OAuthError):
    """The server was not reached, gave no whole answer, or cannot serve now."""


class BadResponse(OAuthError):
    """The server's answer is not understood."""


class ConfigurationError(OAuthError):
    """A setting, a profile or a certificate is missing or wrong."""


class BadPaste(OAuthError):
    """What came back from the sign-in does not answer it, or was used already: ask for it again."""


class StoreError(OAuthError):
    """The place where tokens live cannot be used."""


class StoreBusy(StoreError):
    """Another process has been refreshing the token for longer than `lock_timeout`: try again later."""


class StoreKeyError(StoreError):
    """`store_key` is no key, or not the one that the record was sealed with; or it is set, and the record is not sealed
    (`store_allow_plain`). Nothing is overwritten."""


class GenerationError(StoreError):
    """The token is not of the generation that was expected: somebody has renewed it. Read it again."""


class HttpNeeded(OAuthError):
    """Not a failure: `http="caller"` is set, and the request of `http_request()` waits to be sent.

    Another operation on the thread gives it up: tasks of asyncio hold an `asyncio.Lock`, one for all clients of a store,
    from an operation to its last `http_response`."""


class Cancelled(OAuthError):
    """`stop_waiting` has ended the call: begin again with a new URL."""


class Client:
    """One registration at one authorization server, with its settings and its token.

    `profile` is the name of a profile, or a profile file, as a text with a / or as a path; without it the settings say
    everything. With `send`
    that function carries every request; without it the library does, or with `http="caller"` the program, by
    `HttpNeeded`, `http_request` and `http_response`.
    """

    def __init__(self, profile: Union[None, str, "os.PathLike[str]"] = None, *, send: Optional[Send] = None, **settings: Setting) -> None:
        self._send = send
        self._sending = threading.Lock()
        if profile is None:
            handle = _library.oauth_client_new()
        else:
            handle = _library.oauth_client_open(_bytes(_profile(profile)), _liboauth.OAUTH_NUL_TERMINATED)
        if handle < 0:
            raise _error(handle)
        self._open_handle: int = handle
        self._close = weakref.finalize(self, _close_unseen, handle)
        try:
            if send is not None:
                settings.setdefault("http", "caller")
            # A profile would replace what was set before it, and an http:// URL needs leave first.
            self.set(**{key: settings.pop(key) for key in ("profile", "allow_http") if key in settings})
            self.set(**settings)
        except BaseException:
            self._abandon()
            raise

    def close(self) -> None:
        """Closes the client and wipes the library's copies of its secrets; what was handed out is the program's, and what
        it stored stays. A second time is harmless.

        `StoreError` where tokens could not be stored to the last: the client is closed all the same, and they are lost.
        """
        handle, self._open_handle = self._open_handle, 0
        if self._close.detach():
            answer = _library.oauth_client_close(handle)
            if answer < 0:
                raise _error(answer)

    def _abandon(self) -> None:
        """Closes the client while another error is under way, which is the one to be told."""
        self._open_handle = 0
        self._close()

    @property
    def _handle(self) -> int:
        if not self._open_handle:
            text = "this client is closed: make a new one"
            raise OAuthError(_liboauth.OAUTH_ERROR_HANDLE, text, _liboauth.OAUTH_ACTION_FIX)
        return self._open_handle

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._abandon()

    def __repr__(self) -> str:
        return f"<liboauth.Client {self._open_handle or 'closed'}>"

    # ---- settings and results ----

    def set(self, **settings: Setting) -> None:
        """Sets each property: `client.set(scope="read write", timeout=10)`."""
        for key, value in settings.items():
            number = _number(key, _liboauth.SETTINGS, "setting")
            text = _bytes(_text(value))
            self._check(_library.oauth_set(self._handle, number, text, _liboauth.OAUTH_NUL_TERMINATED))

    def get(self, key: str) -> str:
        """A setting or a result as text, empty where there is none. Never sends a request."""
        number = _number(key, {**_liboauth.SETTINGS, **_liboauth.RESULTS}, "property")
        answer, text = _read(_library.oauth_get, self._handle, number)
        self._check(answer)
        return text

    def field(self, name: str, source: int = _liboauth.OAUTH_FIELD_TOKEN) -> str:
        """A member of what the server has sent, by its name or the way to it: `client.field("authed_user.id")`,
        `client.field("realmId", OAUTH_FIELD_REDIRECT)`. BadResponse says what there is instead."""
        name_of = (_bytes(name), _liboauth.OAUTH_NUL_TERMINATED)
        answer, text = _read(_library.oauth_field, self._handle, source, *name_of)
        self._check(answer)
        return text

    @property
    def state(self) -> str:
        """The state of the last authorization URL."""
        return self.get("state")

    @property
    def refresh_token(self) -> str:
        return self.get("refresh_token")

    @property
    def id_token(self) -> str:
        """The ID token, unchecked."""
        return self.get("id_token")

    @property
    def token_type(self) -> str:
        return self.get("token_type")

    @property
    def expires_at(self) -> Optional[datetime]:
        """When the access token expires, in UTC; None where nobody knows."""
        text = self.get("expires_at")
        return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None

    @property
    def granted_scope(self) -> str:
        return self.get("granted_scope")

    @property
    def nonce(self) -> str:
        """The nonce that the URL of the last sign-in had, to be compared with the ID token's."""
        return self.get("nonce")

    @property
    def status_line(self) -> str:
        """One line for a person, without any secret: whose token it is, until when it is valid, what went wrong."""
        return self.get("status_line")

    @property
    def generation(self) -> Optional[int]:
        """How often the token's record has been renewed; None where there is no token."""
        text = self.get("generation")
        return int(text) if text else None

    @property
    def token_record(self) -> str:
        """The token's whole record as one text, for a database of the program's own: see `import_token`."""
        return self.get("token_record")

    # ---- operations ----

    def build_authorize_url(self) -> str:
        """The URL that a person opens in a browser to sign in; the server is asked first where the request is pushed."""
        return self._fresh(_library.oauth_build_authorize_url)

    def exchange_code(self, code: str) -> None:
        """Exchanges what came back from the sign-in for tokens: the redirect's URL, its query, or the code."""
        what = _bytes(code)
        self._run(
            lambda: (_library.oauth_exchange_code(self._handle, what, _liboauth.OAUTH_NUL_TERMINATED), "")
        )

    def await_redirect(self, seconds: int) -> bool:
        """Waits until the browser has come back to `redirect_uri` on this machine, and exchanges the code.

        False: nobody has come within so many seconds, or a signal came; then call it again.
        """
        answer: int = _library.oauth_await_redirect(self._handle, seconds)
        if answer == _liboauth.OAUTH_PENDING:
            return False
        if answer == _liboauth.OAUTH_HTTP_NEEDED:
            self._run(lambda: (answer, ""))
        else:
            self._check(answer)
        return True

    def stop_waiting(self) -> None:
        """Ends an `await_redirect` of another thread, or else the next one."""
        self._check(_library.oauth_stop_waiting(self._handle))

    def device_start(self) -> None:
        """Begins a sign-in for a screen without a browser: show `user_code` and `verification_uri`, or
        `get("qr_code")`, and call `device_poll` until it is done. Another job may poll."""
        self._run(lambda: (_library.oauth_device_start(self._handle), ""))

    def ciba_start(self) -> None:
        """Has the server ask the person of `login_hint` on a telephone; call `device_poll` until it is done."""
        self._run(lambda: (_library.oauth_ciba_start(self._handle), ""))

    def device_poll(self) -> int:
        """Whether the person has agreed: 0, and the token is there; or call again in so many seconds. Refused where the
        person said no, or it is too late."""
        try:
            self._run(lambda: (_library.oauth_device_poll(self._handle), ""))
        except OAuthError as error:
            if error.number != _liboauth.OAUTH_PENDING:
                raise
            return int(self.get("retry_after"))
        return 0

    @property
    def user_code(self) -> str:
        """What a person types at `verification_uri`; empty where nobody is asked."""
        return self.get("user_code")

    @property
    def verification_uri(self) -> str:
        return self.get("verification_uri")

    def refresh(self) -> None:
        """Refreshes the access token now; `bearer_header` does so by itself where it is needed."""
        self._run(lambda: (_library.oauth_refresh(self._handle), ""))

    def request_token(self, grant_type: str = "") -> None:
        """A token by a grant that needs no person, now: by `grant_type`, which is the client's from then on."""
        name = _bytes(grant_type)
        self._run(
            lambda: (_library.oauth_request_token(self._handle, name, _liboauth.OAUTH_NUL_TERMINATED), "")
        )

    def bearer_header(self) -> str:
        """`Authorization: Bearer ...`, refreshed first where that is needed."""
        return self._fresh(_library.oauth_bearer_header)

    def access_token(self) -> str:
        """The access token alone, refreshed first where that is needed."""
        return self._fresh(_library.oauth_access_token)

    def authorization_headers(self) -> Dict[str, str]:
        """`bearer_header` as HTTP libraries take it."""
        name, _, value = self.bearer_header().partition(": ")
        return {name: value}

    def token_rejected(self) -> None:
        """The API answered 401 to the token that this thread got last: the next one will be another."""
        self._check(_library.oauth_token_rejected(self._handle))

    def request_headers(self, method: str, url: str) -> Dict[str, str]:
        """All headers that one request to the API needs: `Authorization`, and `DPoP` where the token is bound to a key
        (`dpop`). Each proof is good for one request; `api_response` says whether it is to be sent again."""
        texts: List[Union[bytes, int]] = []
        for text in (method, url):
            texts += [_bytes(text), _liboauth.OAUTH_NUL_TERMINATED]

        def headers(handle: int, *buffer: Any) -> int:
            answer: int = _library.oauth_request_headers(handle, *texts, *buffer)
            return answer

        lines = self._fresh(headers).splitlines()
        return {name: value for name, _, value in (line.partition(": ") for line in lines)}

    def api_response(self, url: str, status: int, headers: Headers = "") -> bool:
        """Hands over what the API answered to a request with `request_headers`, after each 401 at least: True where it is
        to be sent again, at once, with new ones. The API wants another nonce then, or its token is renewed.

        `Refused` says that no other proof helps. Where there are several WWW-Authenticate, give the headers as a text.
        """
        head = _head(headers)
        answer: int = _library.oauth_api_response(
            self._handle, _bytes(url), _liboauth.OAUTH_NUL_TERMINATED, status, head, len(head)
        )
        self._check(answer)
        return answer == 1

    # ---- the store ----

    def accounts(self) -> Iterator[str]:
        """The accounts that have a token in the store. It asks page by page: take what there is before changing it."""
        for page in itertools.count(1):
            answer, text = _read(_library.oauth_accounts, self._handle, page)
            self._check(answer)
            if not text:
                return
            yield from (text[:-1] if text.endswith("\n") else text).split("\n")

    def forget(self) -> None:
        """Removes the account's token from store and memory. The server is not told: nothing is revoked."""
        self._check(_library.oauth_forget(self._handle))

    def revoke(self) -> None:
        """Has the server revoke the account's tokens at `revocation_endpoint`, and removes them as `forget` does."""
        self._run(lambda: (_library.oauth_revoke(self._handle), ""))

    def discover(self) -> None:
        """Asks the server now what it says of itself, by `issuer`; calls that need it do so by themselves. To read it:
        `client.field("token_endpoint", OAUTH_FIELD_METADATA)`."""
        self._run(lambda: (_library.oauth_discover(self._handle), ""))

    def introspect(self) -> bool:
        """Asks the server at `introspection_endpoint` whether the access token is active. What else it says of it:
        `client.field("username", OAUTH_FIELD_INTROSPECTION)`."""
        self._run(lambda: (_library.oauth_introspect(self._handle), ""))
        return self.field("active", _liboauth.OAUTH_FIELD_INTROSPECTION) == "true"

    def userinfo(self) -> None:
        """Asks the server at `userinfo_endpoint` who has signed in: `client.field("email", OAUTH_FIELD_USERINFO)`."""
        self._run(lambda: (_library.oauth_userinfo(self._handle), ""))

    def claim(self, name: str) -> str:
        """A member of the ID token, such as `sub`: only of one that was checked."""
        return self.field(name, _liboauth.OAUTH_FIELD_ID_TOKEN)

    def end_session_url(self) -> str:
        """The page where a person signs out at the server; its state is `client.get("end_session_state")`."""
        return self._fresh(_library.oauth_end_session_url)

    def register(self) -> None:
        """Registers the client at `registration_endpoint`, unless the store has it, and is that client from then on: its
        `client_id` and `client_secret` are what the server has given."""
        self._run(lambda: (_library.oauth_register(self._handle), ""))

    def unregister(self) -> None:
        """Has the server forget the client that `register` has registered, and forgets it here."""
        self._run(lambda: (_library.oauth_unregister(self._handle), ""))

    def reseal(self) -> int:
        """Seals every record of the store anew with `store_key`, and says how many were not sealed with it before."""
        answer: int = _library.oauth_store_reseal(self._handle)
        self._check(answer)
        return answer

    def import_token(self, record: str, generation: Optional[int] = None) -> None:
        """Takes over a `token_record`: whatever is there now, or only in the place of that generation.

        0 stands for no token. Where another one is there, `GenerationError` says so and nothing has changed.
        """
        expected = -1 if generation is None else generation
        text = _bytes(record)
        self._check(
            _library.oauth_import_token(self._handle, expected, text, _liboauth.OAUTH_NUL_TERMINATED)
        )

    # ---- the program's own HTTP ----

    def http_request(self) -> HttpRequest:
        """The request that waits to be sent, after `HttpNeeded`."""
        texts: List[str] = []
        for part in (
            _liboauth.OAUTH_REQUEST_METHOD,
            _liboauth.OAUTH_REQUEST_URL,
            _liboauth.OAUTH_REQUEST_HEADERS,
            _liboauth.OAUTH_REQUEST_CONTENT,
        ):
            answer, text = _read(_library.oauth_http_request, self._handle, part)
            self._check(answer)
            texts.append(text)
        method, url, lines, content = texts
        fields = (line.partition(": ") for line in lines.split("\r\n") if line)
        return HttpRequest(method, url, {name: value for name, _, value in fields}, content.encode())

    def http_response(self, status: int, headers: Headers = "", body: Union[str, bytes] = b"") -> bool:
        """Hands over the answer to the request of `http_request`; a status of 0 where no answer came.

        True: the operation has ended well, and `bearer_header` or `access_token` gives its text when it is called
        again. False: one more request waits to be sent.
        """
        answer = self._respond(status, headers, body)
        if answer == _liboauth.OAUTH_HTTP_NEEDED:
            return False
        self._check(answer)
        return True

    def _respond(self, status: int, headers: Headers, body: Union[str, bytes]) -> int:
        head = _head(headers)
        content = body.encode() if isinstance(body, str) else body
        answer: int = _library.oauth_http_response(
            self._handle, status, head, len(head), content, len(content)
        )
        return answer

    def sasl_response(self, mechanism: int = _liboauth.OAUTH_SASL_XOAUTH2) -> str:
        """What a mail server is shown instead of a password, in base64, as IMAP's AUTHENTICATE and SMTP's AUTH send it;
        refreshed first as by `bearer_header`. `mechanism`: OAUTH_SASL_XOAUTH2 or OAUTH_SASL_OAUTHBEARER."""
        return self._fresh(lambda client, *to: _library.oauth_sasl_response(client, mechanism, *to))

    def _fresh(self, function: Callable[..., int]) -> str:
        text = self._run(lambda: _read(function, self._handle))
        if not text:
            # An answer was handed over in between: the text is there for a second call.
            answer, text = _read(function, self._handle)
            self._check(answer)
        return text

    def _run(self, operation: Callable[[], Tuple[int, str]]) -> str:
        """What the operation answers, with its requests carried by `send` where there is one."""
        answer, text = operation()
        while answer == _liboauth.OAUTH_ERROR_BUSY and self._send is not None:
            with self._sending:
                pass  # another thread's request is answered
            time.sleep(0.001)
            answer, text = operation()
        if answer == _liboauth.OAUTH_HTTP_NEEDED and self._send is not None:
            with self._sending:
                for _ in range(_MOST_REQUESTS):
                    answer = self._carry(self._send)
                    if answer != _liboauth.OAUTH_HTTP_NEEDED:
                        break
        self._check(answer)
        return text

    def _carry(self, send: Send) -> int:
        try:
            status, headers, body = send(self.http_request())
        except BaseException as failure:
            answer = self._respond(0, b"", b"")
            if not isinstance(failure, Exception):
                raise
            if answer < 0 and answer != _liboauth.OAUTH_HTTP_NEEDED:
                raise _error(answer, self) from failure
            return answer
        return self._respond(status, headers, body)

    def _check(self, answer: int) -> None:
        if answer < 0:
            raise _error(answer, self)


def version() -> str:
    """The library's version."""
    return _read(_library.oauth_version)[1]


def _error(number: int, client: Optional[Client] = None) -> OAuthError:
    """The exception for an error of this thread, whose text and action the next call would change."""
    text, action = _read(_library.oauth_error_text)[1], _library.oauth_error_action()
    kept: Optional[Tuple[str, int]] = getattr(_kept, "error", None)
    if kept is not None and text in ("", kept[0]):
        text, action = kept
    kind = OAuthError
    if number == _liboauth.OAUTH_HTTP_NEEDED:
        kind = HttpNeeded
    elif number == _liboauth.OAUTH_ERROR_SIGN_IN:
        kind = SignInNeeded
    else:
        kind = _KIND_OF.get(number) or _KINDS.get(-number // 100, OAuthError)
    error = kind(number, text, action)
    if client is not None and kind in (SignInNeeded, Refused, NetworkError, BadResponse):

        def said(property_: int) -> str:
            return _read(_library.oauth_get, client._handle, property_)[1]

        error.error = said(_liboauth.OAUTH_ERROR) or None
        error.error_description = said(_liboauth.OAUTH_ERROR_DESCRIPTION) or None
        error.error_uri = said(_liboauth.OAUTH_ERROR_URI) or None
        error.http_status = int(said(_liboauth.OAUTH_HTTP_STATUS) or 0) or None
        seconds = said(_liboauth.OAUTH_RETRY_AFTER)
        error.retry_after = int(seconds) if seconds else None
    return error


_kept = threading.local()
"""The last error of a thread that has closed a client meanwhile."""


def _close_unseen(handle: int) -> None:
    """Closes a client. Garbage is collected anywhere, also between a call that has failed and its sentence, which the
    success of this one takes away."""
    text = _read(_library.oauth_error_text)[1]
    if text:
        _kept.error = (text, _library.oauth_error_action())
    _library.oauth_client_close(handle)


_MOST_REQUESTS = 10
"""Of one operation; none needs as many."""

_KINDS: Dict[int, Type[OAuthError]] = {
    2: ConfigurationError,
    3: NetworkError,
    4: Refused,
    5: BadResponse,
    6: StoreError,
}
"""By the hundreds of an error's number."""

_KIND_OF: Dict[int, Type[OAuthError]] = {
    _liboauth.OAUTH_ERROR_PROPERTY: ConfigurationError,
    _liboauth.OAUTH_ERROR_VALUE: ConfigurationError,
    _liboauth.OAUTH_ERROR_SEQUENCE: BadPaste,
    _liboauth.OAUTH_ERROR_CODE: BadPaste,
    _liboauth.OAUTH_ERROR_STATE: BadPaste,
    _liboauth.OAUTH_ERROR_ISSUER: BadPaste,
    _liboauth.OAUTH_ERROR_CANCELLED: Cancelled,
    _liboauth.OAUTH_ERROR_LOCK: StoreBusy,
    _liboauth.OAUTH_ERROR_STORE_KEY: StoreKeyError,
    _liboauth.OAUTH_ERROR_GENERATION: GenerationError,
}
"""Those that are not of their hundred's kind: the caller's mistakes that are not the program's, and what a store says
that a program reacts to."""

_NAMES: Dict[int, str] = {
    _liboauth.OAUTH_HTTP_NEEDED: "OAUTH_HTTP_NEEDED",
    _liboauth.OAUTH_PENDING: "OAUTH_PENDING",
    **{
        number: name
        for name, number in vars(_liboauth).items()
        if name.startswith("OAUTH_ERROR_") and number <= -100
    },
}


def _number(key: str, numbers: Mapping[str, int], what: str) -> int:
    if key in numbers:
        return numbers[key]
    near = difflib.get_close_matches(key, numbers, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise TypeError(f"{key!r} is not a {what}{hint}")


def _text(value: Setting) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(math.ceil(value))
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return urllib.parse.urlencode(value)
    return " ".join(value)


def _profile(given: Union[str, "os.PathLike[str]"]) -> str:
    """A path is never taken for the name of a profile, though `Path("./demo.toml")` has lost its `./`."""
    text = os.fspath(given)
    return text if isinstance(given, str) or "/" in text else f"./{text}"


def _bytes(text: str) -> bytes:
    if "\0" in text:
        raise ValueError("a text for OAuth cannot hold a NUL character")
    return text.encode()


def _head(headers: Headers) -> bytes:
    """Header lines as they came, or as a mapping has them."""
    if isinstance(headers, Mapping):
        headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return headers.encode() if isinstance(headers, str) else headers


def _read(function: Callable[..., int], *arguments: Union[int, bytes]) -> Tuple[int, str]:
    """The answer and the text of a function that writes one, in a buffer that is large enough."""
    capacity = 4096
    while True:
        buffer = ctypes.create_string_buffer(capacity)
        answer = function(*arguments, buffer, capacity)
        if answer != _liboauth.OAUTH_ERROR_BUFFER or capacity > 1 << 24:
            text = str(memoryview(buffer)[: max(answer, 0)], "utf-8")
            ctypes.memset(buffer, 0, capacity)
            return answer, text
        capacity *= 4


def _candidates() -> List[str]:
    named = os.environ.get("LIBOAUTH_LIBRARY")
    if named:
        return [named]
    names = {
        "darwin": ["liboauth.2.dylib", "liboauth.dylib"],
        "win32": ["oauth.dll"],
    }.get(sys.platform, ["liboauth.so.2", "liboauth.so"])
    here = os.path.dirname(os.path.abspath(__file__))
    installed = os.path.join(here, "..", "..", "..", "lib")  # from PREFIX/share/liboauth/python
    built = os.path.join(here, "..", "..", "build", "lib")  # in a checkout, by `make`
    paths = (os.path.join(folder, name) for folder in (here, installed, built) for name in names)
    neighbours = [path for path in paths if os.path.exists(path)]
    found = ctypes.util.find_library("oauth")
    return [*neighbours, names[0], *([found] if found else [])]


def _load() -> ctypes.CDLL:
    problems: List[str] = []
    for candidate in _candidates():
        try:
            library = ctypes.CDLL(candidate)
            if not hasattr(library, "oauth_client_new"):
                raise OSError("this is another library of that name (Debian's old liboauth is OAuth 1.0a)")
            _liboauth.declare(library)
            return library
        except OSError as problem:
            problems.append(f"  {candidate}: {problem}")
        except AttributeError as problem:
            problems.append(f"  {candidate}: older than this module, which is {_liboauth.VERSION} ({problem})")
    raise ImportError(
        "liboauth's shared library cannot be loaded: install it, or name its file in the environment variable "
        "LIBOAUTH_LIBRARY. Tried:\n" + "\n".join(problems)
    )


_library = _load()
