"""The bridge for IBM i, run on Linux: compiled with EBCDIC literals over a strict stand-in for QP2USER and QTQICONV.

    tests/bridge/run.py [WORD...]     only what has all of these words in its name

LIBOAUTH_SO      the library              (build/lib/liboauth.so)
PRACTICE_SERVER  the practice server      (target/debug/practice-server)

The last line counts: the cases of driver.c in each CCSID, the ways to compile, and the mutants of the bridge that the
cases catch.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from functions import functions, shapes, table
from mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/bridge"
BRIDGE = ROOT / "bindings/ibmi"
LIBRARY = Path(os.environ.get("LIBOAUTH_SO") or ROOT / "build/lib/liboauth.so").resolve()
SERVER = Path(os.environ.get("PRACTICE_SERVER") or ROOT / "target/debug/practice-server").resolve()
WORK = Path(tempfile.mkdtemp(prefix="bridge-"))
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "HOME": "/home/nobody",
    "LIBOAUTH_SO": str(LIBRARY),
    "PRACTICE_SERVER": str(SERVER),
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=0",
}
PATIENCE = 600

STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]
SANITIZED = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
# ILE C's char has no sign; its malloc and free are watched.
ILE = ["-std=c99", *STRICT, "-funsigned-char", "-Dmalloc=ile_malloc", "-Dfree=ile_free"]
MEMBERS = ["OAUTHX.c", "OAUTHCORE.c", "OAUTHTEXT.c", "OAUTHPASE.c", "OAUTHFAIL.c"]

passed = failed = 0


def count(name, problem):
    global passed, failed
    passed += not problem
    failed += bool(problem)
    if problem:
        print(f"FAILED {name}\n    " + problem.strip().replace("\n", "\n    "), flush=True)


def execute(*command, **more):
    done = subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        env=ENVIRONMENT, timeout=PATIENCE, **more,
    )  # fmt: skip
    return done.returncode, done.stdout


def compiled(source, target, *flags):
    """Why a file does not compile without a word; empty where it does."""
    status, said = execute("gcc", *flags, "-c", source, "-o", target)
    return said if status or said else ""


def bridge_flags(charset, folder=BRIDGE):
    return [f"-fexec-charset={charset}", f"-I{HERE / 'standin'}", f"-I{folder}"]


def build_driver():
    """The parts that are no mutant's."""
    (WORK / "functions.h").write_text(table((ROOT / "include/liboauth.h").read_text()))
    ours = ["-std=gnu99", "-Wall", "-Wextra", "-Wno-format-truncation", "-Werror", *SANITIZED]
    problems = compiled(HERE / "standin/standin.c", WORK / "standin.o", *ours)
    problems += compiled(HERE / "driver.c", WORK / "driver.o", *ours, f"-I{WORK}", f"-I{HERE}", f"-I{ROOT / 'include'}")
    return problems


def build_bridge(name, charset, folder=BRIDGE, members=MEMBERS):
    """A driver over the bridge of that folder, of which the other members are as they were for `driver`."""
    objects = [WORK / f"driver-{member}.o" for member in MEMBERS if member not in members]
    for member in members:
        objects.append(WORK / f"{name}-{member}.o")
        problem = compiled(folder / member, objects[-1], *ILE, *SANITIZED, *bridge_flags(charset, folder))
        if problem:
            return None, problem
    program = WORK / name
    status, said = execute(
        "gcc", *SANITIZED, "-o", program, WORK / "driver.o", WORK / "standin.o", *objects, "-pthread", "-ldl"
    )
    return program, said if status else ""


# ---- what is compiled ----


