"""One small program in each language against the practice server. What C is told, each language is told."""

import ctypes
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from bench import ENVIRONMENT, LIBRARY, PATIENCE, WORK, Profile, allow, build, case, check, deny, main, server
from callers import BINDINGS, CALLERS, HERE


def load():
    """Each language's how.py; C's first, as the others are compared with it."""
    for file in sorted(HERE.glob("*/how.py"), key=lambda file: (file.parent.name != "c", file)):
        spec = importlib.util.spec_from_file_location(f"how_{file.parent.name}", file)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


load()
C, *OTHERS = CALLERS

# ---- running ----


@dataclass
class Run:
    status: int
    lines: list  # of standard output, without the address to sign in at
    errors: str
    url: str  # the address; empty where nobody was asked

    def __str__(self):
        return f"exit status {self.status}, url {self.url!r}\n{self.lines}\n{self.errors}"

    def same(self, other):
        return (self.status, self.lines, self.errors) == (other.status, other.lines, other.errors)


def environment(caller, **more):
    return {**ENVIRONMENT, **caller.environment, **more}


def words(command):
    """The command as it is run."""
    command = [str(word) for word in command]
    check(shutil.which(command[0]), command[0], "was not built: see above")
    return command


def signin(caller, profile, person=None, cwd=None, **more):
    """Runs the language's signin; `person` is given the address, and what it gives back is pasted."""
    running = subprocess.Popen(
        words([*caller.signin, profile]), env=environment(caller, **more), cwd=cwd or WORK / "tmp",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    timer = threading.Timer(PATIENCE, running.kill)
    timer.start()
    try:
        line, url = running.stdout.readline().decode(), ""
        if line.startswith("http"):
            line, url = "", line.rstrip("\n")
        pasted = f"{person(url)}\n".encode() if person and url else b""
        output, errors = running.communicate(pasted)
    finally:
        timer.cancel()
        running.kill()
        running.wait()
    return Run(running.returncode, (line + output.decode()).splitlines(), errors.decode(), url)


def has_header(done, s, base="strict"):
    """One line of standard output is a header that the API takes, and nothing else was said."""
    check(done.status == 0 and len(done.lines) == 1 and not done.errors, done)
    name, _, value = done.lines[0].partition(": ")
    check(name == "Authorization" and value.startswith("Bearer "), done)
    check(calls(s.api(base), done.lines[0]) == 200, "the API refuses it:", done)


def calls(url, header):
    """The API's status."""
    name, _, value = header.partition(": ")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers={name: value}), timeout=PATIENCE) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def as_C_is_told(caller, done, profile, *more, **others):
    """The same code, the same sentence, the same advice."""
    told = signin(C, profile, *more, **others)
    check(done.same(told), "C:", told, f"{caller}:", done)


# ---- the scenario ----


@case(*CALLERS)
def signs_in_and_the_second_run_asks_nobody(caller):
    with server() as s:
        profile = Profile(s.url)
        done = signin(caller, profile.argument, allow)
        check(done.url.startswith(s.url + "/strict/authorize?"), done)
        has_header(done, s)
        again = signin(caller, profile.argument)
        check(not again.url, again)
        has_header(again, s)
        counts = s.counts("strict")
        check((counts["code_exchanges"], counts["refreshes"]) == (1, 0), counts)


@case(*OTHERS)
def takes_over_what_C_has_stored_and_refreshes_it(caller):
    with server() as s:
        profile = Profile(s.url)
        has_header(signin(C, profile.argument, allow), s)
        profile.expire(10)
        done = signin(caller, profile.argument)
        check(not done.url, done)
        has_header(done, s)
        check(s.counts("strict")["refreshes"] == 1, s.counts("strict"))
        has_header(signin(C, profile.argument), s)


