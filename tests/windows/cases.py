"""The cases: what the zip has, how the DLL is loaded, sign-ins, files and rights, and the storms of tests/stress."""

import re
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import paper  # noqa: F401 - its cases are among the storms
import storms  # noqa: F401
import weather
from weather import CASES, Server, Storm, check, equal, job, no_error, put, refused
from wine import CC, HERE, POSIX_CC, ROOT, WINE, Windows

EXPORTS = re.findall(r"^oauth_\w+", (ROOT / "bindings/exports.txt").read_text(), re.MULTILINE)
HEADER = ROOT / "include"
# What every Windows 10 has; api-ms-win-... are names for parts of it.
OF_WINDOWS = {"advapi32", "bcrypt", "bcryptprimitives", "crypt32", "kernel32", "msvcrt", "ntdll", "userenv", "ws2_32"}

# Of the storms: those that look at no Unix process number, mode or signal. Of the sample, those of the second column.
STORMS = {
    "expired 8 8": True, "expired 1 64": False, "expired 8 1": False, "a first token without a person 8 8": False,
    "jobs that ask for different things": False, "again and again 8 8 40": False, "rejected": True, "rejected late": False,
    "forced 16 1": False, "forced 4 4": True, "own http 8": True, "early and refused": False, "killed": True, "users 3": False,
    "clients": False, "code of another process client_secret_basic": True, "code of another process caller": False,
    "several people": False, "forged state": False, "one code by all 6": True, "bare code": False, "forgotten": True,
    "revoked builtin": False, "generations": True, "database row": False, "sealed": True, "resealed in a storm": False,
    "status": False,
}  # fmt: skip

windows = None
built = None
OURS = []


def ours(function):
    """A case of this file."""
    OURS.append((function.__name__.replace("_", " "), function, False))
    return function


def run(work, folder, is_sample, words):
    global windows, built
    windows, built = Windows(work), folder
    try:
        windows.begin()
        weather.WORK = windows.files
        weather.ENVIRONMENT.update(windows.environment)
        compile_all()
        storms_here = [each for each in CASES if STORMS.get(each[0], False) or (each[0] in STORMS and not is_sample)]
        unknown = STORMS.keys() - {each[0] for each in CASES}
        check(not unknown, "no such storms:", *unknown)
        wanted = [each for each in OURS + storms_here if all(word in each[0] for word in words)]
        with ThreadPoolExecutor(2) as pool:
            problems = list(pool.map(attempt, wanted))
    except weather.Failure as failure:
        print(f"FAILED {failure}")
        problems = [True]
    finally:
        windows.end()
    failed = sum(problems)
    print(f"{len(problems) - failed} passed, {failed} failed")
    return 1 if failed or not problems else 0


def attempt(case):
    """Now and then, on a busy machine, Wine ends a process before its program begins: that is said, and the case begins anew,
    once."""
    name, function, _ = case

    def begun():
        try:
            return function()
        except weather.NotBegun as what:
            print(f"{name}: {what}. Once more", flush=True)
            return function()

    return weather.attempt((name, begun, False))


def compile_all():
    for name in ("oauth.dll", "header.exe"):
        shutil.copy(built / "bin" / name, windows.files / name)
    dll = windows.files / "oauth.dll"
    link = [f"-I{built / 'include'}", f"-L{built / 'lib'}", "-loauth"]
    make(*CC, "-shared", HERE / "random.c", "-o", windows.files / "bcryptprimitives.dll", "-ladvapi32")
    make(*CC, "-std=c99", HERE / "load.c", "-o", windows.files / "load.exe")
    make(*CC, "-std=c99", HERE / "rights.c", "-o", windows.files / "rights.exe", "-ladvapi32")
    make(*CC, "-std=c99", HERE / "hold.c", "-o", windows.files / "hold.exe")
    make(*CC, "-std=c99", HERE / "redirect.c", "-o", windows.files / "redirect.exe", *link)
    for name in ("job", "swaps"):
        posix = ["-std=gnu99", f"-I{HERE / 'posix'}", ROOT / f"tests/stress/{name}.c", "-static", "-pthread", *link, "-lws2_32"]
        make(*POSIX_CC, *posix, "-o", windows.files / f"{name}.exe")
        # The storms call it by that name, with the profile's path as this machine has it.
        path = windows.files / name
        begins = f"profile=S:${{1#{windows.files}}}\nshift\nexec {WINE} {windows.files}/{name}.exe"
        path.write_text(f'#!/bin/sh\n{begins} "$profile" "$@"\n')
        path.chmod(0o700)
    check(dll.exists(), "no DLL")