def compiles():
    """As C99 and C89, in each charset that literals may have, and nothing but documented names is needed."""
    for charset in ("IBM037", "IBM1047", "IBM273", "IBM500", "IBM1140"):
        for standard in ("c99", "c89"):
            flags = [f"-std={standard}", "-O2", *STRICT, *bridge_flags(charset)]
            flags += ["-Wno-long-long"] if standard == "c89" else []  # IBM's own types are of them
            problems = "".join(compiled(BRIDGE / member, WORK / "member.o", *flags) for member in MEMBERS)
            count(f"{standard} with literals in {charset}", problems)
    count("as on IBM i", what_only_ile_c_compiles())
    count("fields of IBM under other names", fields_by_their_places())
    count("names of IBM", names_of_ibm())
    count("lines and names that source members can have", fit_members())
    count("literals", literals_are_the_same_in_each_charset())
    count("generator, header and bridge", agree())
    count("build.sh and OAUTHBLD", scripts())


def what_only_ile_c_compiles():
    """What stands there for __OS400__ is C, too, as far as its pragmas can be left out."""
    (WORK / "ile").mkdir()
    (WORK / "ile/except.h").write_text("#define _C2_MH_ESCAPE 1\n#define _CTLA_HANDLE 1\n")
    flags = ["-std=c99", *STRICT, "-Wno-unknown-pragmas", "-Wno-unused-label", "-D__OS400__", f"-I{WORK / 'ile'}"]
    return "".join(compiled(BRIDGE / member, WORK / "member.o", *flags, *bridge_flags("IBM037")) for member in MEMBERS)


def fields_by_their_places():
    """IBM's page has words for the fields of QtqCode_T, and each header its own names: only their places are given."""
    (WORK / "renamed").mkdir()
    header = (HERE / "standin/qtqiconv.h").read_text()
    fields = re.search(r"typedef struct \{([^}]*)\} QtqCode_T;", header)[1]
    names = re.findall(r"\w+(?=[,;\[])", fields)
    renamed = re.sub(r"\b(" + "|".join(names) + r")\b", r"\1_there", fields)
    (WORK / "renamed/qtqiconv.h").write_text(header.replace(fields, renamed))
    flags = ["-std=c99", *STRICT, f"-I{WORK / 'renamed'}", *bridge_flags("IBM037")]
    return "".join(compiled(BRIDGE / member, WORK / "member.o", *flags) for member in MEMBERS)


def names_of_ibm():
    """The bridge calls these of IBM's, and the C library's, and nothing else."""
    ibm = {
        "Qp2RunPase", "Qp2dlopen", "Qp2dlsym", "Qp2CallPase2", "Qp2malloc", "Qp2free", "Qp2ptrsize", "Qp2jobCCSID",
        "QtqIconvOpen", "ile_iconv", "ile_iconv_close",
    }  # fmt: skip
    standard = {
        "memcpy", "memmove", "memset", "memchr", "memcmp", "strlen", "strcpy", "malloc", "free", "getenv", "pthread_once",
        "pthread_key_create", "pthread_getspecific", "pthread_setspecific", "pthread_mutex_lock", "pthread_mutex_unlock",
        "pthread_setcancelstate",
        "_GLOBAL_OFFSET_TABLE_",
    }  # fmt: skip
    undefined, defined = set(), set()
    for member in MEMBERS:
        target = WORK / "names.o"
        problem = compiled(BRIDGE / member, target, "-std=c99", "-O0", *bridge_flags("IBM037"))
        if problem:
            return problem
        for line in execute("nm", target)[1].splitlines():
            kind, name = line.split()[-2:]
            (undefined if kind == "U" else defined).add(name)
    more = undefined - defined - ibm - standard
    return f"the bridge needs {sorted(more)}" if more else ""


def fit_members():
    for file in sorted(BRIDGE.iterdir()):
        if file.suffix == ".md":
            continue
        if file.suffix != ".sh" and not re.fullmatch(r"[A-Z][A-Z0-9]{0,9}", file.stem):
            return f"{file.name}: no member can be called that"
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if len(line) > 80 or not line.isascii() or "\t" in line:
                return f"{file.name}:{number}: longer than 80 columns, or not plain: {line}"
    return ""


