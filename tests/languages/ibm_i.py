"""RPG, CL and DDS of the examples. None of IBM's compilers is at hand: a checker reads them, and their calls run in Python."""

import json
import re
import sys
import time
import urllib.parse
import urllib.request

from bench import EXAMPLES, ROOT, Profile, allow, case, check, code_alone, contains, deny, execute, server
from mirror import Escape, same_calls
from mirror_more import ENTER, F3, F6, More


@case()
def RPG_passes_the_checker():
    programs = [path for path in sorted((EXAMPLES / "rpg").iterdir()) if path.suffix not in (".md", "")]
    members = sorted((ROOT / "bindings/rpg").glob("*.rpgleinc"))
    done = execute([sys.executable, ROOT / "bindings/rpg/check.py", ROOT / "include/liboauth.h", *members, *programs])
    check(done.returncode == 0, done.stdout)


@case()
def RPG_calls_each_of_its_procedures():
    sources = [path.read_text() for path in (EXAMPLES / "rpg").iterdir() if "rpgle" in path.suffix]
    code = re.sub(r"//.*", "", "".join(sources)).lower()
    for name in re.findall(r"dcl-proc (\w+);", code):
        check(re.search(rf"(?<!dcl-proc )\b{name}\(", code), f"{name} is never called")


@case()
def RPG_and_its_mirror_call_the_same():
    same_calls(EXAMPLES / "rpg", More)


def rpg(server_, screen=allow, **settings):
    """The RPG programs' mirror with a profile for Stamps.com."""
    profile = Profile(server_.url, "stamps", http="caller", **settings)
    return More(profile.argument, server_.api("stamps"), screen), profile


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

        programs = More(profile.argument, s.api("strict"), screen)
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
        contains(programs.job_log[-1], "refused")
    with server() as s:
        answers = [allow, lambda url: None]
        programs, _ = rpg(s, lambda url: answers.pop(0)(url), client_secret="wrong-secret")
        shown = programs.signin()
        check(len(shown) == 1 and shown[0], shown)


