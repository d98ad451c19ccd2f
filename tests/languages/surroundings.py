"""What is around the examples: memory, the demonstration, the index, and RPG, which cannot run here."""

import re
import subprocess
import sys
import textwrap

from bench import (
    BIN, ENVIRONMENT, EXAMPLES, LIB, ROOT, SERVER, WORK,
    Profile, Program, allow, case, check, code_alone, contains, deny, execute, run, server,
)  # fmt: skip
from mirror import Escape, Rpg, same_calls
from programs import C, C_CURL, COBOL
from rpg import check_display, check_programs

# ---- memory ----

VALGRIND = [
    "valgrind", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect,possible",
    "--track-fds=yes", "--vgdb=no",
]  # fmt: skip


def clean(program, profile, api, person, status):
    done = run(program.under(*VALGRIND), profile, api, person)
    check(done.status == status, done)
    for kind in ("definitely", "indirectly", "possibly"):
        contains(done.errors, f"{kind} lost: 0 bytes in 0 blocks")
    contains(done.errors, "ERROR SUMMARY: 0 errors")
    opened = re.findall(r"Open (?:file descriptor|AF_\w+ socket) (\d+):(?!.*\n.*inherited from parent)", done.errors)
    check(not [number for number in opened if int(number) > 2], "left open:", done)


@case(C, C_CURL, COBOL)
def valgrind_finds_nothing(program):
    with server() as s:
        clean(program, Profile(s.url), s.api("strict"), allow, 0)


@case(C, C_CURL, COBOL)
def valgrind_finds_nothing_after_a_refusal(program):
    with server() as s:
        clean(program, Profile(s.url, "stamps", client_secret="wrong-secret"), s.api("stamps"), allow, 1)


# ---- the demonstration, the index, and RPG ----


@case()
def the_demonstration_ends_well_and_leaves_nothing():
    folder = WORK / "demo"
    folder.mkdir(mode=0o700)
    done = execute(
        ["sh", EXAMPLES / "demo"],
        env={**ENVIRONMENT, "LIBOAUTH_DIR": str(LIB), "PRACTICE_SERVER": str(SERVER), "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
    )
    check(done.returncode == 0, done.stdout)
    check(done.stdout.count("The API answers: ") == 4 and done.stdout.count("Signed in.") == 1, done.stdout)
    left = [path.name for path in folder.iterdir()]
    check(not left, "left behind:", left)


@case()
def what_the_index_says_works_as_it_stands():
    """As if liboauth were installed: the compilers find header and library by themselves."""
    text = (EXAMPLES / "README.md").read_text()
    commands = re.findall(r"^    ((?:cc|cobc) .*)$", text, re.MULTILINE)
    check(len(commands) >= 3, "too few commands in examples/README.md:", commands)
    found = {"CPATH": str(ROOT / "include"), "LIBRARY_PATH": str(LIB)}
    for command in commands:
        elsewhere = command.replace("-o ", f"-o {BIN}/by-hand-")
        check(elsewhere != command, "no -o in:", command)
        done = execute(["sh", "-c", elsewhere], cwd=EXAMPLES, env={**ENVIRONMENT, **found})
        check(done.returncode == 0 and not done.stdout, command, done.stdout)
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.MULTILINE)
    (profile_text,) = [textwrap.dedent(block) for block in blocks if "[demo]" in block]
    (output,) = [textwrap.dedent(block) for block in blocks if "Signed in." in block]
    with server() as s:
        profile = Profile(s.url)
        profile.file.write_text(profile_text.replace("http://127.0.0.1:8765", s.url))
        done = run(Program("C", [BIN / "by-hand-signin"]), profile, s.api("strict"), allow)
        check(done.status == 0, done)
        for line in output.splitlines():
            check(line.startswith("http") or line in done.output.splitlines(), "not shown:", line, done)


@case()
def RPG_passes_the_checker():
    programs = [path for path in sorted((EXAMPLES / "rpg").iterdir()) if path.suffix != ".md"]
    members = sorted((ROOT / "bindings/rpg").glob("*.rpgleinc"))
    done = execute([sys.executable, ROOT / "bindings/rpg/check.py", ROOT / "include/liboauth.h", *members, *programs])
    check(done.returncode == 0, done.stdout)


@case()
def RPG_uses_HTTPAPI_as_it_is_declared():
    check_programs(EXAMPLES / "rpg", ROOT / "bindings/rpg")


@case()
def RPG_and_its_mirror_call_the_same():
    same_calls(EXAMPLES / "rpg")


def rpg(server_, screen=allow, **settings):
    """The RPG programs' mirror with a profile for Stamps.com."""
    profile = Profile(server_.url, "stamps", http="caller", **settings)
    return Rpg(profile.argument, server_.api("stamps"), screen), profile