def literals_are_the_same_in_each_charset():
    """Only what has one place in every Latin EBCDIC: they are given to IBM's functions as CCSID 37."""
    for member in (*MEMBERS, "OAUTHCORE.h", "OAUTHPART.h"):
        text = re.sub(r"/\*.*?\*/", "", (BRIDGE / member).read_text(), flags=re.DOTALL)
        text = re.sub(r"^#include.*$", "", text, flags=re.MULTILINE)
        for literal in re.findall(r'"((?:[^"\\]|\\.)*)"', text) + re.findall(r"'(.*?)'", text):
            if not re.fullmatch(r"[A-Za-z0-9 \"%&'()*+,\-./:;<=>?_]*", literal):
                return f"{member}: {literal!r}"
    return ""


def agree():
    """The same functions with the same parameters in liboauth.h, OAUTHX.h and OAUTHX.c, that the bridge can carry; all
    exported, in their order."""
    header = (ROOT / "include/liboauth.h").read_text()
    ours = dict(functions(header))
    most = int(re.search(r"#define BRIDGE_ARGUMENTS (\d+)", (BRIDGE / "OAUTHCORE.h").read_text())[1])
    for name, parameters in ours.items():
        shape = shapes(parameters)
        if len(shape) > most or shape.count("o") > 1:
            return f"{name}: the bridge carries {most} arguments, of which one may be a text out"
    plain = (BRIDGE / "OAUTHX.h").read_text() + (BRIDGE / "OAUTHX.c").read_text().replace("\n{", ";")
    plain = re.sub(r"\bint (?=\w+[,)])", "int32_t ", re.sub(r"^int (?=oauth_)", "int32_t ", plain, flags=re.MULTILINE))
    seen = list(functions(plain))
    for name, parameters in ours.items():
        if [each for each in seen if each == (name, parameters)] != [(name, parameters)] * 2:
            return f"{name}: not the same in OAUTHX.h and OAUTHX.c"
    others = {name for name, _ in seen} - set(ours)
    if others != {"oauth_bridge_ccsid"}:
        return f"what liboauth.h has not: {others}"
    listed = re.findall(r"^oauth_\w+", (ROOT / "bindings/exports.txt").read_text(), re.MULTILINE)
    exported = re.findall(r'EXPORT SYMBOL\("(\w+)"\)', (BRIDGE / "OAUTH.bnd").read_text())
    # Callers are bound to this place, whatever comes behind it.
    if exported[37] != "oauth_bridge_ccsid" or [each for each in exported if each != "oauth_bridge_ccsid"] != listed:
        return f"the binder source exports {exported}"
    constants = re.compile(r"^#define (OAUTH_\w+) (\S+)$", re.MULTILINE)
    if constants.findall(header) != constants.findall((BRIDGE / "OAUTHX.h").read_text()):
        return "not the same constants in OAUTHX.h"
    return ""


def commands_of(*words):
    """What CL build.sh runs, where `system` only writes it down; with its exit status and what it said."""
    tools = WORK / "tools"
    tools.mkdir(exist_ok=True)
    for name, body in (("system", 'echo "$*" >>"$COMMANDS"'), ("setccsid", 'test -f "$2"')):
        (tools / name).write_text(f"#!/bin/sh\n{body}\n")
        (tools / name).chmod(0o755)
    written = WORK / "commands"
    written.write_text("")
    done = subprocess.run(
        ["sh", BRIDGE / "build.sh", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**ENVIRONMENT, "PATH": f"{tools}:{ENVIRONMENT['PATH']}", "COMMANDS": str(written)},
    )  # fmt: skip
    return done.returncode, written.read_text().splitlines(), done.stdout


