"""The CL of the examples, run by cl_machine.py: the scheduler's job, a header from the command, members from stream files."""

import re
import tempfile
from pathlib import Path

import cl_machine
from bench import ENVIRONMENT, EXAMPLES, ROOT, WORK, case, check, execute, server
from ibm_i import rpg
from mirror import Escape


def nightly(programs, fault=None):
    """NIGHTLY with APICALL's mirror, or with a fault of the system in its place: what QSYSOPR was told, how long it waited
    between its calls, and with what it ended."""
    told, waits, ended = [], [], ""
    calls = []

    def call(machine, parameters):
        calls.append(len(waits))
        check(parameters["PGM"] == ["APICALL"] and parameters["PARM"] == ["&PROFILE", "&ACTION"], parameters)
        if fault:
            machine.set("&ACTION", "R")
            raise fault
        programs.profile = machine.values["&PROFILE"].rstrip()
        try:
            programs.apicall()
        except Escape as message:
            raise cl_machine.Escape("CPF9897", str(message)[:512]) from None
        finally:
            machine.set("&ACTION", programs.action)

    def tell(machine, parameters):
        check(parameters["TOUSR"] == ["*SYSOPR"] and parameters["MSGID"] == ["CPF9897"], parameters)
        told.append(machine.evaluate(parameters["MSGDTA"]).rstrip())

    commands = {"CALL": call, "SNDPGMMSG": tell, "DLYJOB": lambda _, parameters: waits.append(int(parameters["DLY"][0]))}
    try:
        cl_machine.Machine(EXAMPLES / "rpg/NIGHTLY.clle", commands, PROFILE=programs.profile).run()
    except cl_machine.Escape as escape:
        check(escape.message == "CPF9897", escape)
        ended = escape.data
    check(calls == list(range(len(waits) + 1)), "a wait between each two calls, and no other:", calls, waits)
    return told, waits, ended


@case()
def NIGHTLY_tries_again_and_tells_QSYSOPR_when_a_person_has_to_sign_in():
    with server() as s:
        programs, profile = rpg(s)
        # A text on a command line has 32 characters.
        short = WORK / f"n{len(list(WORK.glob('n*')))}"
        short.symlink_to(profile.file)
        check(len(str(short)) <= 32, short)
        programs.profile = str(short)

        told, waits, ended = nightly(programs)
        check(told == [ended] and not waits, told, waits, ended)
        check(ended.startswith("A person has to sign in. CALL SIGNIN PARM('" + str(short) + "'). Somebody has to "), ended)

        programs.profile = profile.argument
        check(programs.signin() == [], "the screen showed a message")
        programs.profile = str(short)
        check(nightly(programs) == ([], [], ""), "all is well")

        profile.expire(10)
        s.control(status=503, count=4)
        told, waits, ended = nightly(programs)
        check(told == [ended] and waits == [900, 900, 900], told, waits, ended)
        check(ended.startswith("NIGHTLY has tried for an hour. No access token: the server cannot serve now"), ended)
        s.control(status=503)  # which has passed when it asks again
        check(nightly(programs) == ([], [900], ""), "a fault that passes")

        programs.profile = "/nowhere.toml"
        told, waits, ended = nightly(programs)
        check(told == [ended] and not waits, told, waits, ended)
        check(ended.startswith("NIGHTLY cannot go on. The profile cannot be used: "), ended)

        # Not there, bound to what is not there, ended by itself: what the operator reads is the text, and not the data.
        for message in ("CPF0001", "MCH3401", "CEE9901", "RNX0100"):
            fault = cl_machine.Escape(message, "APICALL   \0\3\0\1", "Error found in APICALL.")
            told, waits, ended = nightly(programs, fault)
            check(told == [ended] == ["NIGHTLY cannot go on. Error found in APICALL."] and not waits, told, waits, ended)


def gethdr(profile, says, folder):
    """GETHDR, where the command `oauth` does what `says`, a shell script: the header, or how it ended, and &ACTION."""
    command = folder / "oauth"
    command.write_text(f"#!/bin/sh\n{says}\n")
    command.chmod(0o755)
    opened = {}

    def qsh(machine, parameters):
        text = machine.evaluate(parameters["CMD"]).rstrip()
        text = text.replace("/QOpenSys/usr/bin/sh /home/ME/liboauth/examples/rpg", f"sh {EXAMPLES / 'rpg'}")
        text = text.replace("/home/ME", str(folder))
        done = execute(["sh", "-c", text], env={**ENVIRONMENT, "OAUTH": str(command)})
        check((done.returncode, done.stdout) == (0, ""), text, done.stdout)

    def callprc(machine, parameters):
        (name,), values = parameters["PRC"], machine.values
        result = 0
        if name == "'open'":
            path = values["&CPATH"].split("\0")[0].replace("/home/ME", str(folder))
            opened[3] = Path(path).read_bytes() if Path(path).exists() else None
            result = 3 if opened[3] is not None else -1
        elif name == "'read'":
            result = min(len(opened[values["&FILE"]]), values["&SIZE"])
            machine.set("&DATA", opened[3][:result].decode())
        machine.set(parameters["RTNVAL"][0], result)

    def rmvlnk(machine, parameters):
        Path(machine.evaluate(parameters["OBJLNK"]).rstrip().replace("/home/ME", str(folder))).unlink()

    commands = {"QSH": qsh, "CALLPRC": callprc, "RMVLNK": rmvlnk, "RTVJOBA": lambda m, p: m.set(p["NBR"][0], "004711")}
    machine = cl_machine.Machine(EXAMPLES / "rpg/GETHDR.clle", commands, PROFILE=profile)
    try:
        machine.run()
        ended = machine.values["&HEADER"].rstrip(" ")
    except cl_machine.Escape as escape:
        check(escape.message == "CPF9897", escape)
        ended = escape.data
    check(not list(folder.glob("oauth.*")), "left behind:", list(folder.iterdir()))
    return ended, machine.values["&ACTION"]


