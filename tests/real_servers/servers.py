"""Installs, starts and ends the authorization servers. Everything listens on a free port of 127.0.0.1."""
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
OIDC = HERE / "oidc-provider"
#: Those of ../keys that the servers know, by these names.
KNOWN_KEYS = ["rsa", "p256", "p384", "ed25519"]


class Missing(Exception):
    """A tool or a server is not there and cannot be installed."""


# ---- install ----

def install():
    """Sees to what Debian has, and installs the pinned oidc-provider."""
    if subprocess.run([HERE.parent / "tools", "servers"]).returncode:
        raise Missing("a tool is missing: see above")
    wanted = json.loads((OIDC / "package.json").read_text())["dependencies"]["oidc-provider"]
    if installed_oidc_provider() != wanted:
        done = subprocess.run(["npm", "ci"], cwd=OIDC, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode or installed_oidc_provider() != wanted:
            raise Missing(f"missing: oidc-provider {wanted}; `npm ci` in {OIDC} said:\n{done.stdout}")


def installed_oidc_provider():
    try:
        return json.loads((OIDC / "node_modules/oidc-provider/package.json").read_text())["version"]
    except FileNotFoundError:
        return None


def python_with(modules):
    """The Python that has these: Debian's, where somebody has put another one before it."""
    for python in ("python3", "/usr/bin/python3"):
        if subprocess.run([python, "-c", f"import {modules}"], capture_output=True).returncode == 0:
            return python
    raise Missing(f"missing: a Python with {modules}")


# ---- certificates ----

def make_certificates(folder):
    """Makes a CA (ca.pem), a CA that signed nothing (other-ca.pem), a server's certificate for 127.0.0.1
    (server.pem, server.key) and clients': client.pem, CN=alice-mtls; stranger.pem, of another name; own.pem and
    others.pem, which nobody has signed but themselves."""
    folder.mkdir(mode=0o700)
    key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes".split()

    def openssl(*words):
        done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise Missing(f"openssl {words[0]}: {done.stderr}")

    for ca in ("ca", "other-ca"):
        openssl("req", "-x509", *key, "-days", "30", "-subj", f"/CN=Test {ca}", "-keyout", f"{ca}.key", "-out", f"{ca}.pem",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    for name, subject, extension in (("server", "127.0.0.1", "subjectAltName=IP:127.0.0.1"),
                                     ("client", "alice-mtls", "extendedKeyUsage=clientAuth"),
                                     ("stranger", "bert-mtls", "extendedKeyUsage=clientAuth")):
        (folder / f"{name}.ext").write_text(extension)
        openssl("req", *key, "-subj", f"/CN={subject}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "30", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
    for name in ("own", "others"):
        openssl("req", "-x509", *key, "-days", "30", "-subj", "/CN=own", "-keyout", f"{name}.key", "-out", f"{name}.pem")


def copy_keys(folder):
    """Puts the keys of ../keys where nobody else can read them, those that servers know as JWKs beside them: the whole
    NAME.jwk, and keys.json, a set of what is public."""
    for file in (HERE.parent / "keys").glob("*.pem"):
        shutil.copyfile(file, folder / file.name)
        (folder / file.name).chmod(0o600)
    program = """
        const fs = require('fs'), crypto = require('crypto');
        const keys = %s.map((kid) => {
          const key = crypto.createPrivateKey(fs.readFileSync(`${kid}.pem`));
          fs.writeFileSync(`${kid}.jwk`, JSON.stringify({ ...key.export({ format: 'jwk' }), kid }), { mode: 0o600 });
          return { ...crypto.createPublicKey(key).export({ format: 'jwk' }), kid };
        });
        fs.writeFileSync('keys.json', JSON.stringify({ keys }));
    """ % json.dumps(KNOWN_KEYS)
    done = subprocess.run(["node", "-e", program], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"node: {done.stderr}")


# ---- processes ----

class Server:
    """One server process; `base[scheme]` is where it listens once it is ready."""

    def __init__(self, name, state, command, ready, environment=()):
        self.name, self.ready, self.base = name, ready, {}
        self.folder = state / name.replace(" ", "-")
        self.folder.mkdir(mode=0o700)
        self.log = self.folder / "server.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env={**os.environ, **dict(environment)}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=end_with_parent)

    def wait_until_ready(self, deadline):
        while not all(scheme in self.base for scheme in self.ready):
            if self.process.poll() is not None:
                raise Missing(f"{self.name} ended before it was ready, status {self.process.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise Missing(f"{self.name} did not get ready:\n{self.tail()}")
            time.sleep(0.05)
            said = self.log.read_text(errors="replace")
            for scheme, pattern in self.ready.items():
                if found := re.search(pattern + r"(\d+)", said):
                    self.base[scheme] = f"{scheme}://127.0.0.1:{found[1]}"

    def tail(self, lines=15):
        """The end of its log, without what oidc-provider says of settings that nobody has changed."""
        if not self.log.exists():
            return ""
        said = self.log.read_text(errors="replace").splitlines()
        return "\n".join([line for line in said if not line.startswith(("oidc-provider NOTICE:", "oidc-provider WARNING:"))][-lines:])

    def end(self, how):
        try:
            os.killpg(self.process.pid, how)
        except ProcessLookupError:
            pass


def end_with_parent():
    """Has the kernel end the child when the run dies without a chance to tidy up (Linux)."""
    if sys.platform.startswith("linux"):
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class Servers:
    """All servers, as a context: they are ready inside, and gone after it. To be entered by the main thread."""

    DIALECTS = ("default", "rotate", "metamaps")

    def __init__(self, state):
        self.state, self.all = state, []

    def __enter__(self):
        try:
            certificates = self.state / "certificates"
            make_certificates(certificates)
            copy_keys(certificates)
            for dialect in self.DIALECTS:
                self.all.append(doorkeeper(dialect, self.state, certificates))
            for scheme in ("http", "https"):
                self.all.append(oidc_provider(scheme, self.state, certificates))
            self.all.append(toolkit(self.state, certificates))
            for ahead in (0, 900):
                self.all.append(authlib(ahead, self.state, certificates))
            deadline = time.monotonic() + 300
            for server in self.all:
                server.wait_until_ready(deadline)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for server in self.all:
            server.end(signal.SIGTERM)
        deadline = time.monotonic() + 5
        for server in self.all:
            try:
                server.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            server.end(signal.SIGKILL)
            server.process.wait()


def oidc_provider(scheme, state, certificates):
    command = ["node", OIDC / "server.mjs", scheme, certificates]
    return Server(f"oidc-provider {scheme}", state, command, {scheme: r"READY \w+://127\.0\.0\.1:"})


def authlib(ahead, state, certificates):
    command = [python_with("authlib.oauth2, flask"), "-B", HERE / "authlib/server.py", certificates, str(ahead)]
    return Server("authlib ahead" if ahead else "authlib", state, command, {scheme: rf"READY {scheme}://127\.0\.0\.1:" for scheme in ("http", "https")})


def toolkit(state, certificates):
    command = [python_with("oauth2_provider, werkzeug"), "-B", HERE / "django/server.py", certificates]
    return Server("django", state, command, {scheme: rf"READY {scheme}://127\.0\.0\.1:" for scheme in ("http", "https")})


def doorkeeper(dialect, state, certificates):
    secure = f"ssl://127.0.0.1:0?key={certificates}/server.key&cert={certificates}/server.pem&verify_mode=none"
    # One thread: SQLite has one writer at a time, and a second one would now and then be told that it is locked.
    command = ["puma", "--log-requests", "-t", "1:1", "-b", "tcp://127.0.0.1:0", "-b", secure, HERE / "doorkeeper/config.ru"]
    listening = {"http": r"Listening on http://127\.0\.0\.1:", "https": r"Listening on ssl://127\.0\.0\.1:"}
    environment = {"DIALECT": dialect, "DATABASE": "doorkeeper.sqlite3", "RAILS_ENV": "development"}
    return Server(f"doorkeeper {dialect}", state, command, listening, environment)
