"""The mistakes of ../c/mistakes.c by liboauth.py."""

import ctypes
import gc
import sys
import threading

import liboauth
from liboauth import *  # noqa: F403 - the OAUTH_... constants
from liboauth import Client, OAuthError

C = liboauth._library
WORDS = "L\u00f6hne f\u00fcr \u00c6r\u00f8 \u65e5\u672c \U0001f511"


def came_back(name, text):
    print(f"{name} 0 0 {text}")


def failed(name, error):
    print(f"{name} {error.number} {int(error.action)} {error.text}")


def fails(name, function, *arguments, **more):
    try:
        function(*arguments, **more)
        print(f"{name} did not fail")
    except OAuthError as error:
        failed(name, error)


def answered(name, code):
    """What the last C function has returned."""
    failed(name, liboauth._error(code))


def scope(client, text):
    client.set(scope=text)
    return client.get("scope")


def told_its_own(number, told):
    """Threads that fail in two ways at once are told their own sentence each."""
    with Client() as client:
        wanted = "pkce" if number % 2 else "99999"
        right = 0
        for _ in range(100):
            code = C.oauth_set(client._handle, OAUTH_PKCE if number % 2 else 99999, b"sometimes", -1)
            right += liboauth._error(code).text.startswith(wanted)
        told.append(right == 100)


def threads():
    told = []
    each = [threading.Thread(target=told_its_own, args=(number, told)) for number in range(8)]
    for thread in each:
        thread.start()
    for thread in each:
        thread.join()
    return sum(told)


def own_http():
    """The program's own HTTP: answers are bytes, or a text that becomes UTF-8."""
    kind, url = "Content-Type: application/json\r\n", "https://api.example/me"
    endpoint = "https://tokens.example/token"
    client = Client(http="caller", token_endpoint=endpoint, client_id="a client", client_auth="none")
    fails("needed", client.request_token, "client_credentials")
    request = client.http_request()
    came_back("method", request.method)
    came_back("url", request.url)
    came_back("content", request.content.decode())
    fails("bytes", client.http_response, 200, kind, b'{"access_token":"t\0w\xff"}')
    try:
        client.request_token("client_credentials")
    except OAuthError:
        pass
    done = client.http_response(200, kind, f'{{"access_token":"one","expires_in":3600,"who":{{"name":"{WORDS}"}}}}')
    came_back("taken", 0 if done else "one more")
    came_back("token", client.access_token())
    came_back("member", client.field("who.name", OAUTH_FIELD_TOKEN))
    fails("no_member", client.field, "who.else", OAUTH_FIELD_TOKEN)
    headers = client.request_headers("GET", url)
    came_back("headers", "Authorization: " + headers["Authorization"])
    came_back("again", int(client.api_response(url, 401, "")))
    fails("rejected", client.bearer_header)
    fails("busy", client.http_response, 503, "Retry-After: 7\r\n", "")
    came_back("retry_after", client.get("retry_after"))


def main():
    client, closed = Client(), Client()
    stale = closed._handle
    closed.close()
    answered("stale", C.oauth_refresh(stale))
    answered("closed", C.oauth_refresh(0))
    client.set(client_id="a client")
    answered("short_buffer", C.oauth_get(client._handle, OAUTH_CLIENT_ID, ctypes.create_string_buffer(64), 4))
    large = "x" * 100000
    came_back("grown", len(large) if scope(client, large) == large else "another text")
    fails("unknown_profile", Client, "no-such-profile")
    fails("no_code", client.exchange_code, "")
    fails("wrong_code", client.exchange_code, "not-a-code")
    fails("value", client.set, pkce="sometimes")
    answered("property", C.oauth_set(client._handle, 99999, b"x", -1))
    answered("length", C.oauth_set(client._handle, OAUTH_SCOPE, b"x", -7))
    answered("not_utf_8", C.oauth_set(client._handle, OAUTH_SCOPE, b"\xff\xfe", -1))
    answered("null", C.oauth_set(client._handle, OAUTH_SCOPE, None, -1))
    answered("null_buffer", C.oauth_get(client._handle, OAUTH_CLIENT_ID, None, 64))
    came_back("utf_8", scope(client, WORDS))
    fails("utf_8_in_error", Client, WORDS)
    came_back("blanks", f"[{scope(client, ' read ')}]")
    C.oauth_set(client._handle, OAUTH_SCOPE, b"read        ", 12)
    came_back("padded", f"[{client.get('scope')}]")
    came_back("empty", f"[{scope(client, '') or ''}]")
    came_back("threads", threads())
    # What is Python's alone: garbage that is collected between a call and its sentence takes it along nowhere.
    garbage = Client()
    garbage.itself = garbage
    gone = garbage._handle
    del garbage
    code = C.oauth_set(client._handle, OAUTH_PKCE, b"sometimes", -1)
    gc.collect()
    error = liboauth._error(code)
    if not error.text.startswith("pkce") or error.action != OAUTH_ACTION_FIX:
        print("garbage took the sentence along:", repr(error), error.action)
    if C.oauth_stop_waiting(gone) != OAUTH_ERROR_HANDLE:
        print("garbage is not closed")
    client.close()
    client.close()


sys.stdout.reconfigure(encoding="utf-8")
if len(sys.argv) > 1:
    own_http()
else:
    main()