@case()
def GETHDR_gives_a_header_or_says_what_to_do():
    folder = Path(tempfile.mkdtemp(dir=WORK))
    header = "Authorization: Bearer abc.DEF-_~+/="
    check(gethdr("acme", f"[ \"$1 $2\" = 'header acme' ] && echo '{header}'", folder) == (header, " "), "a header")
    for code, action in (("75", "R"), ("77", "S"), ("78", "F"), ("64", "F"), ("127", "F"), ("255", "R")):
        ended = gethdr("./all.toml_-", f"echo 'why: that' >&2; exit {code}", folder)
        check(ended[0].strip() == "why: that" and ended[1] == action, code, ended)
    for name in ("a'b", "a;b", "$(id)", "a`b", 'a"b'):
        ended = gethdr(name, "echo called >called", folder)
        check(ended == ("The profile has a name that no shell would take", "F"), ended)


@case()
def BUILD_copies_what_there_is_to_source_members_that_hold_it():
    made, copied = [], {}

    def copy(machine, parameters):
        source = Path(machine.evaluate(parameters["FROMSTMF"]).rstrip())
        library, file, member = re.fullmatch(
            r"/QSYS\.LIB/(\w+)\.LIB/(\w+)\.FILE/(\w+)\.MBR", machine.evaluate(parameters["TOMBR"]).rstrip()
        ).groups()
        check(library == "MYLIB" and len(member) <= 10, source)
        longest = max(len(line) for line in source.read_text().splitlines())
        check(longest <= (100 if file in ("QRPGLESRC", "QCLLESRC") else 80), f"{source}: {longest} columns")
        copied[member] = file

    def create(keyword):
        return lambda machine, parameters: made.append("".join(name_of(machine, parameters[keyword])))

    def name_of(machine, tokens):
        return [machine.values[t].rstrip() if t.startswith("&") else t for t in tokens]

    nothing = ["CRTSRCPF", "CHGPFM", "ADDLIBLE"]
    commands = {name: lambda machine, parameters: None for name in nothing}
    commands.update({"CPYFRMSTMF": copy, "CRTBNDRPG": create("PGM"), "CRTBNDCL": create("PGM")})
    commands.update({"CRTDSPF": create("FILE"), "CRTPRTF": create("FILE")})
    folder = WORK / "b"
    folder.symlink_to(ROOT)
    check(len(str(folder)) <= 32, folder)
    cl_machine.Machine(EXAMPLES / "rpg/BUILD.clle", commands, LIB="MYLIB", FOLDER=str(folder)).run()
    names = [name.partition("/")[2] for name in made]
    screens = {"SIGNIND", "SIGNDEVD", "SIGNDEVQ", "SIGNDEVP"}
    check(screens | {"SIGNIN", "SIGNDEV", "APICALL", "APICALLF", "NIGHTLY"} == set(names), made)
    # What they copy and open is there before them.
    for name in [*names, *copied]:
        for path in (EXAMPLES / "rpg").glob(f"{name}.rpgle*"):
            for copy_of in re.findall(r"(?im)^ *(?:/copy) (?:QRPGLESRC,)?(\w+)$", path.read_text()):
                check(copied.get(copy_of) == "QRPGLESRC", f"{name} copies {copy_of}: not copied")
            for file in re.findall(r"dcl-f (\w+)", path.read_text()):
                check(file in names[: names.index(name)], f"{name} opens {file}: not made before")


@case()
def the_commands_of_the_pages_are_known_to_the_checker():
    found = []
    for page in (ROOT / "docs/ibm-i.md", EXAMPLES / "rpg/README.md"):
        text = page.read_text()
        # A command begins four columns in, and goes on six columns in; what stands far behind it is said of it.
        for command in re.findall(r"(?m)^ {4}[A-Z]{3,} .*\((?:.*\n {6}.*)*.*$", text):
            command = re.sub(r"(?m) {3,}[a-z].*$", "", command)
            wrong = []
            for each in cl_machine.cl.parse(" ".join(command.split()), 1, lambda _, what: wrong.append(what)):
                cl_machine.cl.check_parameters(each, lambda _, what: wrong.append(what))
            check(not wrong, f"{page.name}:", command, wrong)
            found.append(command.split()[0])
    check({"ADDJOBSCDE", "CALL", "CHGATR", "CRTBNDRPG", "CRTSQLRPGI"} <= set(found), found)
