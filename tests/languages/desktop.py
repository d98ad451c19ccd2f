"""The examples desktop and mail, in C and in Python: the browser comes back by itself, and a mailbox is opened."""

import base64
import signal
import socket
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request

from bench import BIN, ENVIRONMENT, EXAMPLES, PATIENCE, ROOT, WORK, Profile, Program, allow, build, case, check, contains, deny, execute, first, run, server
from programs import C, LINK, STRICT

FREE = "http://127.0.0.1:0/callback"


def in_python(name):
    program = [sys.executable, "-W", "error", EXAMPLES / f"python/{name}.py"]
    return Program("Python", program, name, {"PYTHONPATH": str(ROOT / "bindings/python")})


DESKTOP, DESKTOP_PY = Program("C", [BIN / "desktop"], "desktop"), in_python("desktop")
MAIL, MAIL_PY = Program("C", [BIN / "mail"], "mail"), in_python("mail")


@first("desktop", "mail")
def builds_without_a_warning(name):
    build("gcc", "-std=c99", *STRICT, "-o", BIN / name, EXAMPLES / f"c/{name}.c", *LINK)
    build("g++", "-x", "c++", "-std=c++11", *STRICT, "-o", BIN / f"{name}++", EXAMPLES / f"c/{name}.c", *LINK)