@case()
def the_mirror_of_RPG_takes_an_address_that_spans_lines():
    """As emulators paste it: a new line where they like, and blanks to the end of the one before."""
    with server() as s:

        def pasted(url):
            redirect = allow(url)
            cut = redirect.index("state=") + 9
            return redirect[:cut].ljust(76 * (1 + cut // 76)) + redirect[cut:]

        answers = [pasted, lambda url: None]
        programs, _ = rpg(s, lambda url: answers.pop(0)(url))
        check(programs.signin() == [] and len(answers) == 1, "the screen showed a message")
        contains(programs.apicall(), '"refreshed":0')


@case("apicall", "apicallf", "apicalli", "apicalls")
def the_mirror_of_RPG_calls_with(program):
    with server() as s:
        programs, profile = rpg(s)
        call = getattr(programs, program)
        escapes(programs, "sign in", "(Sign in again.)", call=program)
        check(programs.action == "S", programs.action)
        check(programs.signin() == [], "the screen showed a message")
        contains(call(), '"refreshed":0')
        check(programs.action == " ", programs.action)
        s.control(revoke="access")
        contains(call(), '"refreshed":1')
        profile.expire(10)
        contains(call(), '"refreshed":2')
        check(s.counts("stamps")["refreshes"] == 2, s.counts("stamps"))
        profile.expire(10)
        s.control(status=503)
        escapes(programs, "No access token: the server cannot serve now (status 503)", "(Try again later.)", call=program)
        check(programs.action == "R", programs.action)
        s.stop()
        escapes(programs, "No access token: ", "(Try again later.)", call=program)
        check(programs.action == "R", programs.action)
        programs.profile = str(profile.folder / "none.toml")
        escapes(programs, "The profile cannot be used: ", "(Mend the configuration", call=program)
        check(programs.action == "F", programs.action)


@case()
def the_mirror_of_RPG_with_SQL_says_why_no_answer_came():
    with server() as s:
        programs, profile = rpg(s)
        check(programs.signin() == [], "the screen showed a message")
        s.stop()
        escapes(programs, "The API answers 0: ", "refused", call="apicalls")
        check(programs.action == "R", programs.action)
        profile.expire(10)
        escapes(programs, "No access token: ", "(Try again later.)", call="apicalls")
        contains(programs.job_log[-1], "refused")


def at_a_telephone(programs, decision, keys):
    """A person at SIGNDEV's screen: presses these, does `decision` elsewhere, and presses Enter as often as it is asked for."""

    def press(page, code):
        if keys:
            return keys.pop(0)
        waits = re.search(r"Press Enter again in (\d+) seconds", programs.message)
        if waits:
            time.sleep(int(waits[1]))
        if not programs.decided:
            form = {"user_code": code, "user": "alice", "password": "secret", "decision": decision}
            urllib.request.urlopen(page, urllib.parse.urlencode(form).encode()).close()
            programs.decided = True
        return ENTER

    programs.decided = False
    return press


@case()
def the_mirror_of_RPG_signs_in_with_a_telephone():
    with server() as s:
        profile = Profile(s.url, http="caller", device_endpoint=f"{s.url}/strict/device_authorization")
        programs = More(profile.argument, s.api("strict"))
        programs.keys = lambda page, code: F3
        check(not programs.signdev() and len(programs.screens) == 1, programs.screens)
        url, code, until, message = programs.screens[0]
        check(url.startswith(s.url) and code and until.endswith("Z") and not message, programs.screens)
        # Called again, it goes on with the code that it has: Enter too early, and the QR code between.
        programs.keys = at_a_telephone(programs, "allow", [ENTER, F6])
        check(programs.signdev() and programs.screens[0][:2] == (url, code), programs.screens)
        contains(programs.screens[1][-1], "Nobody has agreed yet. Press Enter again in ")
        check(programs.printed and {*"".join(programs.printed)} == {"#", " "}, "it has room on paper:", programs.printed)
        contains(programs.apicall(), '"refreshed":0')
        programs.keys = None
        check(programs.signdev(), "who has signed in is not asked again")


@case()
def the_mirror_of_RPG_is_told_of_a_no():
    with server() as s:
        profile = Profile(s.url, http="caller", device_endpoint=f"{s.url}/strict/device_authorization")
        programs = More(profile.argument, s.api("strict"))
        programs.keys = at_a_telephone(programs, "deny", [])
        escapes(programs, "Not signed in: access_denied", call="signdev")


@case()
def a_short_address_is_drawn_on_27_lines_of_132_columns():
    with server() as s:
        profile = Profile(s.url, http="caller", device_endpoint=f"{s.url}/strict/device_authorization")
        programs = More(profile.argument, s.api("strict"))
        send = programs.http.http_req

        def send_and_shorten(*request):
            rc = send(*request)
            if "verification_uri" in programs.http.answer:
                answer = json.loads(programs.http.answer)
                del answer["verification_uri_complete"]
                programs.http.answer = json.dumps({**answer, "verification_uri": "https://as.example/d"})
            return rc

        programs.http.http_req = send_and_shorten
        keys = [F6, F3]
        programs.keys = lambda page, code: keys.pop(0)
        programs.signdev()
        (screen,) = programs.screens[1]
        rows = [screen[start : start + 80].rstrip() for start in range(0, 27 * 132, 132)]
        check(len(screen) == 3563 and all(rows[2:25]) and not programs.printed, "\n".join(rows))
        # A screen of 24 lines: on paper, black on white.
        programs.has_27_lines = False
        keys[:] = [F6, F3]
        programs.signdev()
        check([len(screen) for screen in programs.screens] == [4, 4] and len(programs.printed) > 20, programs.screens)
        check(programs.screens[1][-1] == "The QR code is printed: see WRKSPLF.", programs.screens)


def escapes(programs, *words, call="apicall"):
    try:
        answer = getattr(programs, call)()
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
