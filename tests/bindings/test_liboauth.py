"""The Python module over the library itself; the server is a function, so no network is used."""

import base64
import fcntl
import hashlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

MODULES = Path(__file__).resolve().parents[2] / "bindings" / "python"
sys.path.insert(0, str(MODULES))

import liboauth  # noqa: E402
from liboauth import Action, Client, HttpNeeded, OAuthError, Refused, SignInNeeded  # noqa: E402


class Server:
    """Answers token requests: a new access token each time, or whatever `answer` says."""

    def __init__(self):
        self.requests = []
        self.answer = None

    def __call__(self, request):
        self.requests.append(request)
        if isinstance(self.answer, BaseException):
            raise self.answer
        if self.answer is not None:
            return self.answer
        return 200, {"Content-Type": "application/json"}, self.token()

    def token(self, **members):
        token = {"access_token": f"at-{len(self.requests)}", "token_type": "bearer", "expires_in": 3600}
        return json.dumps({**token, "refresh_token": "rt", **members})

    @property
    def forms(self):
        return [{k: v[0] for k, v in parse_qs(r.content.decode()).items()} for r in self.requests]


SETTINGS = {
    "authorization_endpoint": "https://as.example/authorize",
    "token_endpoint": "https://as.example/token",
    "client_id": "me",
    "client_secret": "s3cret",
    "redirect_uri": "https://app.example/back",
}


def client(**settings):
    return Client(**{**SETTINGS, **settings})


def signed_in(**settings):
    made = client(**settings)
    made.build_authorize_url()
    made.exchange_code(f"?code=c&state={made.state}")
    return made


class Settings(unittest.TestCase):
    def test_keywords_are_the_keys_of_a_profile(self):
        with client(scope=["read", "write"], timeout=7, authorize_params={"prompt": "a b"}) as c:
            self.assertEqual(c.get("client_id"), "me")
            self.assertEqual(c.get("scope"), "read write")
            self.assertEqual(c.get("timeout"), "7")
            query = parse_qs(urlsplit(c.build_authorize_url()).query)
            self.assertEqual(query["prompt"], ["a b"])
            c.set(scope=None)
            self.assertEqual(c.get("scope"), "")

    def test_leave_for_http_counts_for_urls_before_it(self):
        with Client(token_endpoint="http://as.example/token", allow_http=True) as c:
            self.assertEqual(c.get("allow_http"), "yes")
            c.set(allow_http=False)
            self.assertEqual(c.get("allow_http"), "no")

    def test_blanks_and_letters_of_all_kinds_arrive_as_they_are(self):
        for text in ("  secret  ", "geheimnisvoll ÄÖÜ €", "x" * 60_000):
            with Client(client_secret=text) as c:
                self.assertEqual(c.get("client_secret"), text)

    def test_a_misspelt_setting_is_a_type_error_that_helps(self):
        with self.assertRaisesRegex(TypeError, "did you mean 'client_id'"):
            Client(cleint_id="me")
        with client() as c, self.assertRaisesRegex(TypeError, "'expires_at' is not a setting"):
            c.set(expires_at="now")

    def test_a_nul_would_cut_the_text(self):
        with self.assertRaises(ValueError):
            Client(client_secret="a\0b")

    def test_a_wrong_value_is_an_error_with_number_name_and_action(self):
        with self.assertRaises(OAuthError) as caught:
            Client(timeout="soon")
        self.assertEqual(caught.exception.number, liboauth.OAUTH_ERROR_VALUE)
        self.assertEqual(caught.exception.name, "OAUTH_ERROR_VALUE")
        self.assertIs(caught.exception.action, Action.FIX)
        self.assertIn("timeout", str(caught.exception))

    def test_a_profile_is_opened_by_name(self):
        with Client("stamps", client_id="me") as c:
            self.assertTrue(c.get("token_endpoint"))
        with self.assertRaises(liboauth.ConfigurationError) as caught:
            Client("no-such-profile")
        self.assertEqual(caught.exception.number, liboauth.OAUTH_ERROR_PROFILE)

    def test_every_key_can_be_read(self):
        with client() as c:
            for key in {**liboauth._liboauth.SETTINGS, **liboauth._liboauth.RESULTS}:
                self.assertIsInstance(c.get(key), str, key)