@case(*CALLERS)
def works_in_a_folder_with_blanks_and_umlauts(caller):
    with server() as s:
        profile = Profile(s.url, named="L\u00f6hne f\u00fcr \u00c6r\u00f8 \u65e5\u672c ")
        has_header(signin(caller, profile.argument, allow, LANG="C.UTF-8"), s)
        if not caller.arguments_need_a_locale:
            has_header(signin(caller, profile.argument, LANG="C"), s)
        # A name of ASCII, in that folder.
        locale = "C.UTF-8" if caller.arguments_need_a_locale else "C"
        has_header(signin(caller, "./profile.toml", cwd=profile.folder, LANG=locale), s)
        check(s.counts("strict")["code_exchanges"] == 1, s.counts("strict"))


@case(*CALLERS)
def a_dead_refresh_token_leads_to_a_new_sign_in(caller):
    with server() as s:
        profile = Profile(s.url)
        has_header(signin(caller, profile.argument, allow), s)
        s.control(revoke="all")
        profile.expire(10)
        done = signin(caller, profile.argument, allow)
        check(done.url, done)
        has_header(done, s)


# ---- what goes wrong: as C is told ----


@case(*CALLERS)
def a_wrong_profile_is_said_so(caller):
    for profile in ("no-such-profile", "./no-such-file.toml", "./L\u00f6hne \u65e5\u672c.toml", ""):
        done = signin(caller, profile, LANG="C.UTF-8")
        check(done.status == 1 and not done.lines and not done.url, done)
        check(done.errors.startswith("error -201: "), done)
        check(done.errors.endswith("\nWhat to do: mend the configuration; trying again will not help.\n"), done)
        as_C_is_told(caller, done, profile)


@case(*CALLERS)
def a_wrong_paste_is_said_so(caller):
    def forged(url):
        return "http://127.0.0.1/cb?code=stolen&state=theirs"

    pastes = [
        (deny, "error -406: "), (forged, "error -110: "), (lambda url: "", "error -109: "),
        (lambda url: "not-the-code", "error -402: "), (lambda url: "\u00f6" * 40000, "error -"),
    ]  # fmt: skip
    for paste, begins in pastes:
        with server() as s:
            done = signin(caller, Profile(s.url).argument, paste, LANG="C")
            check(done.status == 1 and done.url and not done.lines, done)
            check(done.errors.startswith(begins) and "\nWhat to do: " in done.errors, done)
            as_C_is_told(caller, done, Profile(s.url).argument, paste)


@case(*CALLERS)
def the_end_of_the_input_is_no_sign_in(caller):
    with server() as s:
        profile = Profile(s.url).argument
        done = signin(caller, profile)
        check(done.status == 1 and done.url and done.errors.startswith("error -109: "), done)
        as_C_is_told(caller, done, profile)


@case(*CALLERS)
def a_server_that_is_down_is_said_so(caller):
    with server() as s:
        profile = Profile(s.url)
        has_header(signin(caller, profile.argument, allow), s)
    profile.expire(10)
    done = signin(caller, profile.argument)
    check(done.status == 1 and not done.url and done.errors.endswith("\nWhat to do: try again later.\n"), done)
    as_C_is_told(caller, done, profile.argument)


