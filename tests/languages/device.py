"""examples/c/device.c, examples/python/device.py and examples/cobol/DEVICE.cob: a sign-in on a screen without a browser."""

import subprocess
import sys
import urllib.parse
import urllib.request

from bench import BIN, ENVIRONMENT, EXAMPLES, ROOT, Profile, Program, build, case, check, contains, first, server
from programs import LINK, STRICT, cobol

DEVICE = Program("C", [BIN / "device"], "device")
DEVICE_PY = Program(
    "Python",
    [sys.executable, "-W", "error", EXAMPLES / "python/device.py"],
    "device",
    {"PYTHONPATH": str(ROOT / "bindings/python"), "PYTHONIOENCODING": "utf-8"},
)
DEVICE_COBOL = Program("COBOL", [BIN / "device_cobol"], "device")


@first()
def device_builds_without_a_warning():
    build("gcc", "-std=c99", *STRICT, "-o", BIN / "device", EXAMPLES / "c/device.c", *LINK)
    build("g++", "-x", "c++", "-std=c++11", *STRICT, "-o", BIN / "device++", EXAMPLES / "c/device.c", *LINK)
    cobol(BIN / "device_cobol", EXAMPLES / "cobol/DEVICE.cob", "-loauth")


def signs_in(program, profile, decision):
    """Runs it, and does at the page that it shows what a person does."""
    command = [*program.command, profile.argument]
    environment = {**ENVIRONMENT, **program.environment}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as running:
        shown = []
        for line in running.stdout:
            shown.append(line)
            if line.startswith("It is good until"):
                page, code = shown[0].split()[1], shown[1].split()[2]
                form = {"user_code": code, "user": "alice", "password": "secret", "decision": decision}
                urllib.request.urlopen(page, urllib.parse.urlencode(form).encode()).close()
        return running.wait(), "".join(shown)


@case(DEVICE, DEVICE_PY, DEVICE_COBOL)
def a_person_types_the_code_elsewhere(program):
    with server() as s:
        url = f"{s.url}/strict"
        profile = Profile(s.url, device_endpoint=f"{url}/device_authorization")
        status, shown = signs_in(program, profile, "deny")
        check(status == 1, shown)
        contains(shown, "device: access_denied: the person said no")
        status, shown = signs_in(program, profile, "allow")
        check(status == 0, shown)
        contains(shown, "\u2588\u2588\u2588\u2588")
        check(shown.endswith("\nSigned in.\n"), shown)
        profile.record()
        if program is DEVICE_COBOL:  # it is started to sign in, and does
            status, shown = signs_in(program, profile, "allow")
            check(status == 0 and "It is good until" in shown, shown)
            return
        # It has what it needs.
        status, shown = signs_in(program, profile, "allow")
        check((status, shown) == (0, "Signed in.\n"), shown)


@case(DEVICE, DEVICE_PY, DEVICE_COBOL)
def a_code_that_is_under_way_is_shown_again(program):
    with server() as s:
        profile = Profile(s.url, device_endpoint=f"{s.url}/strict/device_authorization")
        command, environment = [*program.command, profile.argument], {**ENVIRONMENT, **program.environment}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, encoding="utf-8") as running:
            before = [running.stdout.readline(), running.stdout.readline()]
            running.kill()
        status, shown = signs_in(program, profile, "allow")
        check(status == 0 and shown.startswith("".join(before)), before, shown)