class Life(unittest.TestCase):
    def test_a_closed_client_is_an_error_and_closing_twice_is_none(self):
        c = client()
        c.close()
        c.close()
        with self.assertRaises(OAuthError) as caught:
            c.get("client_id")
        self.assertEqual(caught.exception.number, liboauth.OAUTH_ERROR_HANDLE)
        self.assertIn("closed", repr(c))

    def test_a_closed_client_says_so_whatever_is_asked_of_it(self):
        c = client()
        c.close()
        for ask in (
            lambda: c.get("scope"),
            lambda: c.set(scope="a"),
            lambda: c.field("x"),
            lambda: c.status_line,
            c.build_authorize_url,
            lambda: c.exchange_code("a"),
            c.bearer_header,
            c.refresh,
            c.token_rejected,
            lambda: list(c.accounts()),
            c.forget,
            c.http_request,
            lambda: c.http_response(200),
        ):
            with self.assertRaises(liboauth.OAuthError) as caught:
                ask()
            self.assertEqual(caught.exception.number, liboauth.OAUTH_ERROR_HANDLE)
            self.assertIn("this client is closed", caught.exception.text)

    def test_a_path_is_a_file_and_seconds_have_parts(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "demo.toml")
            path.write_text("[a]\nclient_id = 'by a path'\n", encoding="utf-8")
            path.chmod(0o600)
            with liboauth.Client(path, timeout=1.5, lock_timeout=2.0) as c:
                self.assertEqual(c.get("client_id"), "by a path")
                self.assertEqual((c.get("timeout"), c.get("lock_timeout")), ("2", "2"))
            before = os.getcwd()
            os.chdir(folder)
            try:
                with liboauth.Client(Path("demo.toml")) as c:
                    self.assertEqual(c.get("client_id"), "by a path")
            finally:
                os.chdir(before)
        for seconds in (float("nan"), float("inf")):
            with self.assertRaises((ValueError, OverflowError)):
                client(timeout=seconds)

    def test_a_client_that_nobody_holds_is_closed(self):
        c = client()
        handle = c._handle
        del c
        self.assertEqual(liboauth._library.oauth_client_close(handle), liboauth.OAUTH_ERROR_HANDLE)

    def test_the_buffer_of_a_text_is_wiped(self):
        buffers = []

        def gives(buffer, capacity):
            buffers.append(buffer)
            buffer.value = "S\u00e9sam".encode()
            return 6

        self.assertEqual(liboauth._read(gives), (6, "S\u00e9sam"))
        self.assertEqual(set(buffers[0].raw), {0})

    def test_version(self):
        self.assertEqual(liboauth.version(), liboauth._liboauth.VERSION)