def scripts():
    """Both ways to build make the same of the same, and every command is one that the checker of CL knows."""
    status, by_files, said = commands_of("MYLIB")
    if status:
        return said
    status, members, said = commands_of("MYLIB", "members")
    copied = {"/".join(found) for found in re.findall(r"FROMSTMF\('.*?/([\w.]+)'\).*?/(\w+)\.FILE/(\w+)\.MBR", "\n".join(members))}
    folders = {".c": "QCSRC", ".h": "H", ".bnd": "QSRVSRC", ".clle": "QCLSRC"}
    files = [file for file in BRIDGE.iterdir() if file.suffix in folders]
    wanted = {f"{file.name}/{folders[file.suffix]}/{file.stem}" for file in files}
    if status or copied != wanted or members[-1] != "CALL PGM(MYLIB/OAUTHBLD) PARM(MYLIB)":
        return f"{said}\n{copied}"
    # The CL program's commands, as the script has them.
    program = re.sub(r"/\*.*?\*/", "", (BRIDGE / "OAUTHBLD.clle").read_text()).replace("+\n", " ").replace("&LIB", "MYLIB")
    program = [" ".join(line.split()) for line in program.splitlines()]
    of_members = [line for line in program if re.match("CRTCMOD|CRTSRVPGM|CRTBNDDIR|ADDBNDDIRE|DLTOBJ", line)]
    of_files = [re.sub(r" SRCSTMF\('[^']*/(OAUTH\w+)\.c'\)", " SRCFILE(MYLIB/QCSRC)", line) for line in by_files]
    of_files = [re.sub(r" SRCSTMF\('[^']*/OAUTH.bnd'\)", " SRCFILE(MYLIB/QSRVSRC)", line) for line in of_files]
    if of_members != of_files:
        return "\n".join(["not the same:", *of_members, "and", *of_files])
    if "ADDBNDDIRE BNDDIR(MYLIB/OAUTH) OBJ((MYLIB/OAUTH *SRVPGM))" not in of_files:
        return "\n".join(["programs are not bound to the service program of this library alone:", *of_files])
    everything = "\n".join(["             PGM", *("             " + line for line in by_files + members), "             ENDPGM", ""])
    broken = re.sub(r"(.{1,60}) ", r"\1 +\n               ", everything)
    (WORK / "COMMANDS.clle").write_text(broken)
    status, said = execute(sys.executable, "-B", ROOT / "bindings/rpg/check.py", ROOT / "include/liboauth.h", WORK / "COMMANDS.clle")
    if status:
        return said + broken
    status, by_files, said = commands_of("MYLIB", "stmf", "/my/liboauth.so")
    if status or sum("DEFINE('OAUTH_LIBRARY=\"/my/liboauth.so\"')" in line for line in by_files) != len(MEMBERS):
        return "\n".join([said, *by_files])
    for words in ([], ["MYLIB", "else"], ["MYLIB", "members", "/my/liboauth.so"]):
        status, _, said = commands_of(*words)
        if status != 64:
            return f"{words}: {status}: {said}"
    return ""


# ---- what is run ----


def run_cases(program, server, words):
    """The driver's own count goes into ours."""
    global passed, failed
    status, said = execute(program, server, WORK, *words)
    counted = re.search(r"^(\d+) passed, (\d+) failed$", said, re.MULTILINE)
    if not counted or (status and counted[2] == "0" and not words):
        return count(program.name, said)
    passed, failed = passed + int(counted[1]), failed + int(counted[2])
    if counted[2] != "0":
        print(said.replace(counted[0], "").strip(), flush=True)


def measure():
    """What a call costs beyond conversion; what is printed stands for itself."""
    flags = ["-std=gnu99", "-O2", "-Wall", "-Wextra", "-Werror"]
    objects = [WORK / f"speed-{each}.o" for each in ("standin", "speed", *MEMBERS)]
    problem = compiled(HERE / "standin/standin.c", objects[0], *flags)
    problem += compiled(HERE / "speed.c", objects[1], *flags, f"-I{HERE}", f"-I{ROOT / 'include'}")
    for member, target in zip(MEMBERS, objects[2:]):
        problem += compiled(BRIDGE / member, target, "-std=c99", "-O2", *STRICT, *bridge_flags("IBM037"))
    status, said = (1, problem) if problem else execute("gcc", "-o", WORK / "speed", *objects, "-pthread", "-ldl")
    if status == 0:
        status, said = execute(WORK / "speed")
        print(said, end="", flush=True)
    count("ten microseconds a call", said if status else "")


