"""examples/c/device.c, examples/python/device.py and examples/cobol/DEVICE.cob: a sign-in on a screen without a browser."""

import subprocess
import sys
import threading
import urllib.parse
import urllib.request

from bench import (
    BIN, ENVIRONMENT, EXAMPLES, PATIENCE, ROOT, WORK, Profile, Program, build, case, check, contains, execute, first, server,
    without_libxml,
)  # fmt: skip
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


def decide(page, code, decision):
    """What a person does at the page."""
    form = {"user_code": code, "user": "alice", "password": "secret", "decision": decision}
    urllib.request.urlopen(page, urllib.parse.urlencode(form).encode()).close()


def signs_in(program, profile, decision):
    """Runs it, and does at the page that it shows what a person does."""
    command = [*program.command, profile.argument]
    environment = {**ENVIRONMENT, **program.environment}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as running:
        timer = threading.Timer(PATIENCE, running.kill)
        timer.start()
        shown = []
        for line in filter(without_libxml, running.stdout):
            shown.append(line)
            if line.startswith("It is good until"):
                page, code = shown[0].split()[1], shown[1].split()[2]
                decide(page, code, decision)
        timer.cancel()
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
        # Until the server takes that no longer.
        s.control(revoke="all")
        profile.expire(60)
        status, shown = signs_in(program, profile, "allow")
        check(status == 0 and "It is good until" in shown and shown.endswith("\nSigned in.\n"), shown)


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


NOT_YET = "Not yet: wait a few seconds.\n"


@first()
def ILE_COBOL_builds_as_IBMs_COBOL_without_a_warning():
    """What GnuCOBOL does not have is the clause that makes procedures of the names: there, CALL finds functions anyway."""
    folder = WORK / "no_linkage"
    folder.mkdir()
    (folder / "OAUTHILE.cpy").write_text("      * Empty.\n")
    flags = ["-std=ibm-strict", "-fixed", "-debug", "-I", folder]
    cobol(BIN / "device_ile", EXAMPLES / "cobol/DEVICE.cblle", "-loauth", before=flags)


@case()
def ILE_COBOL_signs_in_on_a_green_screen():
    for line in (EXAMPLES / "cobol/DEVICE.cblle").read_text().splitlines():
        check(not line or line.startswith(("      *", "       ")) and len(line) <= 72, "columns 8 to 72:", line)
    with server() as s:
        profile = Profile(s.url, device_endpoint=f"{s.url}/strict/device_authorization")
        with subprocess.Popen(
            [BIN / "device_ile"], env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", bufsize=1
        ) as running:
            shown, agreed = [], False
            running.stdin.write(profile.argument + "\n")
            for line in filter(without_libxml, running.stdout):
                shown.append(line)
                if line.startswith("Then press Enter"):
                    if not agreed and shown[-2] == NOT_YET:
                        decide(shown[1].split()[1], shown[2].split()[2], "allow")
                        agreed = True
                    running.stdin.write("\n")
            status = running.wait()
        check(status == 0 and shown[-1] == "Signed in.\n" and NOT_YET in shown, *shown[:9])
        profile.record()
        done = execute([BIN / "device_ile"], input="no-such-profile\n")
        check("no-such-profile" in done.stdout, done.stdout)