def make(*command):
    done = weather.execute(*command)
    check(done.returncode == 0 and not done.stdout, " ".join(map(str, command)), done.stdout)


of_unix = Server.profile


def profile_with_a_windows_path(server, **settings):
    return of_unix(server, **{"store": f"file:{windows.path(server.store)}", **settings})


Server.profile = profile_with_a_windows_path


def says(program, *words, status=0, **more):
    done = windows.run(program, *words, **more)
    check(done.returncode == status, f"{program} ends with {done.returncode}: {done.stdout}")
    return done.stdout.rstrip("\n")


# ---- what is shipped ----


def dumped():
    return weather.execute("x86_64-w64-mingw32-objdump", "-p", built / "bin/oauth.dll").stdout


@ours
def exports_are_the_listed_names_and_undecorated():
    _, _, table = dumped().partition("[Ordinal/Name Pointer] Table")
    names = re.findall(r"^\s*\[ *\d+\].* (\S+)$", table, re.MULTILINE)
    equal("exports", sorted(EXPORTS), sorted(names))


@ours
def only_libraries_of_windows_are_beneath_it():
    beneath = {name.lower().removesuffix(".dll") for name in re.findall(r"DLL Name: (\S+)", dumped())}
    check(beneath, "none was found")
    foreign = {name for name in beneath if not name.startswith("api-ms-win-")} - OF_WINDOWS
    check(not foreign, "these are not Windows':", foreign)


@ours
def no_path_of_this_machine_is_in_it():
    if not list(built.glob("*.zip")):
        return "no release: not looked at"
    octets = (built / "bin/oauth.dll").read_bytes()
    for path in (str(ROOT), "/root/", "/home/", "/usr/src"):
        check(path.encode() not in octets, "it has", path)


@ours
def a_program_links_with_the_library_for_MSVC():
    """By the linker that is here; MSVC's own has not seen it."""
    program = windows.files / "by_lib.exe"
    make(*CC, "-std=c99", f"-I{built / 'include'}", HERE / "redirect.c", "-o", program, built / "lib/oauth.lib")
    beneath = weather.execute("x86_64-w64-mingw32-objdump", "-p", program).stdout
    check("DLL Name: oauth.dll" in beneath, beneath)
    with Server() as server:
        equal("stopped", str(weather.NUMBERS["ERROR_CANCELLED"]), says("by_lib.exe", windows.path(loopback(server)), "stop"))


# ---- loading ----


@ours
def it_is_loaded_again_and_again_and_calls_leave_no_trace():
    """Each function is found; once called it stays; again and again, and no handle is left; GetLastError and errno are kept."""
    says("load.exe", "S:\\oauth.dll", *EXPORTS)


# ---- signing in ----


def loopback(server, **more):
    return server.profile(redirect_uri="http://127.0.0.1:0/callback", **more)


@ours
def a_sign_in_by_another_path_of_the_same_profile():
    """With forward strokes and back ones, of any case; the token is the store's."""
    with Server() as server:
        profile = server.profile()
        server.signed_in(profile)
        path = windows.path(profile)
        for written in (path, path.replace("\\", "/"), path.upper(), f"{path}#storm", "\\\\?\\" + path):
            line = says("header.exe", written)
            check(line.startswith("Authorization: Bearer "), written, line)
        equal("who the API sees", "alice", server.api(line)["user"])


@ours
def a_browser_comes_back_by_itself():
    with Server() as server:
        process = start("redirect.exe", windows.path(loopback(server)))
        url = process.stdout.readline().strip()
        check(url.startswith("http"), url, process.stdout.read() if not url.startswith("http") else "")
        back = server.browser(url)
        weather.urllib.request.urlopen(back, timeout=weather.PATIENCE).read()
        line = process.stdout.readline().strip()
        equal("status", 0, process.wait())
        equal("who the API sees", "alice", server.api(line)["user"])