def races():
    """Threads under gcc's detector. Only what the bridge does counts: the stand-in and the library were not made for it."""
    checked = ["-g", "-O1", "-fsanitize=thread"]
    objects = [WORK / f"races-{each}.o" for each in ("standin", "driver", *MEMBERS)]
    problem = compiled(HERE / "standin/standin.c", objects[0], "-std=gnu99", *checked)
    problem += compiled(HERE / "driver.c", objects[1], "-std=gnu99", *checked, f"-I{WORK}", f"-I{HERE}", f"-I{ROOT / 'include'}")
    for member, target in zip(MEMBERS, objects[2:]):
        problem += compiled(BRIDGE / member, target, *ILE, *checked, *bridge_flags("IBM037"))
    status, said = (1, problem) if problem else execute("gcc", *checked, "-o", WORK / "races", *objects, "-pthread", "-ldl")
    if status:
        return said
    # gcc 12's finds no room for itself where addresses are very random.
    fixed = ["setarch", "-R"] if execute("setarch", "-R", "true")[0] == 0 else []
    _, said = execute("env", "TSAN_OPTIONS=exitcode=0", *fixed, WORK / "races", "-", WORK, "threads_do_not_mix", "37")
    if "1 passed, 0 failed" not in said:
        return said
    return "\n".join(each for each in said.split("WARNING: ") if re.search(r"^ +#0 .*/ibmi/OAUTH", each, re.MULTILINE))


def mutant(each):
    """Why the cases do not catch a mutant; empty where they do."""
    number, (name, old, new, cases) = each
    folder = WORK / f"mutant-{number}"
    shutil.copytree(BRIDGE, folder)
    texts = {file: (folder / file).read_text() for file in MEMBERS}
    places = [file for file, text in texts.items() for _ in range(text.count(old))]
    if len(places) != 1:
        return name, f"its place is there {len(places)} times: {old}"
    file = places[0]
    (folder / file).write_text(texts[file].replace(old, new))
    program, problem = build_bridge(folder.name + "-driver", "IBM037", folder, [file])
    if problem:
        return name, f"it does not compile: {problem}"
    for case in cases:
        try:
            status, said = execute(program, "-", WORK, *case.split())
        except subprocess.TimeoutExpired:
            return name, ""
        if re.search(r"^0 passed, 0 failed", said, re.MULTILINE):
            return name, f"no case is called {case}"
        if status:
            return name, ""
    return name, "no case notices"


def main(words):
    if not LIBRARY.is_file() or not SERVER.is_file():
        print(f"{LIBRARY} or {SERVER} is missing: make library practice-server")
        return 1
    problem = build_driver()
    if problem:
        print(problem)
        return 1
    server = subprocess.Popen([SERVER, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().split()[1]
        if not words:
            compiles()
        with ThreadPoolExecutor(2) as pool:
            program, problem = build_bridge("driver", "IBM037")
            if problem:
                print(problem)
                return 1
            wanted = [each for each in enumerate(MUTANTS) if all(word in "mutant " + each[1][0] for word in words)]
            mutants = pool.map(mutant, wanted)
            run_cases(program, url, words)
            # Whatever Latin EBCDIC the literals have: two more, each with whole sign-ins.
            for charset in ("IBM1047", "IBM273"):
                program, problem = build_bridge(f"driver-{charset}", charset)
                for case in ("sign_in_by_a_profile", "callers_http 273", "is_not_there"):
                    if not words:
                        count(charset, problem) if problem else run_cases(program, url, [case])
            for name, problem in mutants:
                count(f"mutant: {name}", problem)
        if not words:
            count("no race", races())
            measure()
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(WORK, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