class Desktop:
    """The program, as far as its URL."""

    def __init__(self, program, profile):
        self.running = subprocess.Popen(
            [str(word) for word in [*program.command, profile.argument]], env={**ENVIRONMENT, **program.environment},
            cwd=WORK / "tmp", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            # A shell in the background has it ignored, and so would Python.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        self.timer = threading.Timer(PATIENCE, self.running.kill)
        self.timer.start()
        self.url = next((line.strip() for line in self.running.stdout if line.startswith("http")), "")

    def ends(self):
        output, errors = self.running.communicate()
        self.timer.cancel()
        return self.running.returncode, output.strip(), errors.strip()


def page(url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=PATIENCE) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


@case(DESKTOP, DESKTOP_PY)
def the_browser_comes_back_by_itself(program):
    with server() as s:
        profile = Profile(s.url, redirect_uri=FREE)
        desktop = Desktop(program, profile)
        contains(page(allow(desktop.url)), "You are signed in")
        status, output, errors = desktop.ends()
        check(status == 0 and not errors, output, errors)
        contains(output, "Signed in; the token is good until 20")
        profile.record()


@case(DESKTOP, DESKTOP_PY)
def a_no_is_said_in_both_places(program):
    with server() as s:
        desktop = Desktop(program, Profile(s.url, redirect_uri=FREE))
        contains(page(deny(desktop.url)), "access_denied")
        status, _, errors = desktop.ends()
        check(status == 1 and errors.startswith("desktop: ") and "access_denied" in errors, status, errors)


@case(DESKTOP, DESKTOP_PY)
def Ctrl_C_ends_the_waiting(program):
    with server() as s:
        desktop = Desktop(program, Profile(s.url, redirect_uri=FREE))
        desktop.running.send_signal(signal.SIGINT)
        status, _, errors = desktop.ends()
        check(status == 1 and errors.startswith("desktop: not signed in"), status, errors)


@case(DESKTOP, DESKTOP_PY)
def a_port_that_is_taken_is_said_before_anybody_signs_in(program):
    with server() as s, socket.create_server(("127.0.0.1", 0)) as other:
        desktop = Desktop(program, Profile(s.url, redirect_uri=f"http://127.0.0.1:{other.getsockname()[1]}/callback"))
        status, _, errors = desktop.ends()
        check(status == 1 and not desktop.url and "is taken: end the program that has it" in errors, status, errors)


# ---- mail ----


def with_mailbox(s, **settings):
    """A profile in which somebody has signed in, and the token."""
    profile = Profile(s.url, username="alice@example.com", **settings)
    check(run(C, profile, s.api("strict"), allow).status == 0, "the sign-in")
    return profile, profile.record()[1]["access_token"]


@case("xoauth2", "oauthbearer")
def C_prints_what_a_mail_server_is_told(mechanism):
    with server() as s:
        profile, token = with_mailbox(s)
        done = execute([*MAIL.command, profile.argument, mechanism], env=ENVIRONMENT)
        check(done.returncode == 0, done.stdout)
        who = {"xoauth2": "user=alice@example.com", "oauthbearer": "n,a=alice@example.com,"}[mechanism]
        check(base64.b64decode(done.stdout).decode() == f"{who}\1auth=Bearer {token}\1\1", done.stdout)


class Imap:
    """As much of an IMAP server as signs people in; it refuses the first token if it is told to, and has a certificate that
    nobody trusts if it has TLS."""

    def __init__(self, mechanism, refuses=False, has_tls=False):
        self.has_tls = has_tls
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.mechanism, self.refuses, self.heard = mechanism, refuses, []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        self.connection = self.socket.accept()[0]
        stream = self.connection.makefile("rwb", buffering=0)
        stream.write(b"* OK ready\r\n")
        self.talk(stream)

    def talk(self, stream):
        said = lambda *lines: stream.write("".join(f"{line}\r\n" for line in lines).encode())  # noqa: E731
        for line in stream:
            tag, command, *rest = line.decode().split()
            if command == "STARTTLS":
                said(f"{tag} OK begin")
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                keys = ROOT / "tests/keys"
                context.load_cert_chain(keys / "rsa_certificate.pem", keys / "rsa.pem")
                try:
                    secure = context.wrap_socket(self.connection, server_side=True)
                except ssl.SSLError:
                    return  # the client does not want it
                self.has_tls = False
                return self.talk(secure.makefile("rwb", buffering=0))
            elif command == "CAPABILITY":
                tls = " STARTTLS" if self.has_tls else ""
                said(f"* CAPABILITY IMAP4rev1 AUTH={self.mechanism}{tls}", f"{tag} OK done")
            elif command == "AUTHENTICATE":
                said("+ ")
                self.heard.append((rest[0], base64.b64decode(stream.readline()).decode()))
                if len(self.heard) == 1 and self.refuses:
                    said("+ " + base64.b64encode(b'{"status":"401"}').decode())
                    self.heard.append(stream.readline().strip())
                    said(f"{tag} NO refused")
                else:
                    said(f"{tag} OK done")
            elif command == "EXAMINE":
                said("* 3 EXISTS", f"{tag} OK [READ-ONLY]")
            else:
                said("* BYE", f"{tag} OK done")


@case(("XOAUTH2", "user=alice@example.com", b""), ("OAUTHBEARER", "n,a=alice@example.com,", b"AQ=="))
def Python_opens_a_mailbox_and_a_refused_token_is_replaced(row):
    mechanism, who, empty = row
    for refuses in (False, True):
        with server() as s:
            profile, token = with_mailbox(s)
            imap = Imap(mechanism, refuses)
            environment = {**ENVIRONMENT, **MAIL_PY.environment}
            done = execute([*MAIL_PY.command, profile.argument, "127.0.0.1", imap.port], env=environment)
            check(done.returncode == 0 and done.stdout == "3 messages\n", done.stdout, imap.heard)
            check(imap.heard[0] == (mechanism, f"{who}\1auth=Bearer {token}\1\1"), imap.heard)
            if refuses:
                check(imap.heard[1] == empty, imap.heard)
                newer = profile.record()[1]["access_token"]
                check(newer != token and imap.heard[2] == (mechanism, f"{who}\1auth=Bearer {newer}\1\1"), imap.heard)


@case()
def Python_shows_its_token_to_no_mail_server_that_it_does_not_know():
    with server() as s:
        profile, _ = with_mailbox(s)
        imap = Imap("XOAUTH2", has_tls=True)
        environment = {**ENVIRONMENT, **MAIL_PY.environment}
        done = execute([*MAIL_PY.command, profile.argument, "127.0.0.1", imap.port], env=environment)
        check(done.returncode == 1 and "certificate verify failed" in done.stdout, done.stdout)
        check(imap.heard == [], imap.heard)