@ours
def another_thread_ends_the_waiting():
    with Server() as server:
        equal("stopped", str(weather.NUMBERS["ERROR_CANCELLED"]), says("redirect.exe", windows.path(loopback(server)), "stop"))


def start(program, *words):
    command = [WINE, windows.files / program, *words]
    return subprocess.Popen([str(word) for word in command], env=windows.environment, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip


@ours
def https_with_a_file_of_certificates_and_without():
    authority = windows.files / "ca.pem"
    process = subprocess.Popen([weather.SERVER, "serve", "--port", "0", "--https", "--ca-out", authority], stdout=subprocess.PIPE, text=True)
    try:
        ready = [process.stdout.readline() for _ in range(2)]
        url = ready[1].split()[1]
        settings = f"""[tls]
            token_endpoint = "{url}/strict/token"
            client_id = "demo"
            client_secret = "demo-secret"
            grant_type = "client_credentials"
            scope = "read"
        """
        good, bad = windows.files / "good.toml", windows.files / "bad.toml"
        good.write_text(settings + f"ca_file = 'S:\\{authority.name}'\n")
        bad.write_text(settings)
        for profile in (good, bad):
            profile.chmod(0o600)
        check(says("header.exe", "S:\\good.toml").startswith("Authorization: Bearer "))
        # Wine's own store trusts other authorities, or none.
        refusal = says("header.exe", "S:\\bad.toml", status=78)
        check("ca_file" in refusal, refusal)
    finally:
        process.kill()
        process.wait()


@ours
def the_header_for_programs_that_cannot_load_the_library():
    """header.exe prints a line and nothing else, and its status says what to do."""
    with Server() as server:
        profile = server.profile()
        path = windows.path(profile)
        check("sign in" in says("header.exe", path, status=77))
        server.signed_in(profile)
        equal("lines", 1, len(says("header.exe", path).splitlines()))
        check("does not exist" in says("header.exe", "S:\\none.toml", status=78))
        says("header.exe", status=64)


@ours
def the_header_of_a_profile_with_any_name():
    """Of the names no ANSI code page has all letters; header.exe hands them on as UTF-8."""
    with Server() as server:
        profile = server.profile()
        server.signed_in(profile)
        for name in ("Büro.toml", "Šumava Łódź.toml", "東京.toml", "🔑.toml"):
            named = profile.with_name(name)
            check(name in says("header.exe", windows.path(named), status=78), "the name is not in the error")
            shutil.copy(profile, named)
            line = says("header.exe", windows.path(named))
            check(line.startswith("Authorization: Bearer "), name, line)


# ---- files ----


@ours
def stores_by_path():
    """Drive letters, both strokes, any case; devices, streams and other hosts' folders are refused."""
    with Server() as server:
        profile = server.profile()
        server.signed_in(profile)
        place = windows.path(server.store)
        for written in (place, place.replace("\\", "/"), place + "\\", place + "/", place.upper(), f"\\\\?\\{place}"):
            (_, header) = no_error(job(profile, put("STORE", f"file:{written}"), "header"))
            check(header.text.startswith("Authorization"), written)
        for number, written in enumerate(("NUL", "CON", "\\\\.\\S:\\x", "S:\\a:b", f"{place}:stream", "~\\tokens")):
            (answer,) = job(profile, put("STORE", f"file:{written}"))
            refused("VALUE", answer)
        (_, answer) = job(profile, put("STORE", f"file:{windows.path(profile)}"), "header")
        refused("STORE", answer)
        check("it is a file" in answer.text, answer)
        (_, answer) = job(profile, put("STORE", "file:S:\\not\\there"), "url")
        refused("STORE", answer)


@ours
def what_is_made_is_its_owners_alone():
    with Server() as server:
        profile = server.profile()
        server.signed_in(profile)
        made = [server.store, *server.store.iterdir()]
        check(len(made) >= 4, made)
        for path in made:
            rights = says("rights.exe", windows.path(path))
            others = [entry for entry in re.findall(r"\(([^)]*)\)", rights) if entry.split(";")[5] in ("WD", "BU", "AU", "BG", "AN")]
            check(rights.startswith("O:S-1-5-21-") and "D:" in rights and not others, path, rights)


@ours
def what_others_may_read_or_write_is_refused():
    """By an access list that is set by Windows' own calls; Wine keeps of it what a mode says."""
    with Server() as server:
        profile = server.profile()
        server.signed_in(profile)
        (record,) = server.store.glob("*.json")
        (lock,) = server.store.glob("*.lock")
        ours_alone = "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)"
        rows = [
            (record, "(A;;FR;;;WD)", "header", "STORE_UNSAFE", "other users can read the record"),
            (lock, "(A;;FR;;;WD)", "refresh", "STORE_UNSAFE", "other users can read the record"),
            (server.store, "(A;;FA;;;WD)", "header", "STORE_UNSAFE", "other users can write to the folder"),
        ]
        for path, more, word, name, words in rows:
            mode = path.stat().st_mode & 0o777
            says("rights.exe", windows.path(path), ours_alone + more)
            (answer,) = job(profile, word)
            refused(name, answer)
            check(words in answer.text and "icacls" in answer.text, answer)
            path.chmod(mode)
        no_error(job(profile, "header"))
        says("rights.exe", windows.path(profile), ours_alone + "(A;;FA;;;WD)")
        check("others can write to the profile file" in says("header.exe", windows.path(profile), status=78))


@ours
def keys_that_others_may_read_are_refused():
    with Server() as server:
        key = server.folder / "key"
        key.write_text("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
        key.chmod(0o600)
        profile = server.profile(store_key=f"file:{windows.path(key)}")
        server.signed_in(profile)
        (record,) = server.store.glob("*.json")
        check("refresh_token" not in record.read_text(), "it is not sealed")
        key.chmod(0o644)
        (answer,) = job(profile, "header")
        check(answer.number < 0 and "other users can read the key's file" in answer.text, answer)


@ours
def a_lock_that_is_held_names_who_has_it():
    """And can be read meanwhile: no byte of its text is locked."""
    with Server() as server:
        profile = server.profile(timeout=300)
        old = server.expired(profile)
        server.control(late=200_000)
        holder = Storm(1, weather.WORK / "job", profile, *storms.READY).begin()
        storms.wait_for_request(server)
        (lock,) = server.store.glob("*.lock")
        number = re.search(r'"process":(\d+)', lock.read_text()).group(1)
        (answer,) = job(server.profile(lock_timeout=1), "header")
        refused("LOCK", answer)
        check(f"process {number}" in answer.text, answer)
        server.control(let_go=1)
        server.api(storms.one_new_token(holder.answers(), old))
        server.requests(1)


@ours
def a_killed_job_leaves_no_lock():
    with Server() as server:
        profile = server.profile()
        server.expired(profile)
        server.control(status=503, late=200_000)
        first = Storm(1, weather.WORK / "job", profile, *storms.READY).begin()
        storms.wait_for_request(server)
        first.kill()
        first.processes[0].wait()
        first.timer.cancel()
        began = time.monotonic()
        (answer,) = no_error(job(profile, "header"))
        server.api(answer.text)
        check(time.monotonic() - began < 60, "it has waited")
        equal("refreshes", 1, server.counts()["refreshes"])


@ours
def a_removed_record_is_gone_though_somebody_has_it_open():
    """Whoever removes it waits until nobody has: the next job finds none, and does not tell the server again."""
    with Server() as server:
        profile = server.profile(revocation_endpoint="/revoke")
        server.signed_in(profile)
        (record,) = server.store.glob("*.json")
        holder = Storm(1, WINE, windows.files / "hold.exe", windows.path(record))
        jobs = Storm(2, weather.WORK / "job", profile, "gate", "revoke").begin()
        storms.wait_for_request(server, "revocations", 2)
        time.sleep(1)  # the second job has its turn, if the first does not wait
        holder.begin()
        no_error(jobs.answers())
        equal("revocation requests at the server", 2, server.counts()["revocations"])
        holder.answers()