class Tokens(unittest.TestCase):
    def setUp(self):
        self.server = Server()

    def test_sign_in_and_results(self):
        with client(send=self.server, scope="read") as c:
            with self.assertRaises(SignInNeeded) as caught:
                c.bearer_header()
            self.assertIs(caught.exception.action, Action.SIGN_IN)
            self.assertIsNone(c.expires_at)
            url = c.build_authorize_url()
            self.assertIn(f"state={c.state}", url)
            c.exchange_code(f"https://app.example/back?code=abc&state={c.state}")
            self.assertEqual(c.bearer_header(), "Authorization: Bearer at-1")
            self.assertEqual(c.access_token(), "at-1")
            self.assertEqual(c.authorization_headers(), {"Authorization": "Bearer at-1"})
            self.assertEqual(c.refresh_token, "rt")
            self.assertEqual(c.granted_scope, "read")
            self.assertEqual(c.token_type.lower(), "bearer")
            self.assertEqual(c.id_token, "")
            left = c.expires_at - datetime.now(timezone.utc)
            self.assertAlmostEqual(left.total_seconds(), 3600, delta=10)
        request, form = self.server.requests[0], self.server.forms[0]
        self.assertEqual((request.method, request.url), ("POST", "https://as.example/token"))
        self.assertEqual(request.headers["Content-Type"], "application/x-www-form-urlencoded")
        self.assertEqual((form["grant_type"], form["code"]), ("authorization_code", "abc"))

    def test_a_request_is_pushed_by_the_programs_own_http(self):
        pushed = {"request_uri": "urn:x:1", "expires_in": 60}
        self.server.answer = 201, {"Content-Type": "application/json"}, json.dumps(pushed)
        with client(send=self.server, par="yes", par_endpoint="https://as.example/par") as c:
            url = c.build_authorize_url()
            self.assertIn("request_uri=urn%3Ax%3A1", url)
            self.assertEqual(self.server.forms[0]["state"], c.state)
            c.set(http="caller")
            c._send = None
            with self.assertRaises(HttpNeeded):
                c.build_authorize_url()
            self.assertTrue(c.http_response(201, {}, json.dumps(pushed)))
            self.assertEqual(c.build_authorize_url(), url)
        self.assertEqual([request.url for request in self.server.requests], ["https://as.example/par"])

    def test_members_are_read_by_their_names(self):
        server = Server()
        server.answer = 200, {}, server.token(instance_url="https://a.example", user={"id": 7})
        with client(send=server) as c:
            c.build_authorize_url()
            c.exchange_code(f"?code=c&state={c.state}&realmId=4711")
            self.assertEqual(c.field("instance_url"), "https://a.example")
            self.assertEqual(c.field("user.id"), "7")
            self.assertEqual(c.field("realmId", liboauth.OAUTH_FIELD_REDIRECT), "4711")
            with self.assertRaisesRegex(liboauth.BadResponse, "no member realmId: it has instance_url, user") as caught:
                c.field("realmId")
            self.assertEqual(caught.exception.name, "OAUTH_ERROR_NO_FIELD")

    def test_a_rejected_token_is_refreshed_once(self):
        with signed_in(send=self.server) as c:
            self.assertEqual(c.access_token(), "at-1")
            c.token_rejected()
            self.assertEqual(c.bearer_header(), "Authorization: Bearer at-2")
            self.assertEqual(c.access_token(), "at-2")
            c.refresh()
            self.assertEqual(c.access_token(), "at-3")
        self.assertEqual([f["grant_type"] for f in self.server.forms[1:]], ["refresh_token"] * 2)

    def test_long_tokens_fit(self):
        self.server.answer = (200, "Content-Type: application/json\r\n", self.server.token(access_token="x" * 100_000))
        with signed_in(send=self.server) as c:
            self.assertEqual(len(c.access_token()), 100_000)

    def test_a_refusal_carries_the_servers_words(self):
        body = {"error": "invalid_scope", "error_description": "no such scope", "error_uri": "https://as.example/e"}
        self.server.answer = (400, {"Content-Type": "application/json"}, json.dumps(body))
        with self.assertRaises(Refused) as caught:
            signed_in(send=self.server)
        error = caught.exception
        self.assertEqual(error.number, liboauth.OAUTH_ERROR_INVALID_SCOPE)
        self.assertEqual((error.error, error.error_description), ("invalid_scope", "no such scope"))
        self.assertEqual((error.error_uri, error.http_status), ("https://as.example/e", 400))
        self.assertNotIn("s3cret", repr(error))
        copy = pickle.loads(pickle.dumps(error))
        self.assertEqual((copy.number, copy.error, str(copy)), (error.number, error.error, str(error)))

    def test_a_refused_refresh_token_means_sign_in(self):
        with signed_in(send=self.server) as c:
            self.server.answer = (400, {}, '{"error":"invalid_grant","error_description":"revoked"}')
            c.token_rejected()
            with self.assertRaises(SignInNeeded) as caught:
                c.access_token()
        self.assertEqual(caught.exception.error, "invalid_grant")

    def test_a_fault_that_passes_says_when_to_try_again(self):
        with signed_in(send=self.server) as c:
            self.server.answer = (503, {"Retry-After": "17"}, "<html>")
            with self.assertRaises(liboauth.NetworkError) as caught:
                c.refresh()
        self.assertEqual((caught.exception.retry_after, caught.exception.http_status), (17, 503))
        self.assertIs(caught.exception.action, Action.RETRY)

    def test_a_passing_fault_gives_the_old_token_while_it_lives(self):
        with signed_in(send=self.server, min_valid=1) as c:
            c.set(min_valid=100_000)
            for answer in ((503, {}, ""), ConnectionError("no route")):
                self.server.answer = answer
                self.assertEqual(c.bearer_header(), "Authorization: Bearer at-1")
                self.assertEqual(c.access_token(), "at-1")

    def test_a_token_that_lives_shorter_than_asked_for_is_still_the_newest(self):
        with signed_in(send=self.server, min_valid=100_000) as c:
            self.assertEqual(c.access_token(), "at-2")
        self.assertEqual(len(self.server.requests), 2)

    def test_what_send_raises_is_the_cause(self):
        self.server.answer = ConnectionError("no route")
        with self.assertRaises(liboauth.NetworkError) as caught:
            signed_in(send=self.server)
        self.assertIs(caught.exception.__cause__, self.server.answer)
        self.server.answer = KeyboardInterrupt()
        with self.assertRaises(KeyboardInterrupt):
            signed_in(send=self.server)

    def test_threads_share_one_refresh(self):
        with signed_in(send=self.server) as c:
            c.token_rejected()
            got, ready = [], threading.Barrier(8)

            def work():
                ready.wait()
                got.append(c.access_token())

            threads = [threading.Thread(target=work) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(got, ["at-2"] * 8)

    def test_the_redirect_is_taken_on_loopback(self):
        with client(send=self.server, redirect_uri="http://127.0.0.1:0/back") as c:
            url = c.build_authorize_url()
            self.assertFalse(c.await_redirect(0))
            back = parse_qs(url.partition("?")[2])["redirect_uri"][0]
            shown = []

            def come_back():
                with urllib.request.urlopen(f"{back}?code=abc&state={c.state}", timeout=60) as answer:
                    shown.append(answer.read().decode())

            browser = threading.Thread(target=come_back)
            browser.start()
            self.assertTrue(c.await_redirect(60))
            browser.join()
            self.assertIn("Your answer has arrived", shown[0])
            self.assertEqual(c.access_token(), "at-1")
            self.assertEqual(self.server.forms[0]["redirect_uri"], back)

    def test_a_mail_server_is_shown_a_token(self):
        with signed_in(send=self.server, account="me@example.com") as c:
            shown = {m: base64.b64decode(c.sasl_response(m)).decode() for m in (
                liboauth.OAUTH_SASL_XOAUTH2, liboauth.OAUTH_SASL_OAUTHBEARER)}
            self.assertEqual(shown[liboauth.OAUTH_SASL_XOAUTH2], "user=me@example.com\1auth=Bearer at-1\1\1")
            self.assertEqual(shown[liboauth.OAUTH_SASL_OAUTHBEARER], "n,a=me@example.com,\1auth=Bearer at-1\1\1")
            c.token_rejected()
            self.assertIn("at-2", base64.b64decode(c.sasl_response()).decode())

    def test_waiting_is_stopped(self):
        with client(redirect_uri="http://127.0.0.1:0/back") as c:
            c.build_authorize_url()
            stop = threading.Timer(0.05, c.stop_waiting)
            stop.start()
            with self.assertRaises(liboauth.Cancelled) as caught:
                c.await_redirect(60)
            stop.join()
            self.assertIs(caught.exception.action, Action.SIGN_IN)

    def test_own_http_by_hand(self):
        with client(http="caller") as c:
            c.build_authorize_url()
            with self.assertRaises(HttpNeeded) as caught:
                c.exchange_code(f"code=abc&state={c.state}")
            self.assertIs(caught.exception.action, Action.NONE)
            self.assertTrue(c.http_response(*self.server(c.http_request())))
            self.assertEqual(c.access_token(), "at-1")
            with self.assertRaises(OAuthError) as nothing_waits:
                c.http_request()
        self.assertEqual(nothing_waits.exception.number, liboauth.OAUTH_ERROR_SEQUENCE)


class Stores(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.store = f"file:{folder.name}/tokens"

    def client(self, **settings):
        made = client(**{"send": self.server, "store": self.store, **settings})
        self.addCleanup(made.close)
        return made

    def signed_in(self, **settings):
        made = self.client(**settings)
        made.build_authorize_url()
        made.exchange_code(f"?code=c{len(self.server.requests)}&state={made.state}")
        return made

    def test_another_client_takes_the_code(self):
        first, second = self.client(account="ann"), self.client(account="ann")
        url = first.build_authorize_url()
        state = first.state
        first.close()
        with self.assertRaises(liboauth.BadPaste):
            self.client(account="bob").exchange_code(f"?code=c&state={state}")
        self.assertEqual(self.server.requests, [])
        second.exchange_code(f"?code=c&state={state}")
        self.assertEqual(second.access_token(), "at-1")
        digest = hashlib.sha256(self.server.forms[0]["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        self.assertIn(f"&state={state}&code_challenge={challenge}&", url)
        with self.assertRaises(liboauth.BadPaste):
            self.client(account="ann").exchange_code(f"?code=c&state={state}")

    def test_a_nonce_comes_back(self):
        first = self.client(authorize_params={"nonce": "n-0S6"})
        first.build_authorize_url()
        second = self.client()
        self.assertEqual(second.nonce, "")
        second.exchange_code(f"?code=c&state={first.state}")
        self.assertEqual(second.nonce, "n-0S6")

    def test_accounts_are_listed_page_by_page(self):
        self.assertEqual(list(self.client().accounts()), [])
        names = ["", "ann", "Bøb", "  blanks  ", "x" * 300]
        for name in names:
            self.signed_in(account=name)
        self.assertEqual(sorted(self.client().accounts()), sorted(names))
        self.signed_in(client_id="another", account="eve")
        self.assertEqual(sorted(self.client().accounts()), sorted(names))
        self.assertEqual(list(self.client(client_id="another").accounts()), ["eve"])

    def test_the_account_without_a_name_is_one(self):
        self.signed_in()
        self.assertEqual(list(self.client().accounts()), [""])

    def test_more_accounts_than_a_page_holds(self):
        token = self.signed_in(account="0")
        record = json.loads(token.token_record)
        for number in range(1, 1005):
            token.set(account=str(number))
            token.import_token(json.dumps({**record, "account": str(number)}), 0)
        self.assertEqual(sorted(map(int, self.client().accounts())), list(range(1005)))

    def test_a_token_is_forgotten(self):
        kept, gone = self.signed_in(account="ann"), self.signed_in(account="bob")
        gone.forget()
        gone.forget()
        self.assertIsNone(gone.generation)
        for other in (gone, self.client(account="bob")):
            with self.assertRaises(SignInNeeded):
                other.access_token()
        self.assertEqual(list(kept.accounts()), ["ann"])
        self.assertEqual(kept.access_token(), "at-1")
        self.assertEqual(len(self.server.requests), 2)

    def test_a_token_is_revoked(self):
        gone = self.signed_in(account="bob")
        with self.assertRaisesRegex(liboauth.ConfigurationError, "revocation_endpoint"):
            gone.revoke()
        gone.set(revocation_endpoint="https://as.example/revoke")
        self.server.answer = 400, {}, json.dumps({"error": "unsupported_token_type"})
        with self.assertRaises(Refused) as caught:
            gone.revoke()
        self.assertEqual(caught.exception.number, liboauth.OAUTH_ERROR_UNSUPPORTED_TOKEN)
        self.assertEqual(gone.access_token(), "at-1")
        self.server.answer = 200, {}, ""
        gone.revoke()
        gone.revoke()
        self.assertEqual([form["token"] for form in self.server.forms[1:]], ["rt", "rt", "at-1"])
        for other in (gone, self.client(account="bob")):
            with self.assertRaises(SignInNeeded):
                other.access_token()

    def test_a_request_has_a_proof_where_its_token_is_bound(self):
        url = "https://api.example/v1?page=1"
        c = self.signed_in(account="bob")
        self.assertEqual(c.request_headers("GET", url), {"Authorization": "Bearer at-1"})
        self.assertIs(c.api_response(url, 200), False)
        self.assertIs(c.api_response(url, 401), True)
        self.assertEqual(c.request_headers("GET", url), {"Authorization": "Bearer at-2"})
        bound = self.client(account="carol", dpop="yes")
        token = {"access_token": "at", "refresh_token": "rt", "token_type": "DPoP", "expires_in": 3600}
        self.server.answer = 200, {}, json.dumps(token)
        bound.build_authorize_url()
        bound.exchange_code(f"?code=c&state={bound.state}")
        self.assertIn("DPoP", self.server.requests[-1].headers)
        with self.assertRaisesRegex(liboauth.BadResponse, "oauth_request_headers"):
            bound.bearer_header()
        asked = {"WWW-Authenticate": 'DPoP error="use_dpop_nonce"', "DPoP-Nonce": "n"}
        before = bound.request_headers("GET", url)
        self.assertEqual((sorted(before), before["Authorization"]), (["Authorization", "DPoP"], "DPoP at"))
        self.assertIs(bound.api_response(url, 401, asked), True)
        claims = bound.request_headers("GET", url)["DPoP"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(claims + "=="))
        self.assertEqual((claims["nonce"], claims["htu"]), ("n", "https://api.example/v1"))
        self.assertIs(bound.api_response(url, 401, asked), True)
        with self.assertRaises(Refused) as caught:  # it leads nowhere
            bound.api_response(url, 401, asked)
        self.assertEqual(caught.exception.number, liboauth.OAUTH_ERROR_INVALID_DPOP)

    def test_a_person_is_asked_elsewhere(self):
        c = self.client(device_endpoint="https://as.example/device", ciba_endpoint="https://as.example/ciba")
        asked = {"device_code": "dc", "user_code": "WDJB-MJHT", "verification_uri": "https://as.example/d"}
        self.server.answer = 200, {}, json.dumps(asked)
        c.device_start()
        self.assertEqual((c.user_code, c.verification_uri), ("WDJB-MJHT", "https://as.example/d"))
        self.assertGreater(len(c.get("qr_code").splitlines()), 10)
        sent = len(self.server.requests)
        self.assertIn(c.device_poll(), range(1, 6))
        self.assertEqual(len(self.server.requests), sent)
        self.server.answer = 400, {}, json.dumps({"error": "unknown_user_id"})
        c.set(login_hint="anne@example.com")
        with self.assertRaisesRegex(Refused, "check login_hint"):
            c.ciba_start()
        c.forget()
        with self.assertRaisesRegex(OAuthError, "oauth_device_start"):
            c.device_poll()

    def test_a_client_registers_itself(self):
        settings = {"client_id": "", "client_secret": "", "registration_endpoint": "https://as.example/register"}
        c = self.client(**settings)
        made = {"client_id": "new", "client_secret": "s", "registration_access_token": "t"}
        uri = {"registration_client_uri": "https://as.example/register/new"}
        self.server.answer = 201, {}, json.dumps({**made, **uri})
        c.register()
        self.assertEqual((c.get("client_id"), c.get("client_secret")), ("new", "s"))
        other = self.client(**settings)
        other.register()
        self.assertEqual((other.get("client_id"), len(self.server.requests)), ("new", 1))
        self.server.answer = 204, {}, ""
        other.unregister()
        self.assertEqual((other.get("client_id"), self.server.requests[-1].method), ("", "DELETE"))

    def test_a_token_is_introspected(self):
        c = self.signed_in(account="bob", introspection_endpoint="https://as.example/introspect")
        for active in (True, False):
            self.server.answer = 200, {}, json.dumps({"active": active, "username": "bob"})
            self.assertIs(c.introspect(), active)
            self.assertEqual(c.field("username", liboauth.OAUTH_FIELD_INTROSPECTION), "bob")
        self.server.answer = 503, {}, ""
        with self.assertRaises(liboauth.NetworkError):
            c.introspect()

    def test_who_has_signed_in(self):
        c = self.signed_in(
            account="bob",
            userinfo_endpoint="https://as.example/me",
            end_session_endpoint="https://as.example/end",
            post_logout_redirect_uri="https://app.example/bye",
        )
        self.server.answer = 200, {}, json.dumps({"sub": "7", "email": "b@as.example"})
        c.userinfo()
        self.assertEqual(c.field("email", liboauth.OAUTH_FIELD_USERINFO), "b@as.example")
        with self.assertRaises(liboauth.BadResponse):
            c.claim("sub")  # no ID token was asked for
        url = c.end_session_url()
        self.assertIn("state=" + c.get("end_session_state"), url)

    def test_an_issuer_suffices(self):
        c = liboauth.Client(send=self.server)
        self.addCleanup(c.close)
        c.set(issuer="https://as.example", client_id="c", redirect_uri="https://app.example/cb")
        says = {"issuer": "https://as.example", "authorization_endpoint": "https://as.example/page",
                "token_endpoint": "https://as.example/t"}
        self.server.answer = 200, {}, json.dumps(says)
        self.assertTrue(c.build_authorize_url().startswith("https://as.example/page?"))
        self.assertEqual(c.field("token_endpoint", liboauth.OAUTH_FIELD_METADATA), "https://as.example/t")
        self.server.answer = 200, {}, json.dumps({**says, "issuer": "https://evil.example"})
        with self.assertRaises(liboauth.OAuthError) as caught:
            c.discover()
        self.assertEqual(caught.exception.number, liboauth.OAUTH_ERROR_METADATA)

    def test_a_record_grows_by_generations(self):
        with self.signed_in() as c:
            first = c.generation
            self.assertEqual(first, 1)
            c.refresh()
            self.assertEqual(c.generation, 2)
        self.assertEqual(self.client().generation, 2)

    def test_a_record_goes_into_a_database_and_back(self):
        ours = self.signed_in(store="memory:")
        row = ours.token_record, ours.generation
        theirs = self.client(store="memory:")
        self.assertEqual((theirs.token_record, theirs.generation), ("", None))
        theirs.import_token(row[0], 0)
        self.assertEqual(theirs.access_token(), "at-1")
        self.assertEqual(theirs.generation, row[1])
        theirs.refresh()
        with self.assertRaises(liboauth.GenerationError) as caught:
            theirs.import_token(row[0], row[1])
        self.assertEqual(caught.exception.number, liboauth.OAUTH_ERROR_GENERATION)
        self.assertIs(caught.exception.action, Action.RETRY)
        self.assertEqual(theirs.access_token(), "at-2")
        ours.import_token(theirs.token_record, row[1])
        self.assertEqual(ours.access_token(), "at-2")
        ours.import_token(row[0])
        self.assertEqual(ours.get("access_token"), "at-1")

    def test_another_accounts_record_is_refused(self):
        record = self.signed_in(account="ann").token_record
        with self.client(account="bob") as c, self.assertRaises(OAuthError) as caught:
            c.import_token(record)
        self.assertEqual(caught.exception.number, liboauth.OAUTH_ERROR_VALUE)
        with self.client() as c, self.assertRaises(OAuthError) as caught:
            c.import_token("no record")
        self.assertEqual(caught.exception.number, liboauth.OAUTH_ERROR_VALUE)

    def test_the_status_is_a_line_without_a_secret(self):
        with self.signed_in(account="ann") as c:
            self.server.answer = (503, {}, "")
            with self.assertRaises(liboauth.NetworkError):
                c.refresh()
            status = c.status_line
        for part in ("ann", "as.example"):
            self.assertIn(part, status)
        for secret in ("at-1", "rt", "s3cret"):
            self.assertNotIn(secret, status.split())
        self.assertEqual(len(status.splitlines()), 1)
        self.assertTrue(self.client(account="bob").status_line)

    def test_a_sealed_store_is_sealed_anew(self):
        old, new = "0f" * 32, "a1" * 32
        self.signed_in(account="ann", store_key=old)
        self.signed_in(account="bob", store_key=old)
        self.assertNotIn("at-1", self.files())
        for wrong in ({"store_key": new}, {}):
            with self.client(account="ann", **wrong) as c, self.assertRaises(liboauth.StoreKeyError) as caught:
                c.access_token()
            self.assertIs(caught.exception.action, Action.FIX)
        with self.client(account="ann", store_key=new, store_old_key=old) as c:
            self.assertEqual(c.access_token(), "at-1")
            self.assertEqual((c.reseal(), c.reseal()), (2, 0))
        with self.client(account="bob", store_key=new) as c:
            self.assertEqual(c.access_token(), "at-2")

    def test_a_key_is_changed_without_a_gap(self):
        old, new = "0f" * 32, "a1" * 32
        before = self.signed_in(store_key=old)
        before.set(store_old_key=new)
        changed = self.client(store_key=new, store_old_key=old)
        for turn in range(2):
            changed.refresh()
            before.refresh()
        self.assertEqual(self.client(store_key=new, store_old_key=old).access_token(), "at-5")
        self.assertEqual((changed.reseal(), changed.reseal()), (1, 0))
        self.assertEqual(self.client(store_key=new).access_token(), "at-5")

    def test_a_plain_store_is_sealed(self):
        self.signed_in()
        self.assertIn("at-1", self.files())
        with self.client(store_key="0f" * 32) as c:
            self.assertRaises(liboauth.StoreKeyError, c.access_token)
            c.set(store_allow_plain="yes")
            self.assertEqual(c.access_token(), "at-1")
            self.assertEqual(c.reseal(), 1)
        self.assertNotIn("at-1", self.files())

    def with_a_token_that_cannot_be_stored(self):
        """A client that has refreshed its token while there was a file where its folder should be."""
        made, folder = self.signed_in(), Path(self.store[5:])

        def lose_the_folder(request):
            folder.rename(folder.with_name(f"tokens-{len(self.server.requests)}"))
            folder.touch()
            return Server.__call__(self.server, request)

        made._send = lose_the_folder
        with self.assertRaises(liboauth.StoreError):
            made.refresh()
        return made, folder

    def test_closing_says_that_a_token_is_lost(self):
        made, folder = self.with_a_token_that_cannot_be_stored()
        handle = made._handle
        with self.assertRaises(liboauth.StoreError) as caught:
            made.close()
        self.assertIn(str(folder), caught.exception.text)
        self.assertEqual(liboauth._library.oauth_client_close(handle), liboauth.OAUTH_ERROR_HANDLE)
        made.close()

    def test_the_end_of_a_with_says_so_unless_another_error_is_under_way(self):
        made, folder = self.with_a_token_that_cannot_be_stored()
        with self.assertRaises(liboauth.StoreError):
            with made:
                pass
        folder.unlink()
        made, _ = self.with_a_token_that_cannot_be_stored()
        handle = made._handle
        with self.assertRaises(ZeroDivisionError):
            with made:
                1 / 0
        self.assertEqual(liboauth._library.oauth_client_close(handle), liboauth.OAUTH_ERROR_HANDLE)

    def test_a_busy_store_says_who_has_it(self):
        self.signed_in()
        (lock,) = Path(self.store[5:]).glob("*.lock")
        with open(lock, "r+") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with self.client(lock_timeout=0) as c, self.assertRaises(liboauth.StoreBusy) as caught:
                c.refresh()
            self.assertIs(caught.exception.action, Action.RETRY)
            with self.client(lock_timeout=0) as c:
                self.assertEqual(c.access_token(), "at-1")

    def test_a_request_that_waits_has_the_lock(self):
        self.signed_in()
        first, second = self.client(send=None, http="caller"), self.client(lock_timeout=0)
        with self.assertRaises(HttpNeeded):
            first.refresh()
        with self.assertRaises(liboauth.StoreBusy):
            second.refresh()
        first.close()
        second.refresh()
        self.assertEqual(second.generation, 2)

    def files(self):
        return "".join(file.read_text() for file in Path(self.store[5:]).rglob("*") if file.is_file())


class Finding(unittest.TestCase):
    def run_python(self, code, **environment):
        variables = {k: v for k, v in os.environ.items() if k != "LIBOAUTH_LIBRARY"}
        return subprocess.run(
            [sys.executable, "-B", "-c", code],
            env={**variables, "PYTHONPATH": str(MODULES), **environment},
            capture_output=True,
            text=True,
        )

    def test_a_missing_library_says_what_to_do(self):
        done = self.run_python("import liboauth", LIBOAUTH_LIBRARY="/nowhere/liboauth.so.2")
        self.assertIn("ImportError", done.stderr)
        self.assertIn("LIBOAUTH_LIBRARY", done.stderr)
        self.assertIn("/nowhere/liboauth.so.2", done.stderr)

    def test_another_library_of_that_name_is_told_apart(self):
        done = self.run_python("import liboauth", LIBOAUTH_LIBRARY="libc.so.6")
        self.assertIn("OAuth 1.0a", done.stderr)


if __name__ == "__main__":
    unittest.main()