@case()
def the_mirror_of_RPG_signs_in_and_calls():
    with server() as s:
        programs, profile = rpg(s)
        check(programs.signin() == [], "the screen showed a message")
        contains(programs.apicall(), '"refreshed":0')
        s.control(revoke="access")
        contains(programs.apicall(), '"refreshed":1')
        profile.expire(10)
        contains(programs.apicall(), '"refreshed":2')
        check(s.counts("stamps")["refreshes"] == 2, s.counts("stamps"))


@case()
def the_mirror_of_RPG_shows_the_short_address_of_a_pushed_request():
    with server() as s:
        profile = Profile(s.url, http="caller", par="yes", par_endpoint="/par")
        shown = []

        def screen(url):
            shown.append(url)
            return allow(url)

        programs = Rpg(profile.argument, s.api("strict"), screen)
        check(programs.signin() == [], "the screen showed a message")
        check("&request_uri=urn" in shown[0] and len(shown[0]) < 200, shown)
        contains(programs.apicall(), '"refreshed":0')


@case()
def the_mirror_of_RPG_takes_the_answer_on_another_day():
    with server() as s:
        redirects = []
        programs, _ = rpg(s, lambda url: redirects.append(allow(url)))
        check(programs.signin() == [] and len(redirects) == 1, "F3")
        programs.screen = lambda url: redirects[0]
        check(programs.signin() == [], "the screen showed a message")
        contains(programs.apicall(), '"refreshed":0')


@case()
def the_mirror_of_RPG_says_what_goes_wrong():
    with server() as s:
        answers = [lambda url: "nonsense here", deny, code_alone]
        programs, profile = rpg(s, lambda url: answers.pop(0)(url))
        shown = programs.signin()
        check(len(shown) == 2 and "no authorization code" in shown[0] and "access_denied" in shown[1], shown)
        s.control(status=503)
        profile.expire(10)
        escapes(programs, "No access token: the server cannot serve now (status 503)", "(Try again later.)")
        s.control(revoke="all")
        for _ in range(2):  # the second time the store says it
            escapes(programs, "Somebody has to CALL SIGNIN: sign in again", "(Sign in again.)")
    with server() as s:
        programs, profile = rpg(s, allow)
        check(programs.signin() == [], "the screen showed a message")
        profile.expire(10)
        s.stop()
        escapes(programs, "No access token: ", "(Try again later.)")
    with server() as s:
        answers = [allow, lambda url: None]
        programs, _ = rpg(s, lambda url: answers.pop(0)(url), client_secret="wrong-secret")
        shown = programs.signin()
        check(len(shown) == 1 and shown[0], shown)


def escapes(programs, *words):
    try:
        answer = programs.apicall()
    except Escape as message:
        for word in words:
            contains(str(message), word)
    else:
        check(False, "no message, but", answer)


@case()
def the_mirror_of_RPG_as_a_web_page():
    with server() as s:
        programs, profile = rpg(s, redirect_uri="http://127.0.0.1/callback")

        def get(path, who="CAROL", status="200", **more):
            answer = programs.signincgi(path, who=who, **more)
            check(answer.startswith(f"Status: {status} "), path, who, answer, programs.job_log)
            for secret in profile.secrets():
                check(secret not in answer + "".join(programs.job_log), "a secret is shown:", answer)
            return answer

        def comes_back(who):
            """What the browser brings, cookie and all."""
            answer = get("/signin", who, "302")
            address = re.search(r"^Location: (.*)$", answer, re.MULTILINE)[1]
            cookie = re.search(r"^Set-Cookie: (__Host-[^;]*); Path=/; Secure; HttpOnly; SameSite=Lax;", answer, re.MULTILINE)
            return {"query": allow(address).partition("?")[2], "cookie": "theme=dark; " + cookie[1]}

        get("/api", status="403")
        carols, daves = comes_back("CAROL"), comes_back("DAVE")
        get("/callback", "CAROL", "403", **daves)
        get("/callback", "CAROL", "403", **{**carols, "query": re.sub("&?state=[^&]*", "", carols["query"])})
        # Another browser of the same person's, which a stranger's link has brought there.
        for cookie in ("", daves["cookie"], carols["cookie"].replace("__Host-", ""), "x" + carols["cookie"][12:]):
            get("/callback", "CAROL", "403", **{**carols, "cookie": cookie})
        check(s.counts("stamps")["token_requests"] == 0, "the code was sent")
        contains(get("/callback", "DAVE", **daves), "DAVE")
        get("/callback", "DAVE", "403", **daves)
        contains(get("/callback", "CAROL", **carols), "CAROL")
        for who in ("CAROL", "DAVE"):
            contains(get("/api", who), "&quot;refreshed&quot;:0")
        s.control(revoke="access")
        contains(get("/api", "DAVE"), "&quot;refreshed&quot;:1")
        for who, status, more in (("", "403", {}), ("CAROL", "405", {"method": "POST"})):
            get("/signin", who, status, **more)
        get("/else", status="404")


@case()
def the_screen_keeps_to_its_columns():
    check_display(EXAMPLES / "rpg/SIGNIND.dspf", EXAMPLES / "rpg/SIGNIN.rpgle")
