"""examples/c/register.c and examples/python/register.py, against a server of this file: real ones are in ../real_servers."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench import BIN, ENVIRONMENT, EXAMPLES, ROOT, Profile, Program, build, case, check, contains, execute, first
from programs import LINK, STRICT

REGISTER = Program("C", [BIN / "register"], "register")
REGISTER_PY = Program(
    "Python",
    [sys.executable, "-W", "error", EXAMPLES / "python/register.py"],
    "register",
    {"PYTHONPATH": str(ROOT / "bindings/python")},
)


@first()
def register_builds_without_a_warning():
    build("gcc", "-std=c99", *STRICT, "-o", BIN / "register", EXAMPLES / "c/register.c", *LINK)
    build("g++", "-x", "c++", "-std=c++11", *STRICT, "-o", BIN / "register++", EXAMPLES / "c/register.c", *LINK)


class Registrar(BaseHTTPRequestHandler):
    """Gives each that asks a number (RFC 7591 section 3.2.1)."""

    def do_POST(self):
        wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(wanted)
        number = len(self.server.asked)
        management = {"registration_client_uri": f"{self.server.url}/register/{number}", "registration_access_token": "rat"}
        self.answer(201, {**wanted, "client_id": f"client-{number}", "client_secret": "s3cret-of-it", **management})

    def do_DELETE(self):
        is_allowed = self.headers["Authorization"] == "Bearer rat"
        self.server.gone.append(self.path)
        self.answer(204 if is_allowed else 401, None)

    def answer(self, status, json_):
        content = b"" if json_ is None else json.dumps(json_).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def executes(program, *words):
    return execute([*program.command, *words], env={**ENVIRONMENT, **program.environment})


@case(REGISTER, REGISTER_PY)
def a_program_is_registered_once_and_forgotten(program):
    with ThreadingHTTPServer(("127.0.0.1", 0), Registrar) as s:
        s.url, s.asked, s.gone = f"http://127.0.0.1:{s.server_port}", [], []
        threading.Thread(target=s.serve_forever, daemon=True).start()
        try:
            profile = Profile(s.url, registration_endpoint=f"{s.url}/register", client_id="", client_secret="")
            for _ in range(2):
                done = executes(program, profile.argument)
                check(done.returncode == 0, done.stdout)
                contains(done.stdout, 'client_id: client-1\nredirect_uris: ["http://127.0.0.1/cb"]\n')
                check("s3cret" not in done.stdout, done.stdout)
            check(len(s.asked) == 1, s.asked)
            done = executes(program, "--undo", profile.argument)
            check((done.returncode, done.stdout) == (0, "Forgotten.\n"), done.stdout)
            check(s.gone == ["/register/1"], s.gone)
            contains(executes(program, profile.argument).stdout, "client_id: client-2\n")
        finally:
            s.shutdown()