@case(*CALLERS)
def without_a_profile_it_says_what_it_wants(caller):
    done = subprocess.run(
        words(caller.signin), env=environment(caller), cwd=WORK / "tmp", stdin=subprocess.DEVNULL,
        capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    check(done.returncode == 1 and b"PROFILE" in done.stderr and not done.stdout, done)


@case(*CALLERS)
def takes_the_library_of_its_version(caller):
    """In Debian liboauth.so is another project's, or there is none: what a program runs with is liboauth.so.2."""
    for is_another_there in (True, False):
        folder = Path(tempfile.mkdtemp(dir=WORK))
        (folder / "liboauth.so.2").symlink_to(LIBRARY)
        if is_another_there:
            build("gcc", "-shared", "-o", folder / "liboauth.so", "-x", "c", "/dev/null")
        done = signin(caller, "no-such-profile", LD_LIBRARY_PATH=str(folder))
        check(done.status == 1 and done.errors.startswith("error -201: "), done)


# ---- mistakes ----


def mistakes(caller, *arguments, under=(), **more):
    done = subprocess.run(
        words([*under, *caller.mistakes, *arguments]), env=environment(caller, **more), cwd=WORK / "tmp",
        stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    output = done.stdout.decode()
    check(done.returncode == 0 and not done.stderr, done.returncode, output, done.stderr.decode(errors="replace"))
    return output.splitlines()


@case(*OTHERS)
def each_mistake_is_the_same_error_as_in_C(caller):
    wanted = mistakes(C)
    lacking = [line for line in wanted if line.split()[0] in caller.lacks]
    check(len(lacking) == len(caller.lacks), "what it lacks is none of the mistakes:", caller.lacks)
    wanted = [line for line in wanted if line not in lacking]
    for locale in ("C", "C.UTF-8"):
        made = mistakes(caller, LANG=locale)
        for line, told in zip(wanted, made):
            check(line == told, "C:", line, f"{caller}:", told)
        check(made == wanted, "other mistakes than C's:", *made)


@case(*(caller for caller in OTHERS if caller.has_own_http))
def the_programs_own_HTTP_is_carried_as_in_C(caller):
    wanted, made = mistakes(C, "own-http"), mistakes(caller, "own-http")
    check(len(wanted) > 10 and made == wanted, "C:", *wanted, f"{caller}:", *made)


@case(*(caller for caller in OTHERS if caller.sees_itself))
def has_every_function_and_constant_by_its_own_account(caller):
    """Each function with zeros and NULLs, which every one of them survives."""
    sys.path.insert(0, str(BINDINGS / "python"))
    import _liboauth

    library = ctypes.CDLL(str(LIBRARY))
    _liboauth.declare(library)
    constants = [value for name, value in vars(_liboauth).items() if name.startswith("OAUTH_")]
    answers = {
        name: getattr(library, name)(*(0 if type is _liboauth.INT else None for type in types))
        for name, types in _liboauth.FUNCTIONS.items()
    }
    wanted = [f"constants {len(constants)} {sum(constants)}"]
    wanted += [f"{name} {min(answer, 0)}" for name, answer in sorted(answers.items())]
    made = mistakes(caller, "all")
    check(made == wanted, *wanted, f"{caller}:", *made)


VALGRIND = [
    "valgrind", "--quiet", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite",
    "--errors-for-leak-kinds=definite", "--vgdb=no",
]  # fmt: skip


@case(*(caller for caller in OTHERS if caller.is_machine_code))
def mistakes_touch_no_memory_of_others_and_leave_none_behind(caller):
    for arguments in [(), ("own-http",)] if caller.has_own_http else [()]:
        plain = mistakes(caller, *arguments)
        check(mistakes(caller, *arguments, under=VALGRIND) == plain, plain)


# ---- what it costs ----


@case(*(caller for caller in CALLERS if caller.looks_up != "*"))
def looks_up_what_it_calls_and_nothing_else(caller):
    """Prototypes cost nothing: the dynamic linker is asked for no function that is not called."""
    folder = Path(tempfile.mkdtemp(dir=WORK))
    # An answer of the linker's own, for each process and each name.
    done = signin(caller, "no-such-profile", LD_DEBUG="symbols", LD_DEBUG_OUTPUT=str(folder / "asked"))
    check(done.status == 1, done)
    asked = set()
    for file in folder.iterdir():
        asked |= set(re.findall(r"symbol=(oauth_\w+);", file.read_text(errors="replace")))
    called = {"oauth_client_open", "oauth_error_text", "oauth_error_action", "oauth_client_close"}
    check("oauth_client_open" in asked and asked <= called | {caller.looks_up}, sorted(asked))


# ---- none is forgotten ----


@case()
def each_binding_with_a_program_is_run():
    there = {file.parent.name for file in BINDINGS.glob("*/signin.*")}
    check(there == {caller.folder for caller in OTHERS}, there, OTHERS)
    for folder in there:
        check((BINDINGS / folder / "README.md").exists(), f"bindings/{folder}/README.md is missing")


if __name__ == "__main__":
    sys.exit(main())
