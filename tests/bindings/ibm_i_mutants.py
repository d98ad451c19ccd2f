"""Each mutant of the examples for IBM i must be caught by bindings/rpg/check.py: RPG in both forms, SQL, CL and DDS.

As rpg_mutants.py, with the examples themselves: a line that is gone, a name, a parenthesis, a column, and what a person
gets wrong in each of these languages. Prints the mutants that were not caught, then their count.
"""

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bindings" / "rpg"))

import check  # noqa: E402
import cl  # noqa: E402
import dds  # noqa: E402
from oauth_header import read_header  # noqa: E402
from rpg_program import check_files_of, check_program  # noqa: E402
from rpg_source import read_source  # noqa: E402
from rpg_syntax import Source, check_statements  # noqa: E402

HEADER = ROOT / "include" / "liboauth.h"
EXAMPLES = ROOT / "examples" / "rpg"

# What a person gets wrong, file by file: what stands there, and what instead.
MISTAKES = {
    "APICALLI.rpgle": [
        ("%addr(profileName: *data): %len(profileName)", "%addr(profileName): %len(profileName)"),
        ("%addr(profileName: *data): %len(profileName)", "%addr(profileName: *data): %size(profileName)"),
        ("%addr(profileName: *data): %len(profileName)", "profileName: %len(profileName)"),
        ("%addr(answer: *data): %len(answer)", "%addr(answer: *data): OAUTH_NUL_TERMINATED"),
        ("profileName varchar(32) ccsid(*utf8)", "profileName varchar(32)"),
        ("token char(16384) ccsid(*utf8)", "token char(16384)"),
        ("/copy OAUTHU_H", "/copy OAUTH_H"),
        ("/copy OAUTHU_H", "/copy OAUTHU_H\n/copy OAUTH_H"),
        ("/copy ILEVATOR", "/copy ILEVATORR"),
        ("/copy TELL", ""),
        ("iv_setTimeout(http: 30)", "iv_setTimeout(30: http)"),
        ("iv_setTimeout(http: 30)", "iv_setTimeout(http)"),
        ("iv_addHeader(http: 'Accept': 'application/json')", "iv_addHeader(http: 'Accept')"),
        ("%size(answer): IV_VARCHAR4: IV_CCSID_UTF8", "%size(answer): 2: IV_CCSID_UTF8"),
        ("iv_setResponseDataBuffer(http: %addr(answer)", "iv_setResponseDataBuffer(http: answer"),
        ("iv_getStatus(http)", "iv_status(http)"),
        ("IV_HTTP_UNAUTHORIZED", "IV_HTTP_UNAUTHORISED"),
        ("carryByIlevator(client: length)", "carryByIlevator(length)"),
        ("actionFor(status)", "actionFor()"),
        ("oauth_bridge_ccsid(1208)", "oauth_bridge_ccsid()"),
        ("oauth_bridge_ccsid(1208)", "oauth_bridge_ccsid('1208')"),
        ("exsr giveUp", "exsr giveup2"),
    ],
    "APICALLS.sqlrpgle": [
        ("exec sql select", "exec select"), ("exec sql select", "exec sql selec"), ("into :answer", ":answer"),
        (":theStatus\n", ":theStatuss\n"), (":theUrl,", ":theUrl"), ("qsys2.http_get_verbose(", "qsys2.http_gett_verbose("),
        ("qsys2.http_post_verbose(:theUrl, :theContent,", "qsys2.http_post_verbose("),
        ("nullif(:theAccept, '')", "nullif(:theAccept)"), ("absent on null),", "absent on null,"),
        ("'lax $.HTTP_STATUS_CODE'", "'lax $.HTTP_STATUS_CODE"), ("sqlcode", "sqlcod"), ("/include TELL", ""),
        ("get diagnostics", "get diagnostic"), ("condition 1 :answer", "condition :answer"), (":answer = message_text", "answer = message_text"),
        (":answer = message_text", ":answr = message_text"), ("= message_text", "= message_txt"), (" = message_text", " message_text"),
    ],
    "APICALLH.rpgle": [
        ("O_TEXTDATA)", "O_TEXTDATE)"), ("readFile(file: data: %size(data))", "readFile(file: data)"),
        ("QCMDEXC(command: %len(command))", "QCMDEXC(command)"), ("giveUp('F': line)", "giveUp(line)"),
        ("/copy STATUSOF", ""), ("http_req('GET': API_URL", "http_req('GET'"), ("HTTP_AUTH_BEARER", "'4'"),
    ],
    "SIGNDEV.rpgle": [
        ("exfmt SIGNDEVR", "exfmt SIGNDEV2"), ("DSPCODE = ", "DSPCOD = "), ("dcl-f SIGNDEVQ", "dcl-f SIGNDEVX"),
        ("write QRLINER", "write QRLINE2"), ("client: OAUTH_QR_STYLE: style: %len(style)", "client: OAUTH_QR_STYLE: style: %len(lines)"),
        ("OAUTH_QR_LINES", "OAUTH_QR_LINE"), ("textOf(OAUTH_USER_CODE)", "textOf(client: OAUTH_USER_CODE)"), ("not %error()", "not"),
        ("oauth_device_poll(client)", "oauth_device_poll()"), ("DSPUNTIL = textOf", "// DSPUNTIL = textOf"),
    ],
    "APICALLF.rpgle": [
        ("EVAL      client = oauth", "EVAL      client   oauth"), ("IF        client < 0", "IF        client < "),
        ("FOR       attempt = 1 TO 2", "FOR       attempt = 1 TOO 2"), ("     C                   ENDFOR", ""),
        ("     C                   LEAVE", "     C                    LEAVE"), ("BEGSR", "BEGSUB"), ("EXSR      giveUp", "EXSR      giveup2"),
        ("     D client          S             10I 0", "     D client          S             10A 0"),
        ("     D client          S             10I 0", "     D client         S             10I 0"),
        ("     D client          S             10I 0", "     D client          S            10 I 0"),
        ("     D client          S             10I 0", "     D client          S                0"),
        ("15000A", "15000A   VARYING"), ("VARYING(4)", ""), ("CALLP     http_setauth", "EVAL      http_setauth"),
        ("%SUBST(token : 1 : length)", "%SUBST(token : 1 length)"), ("'https://api.testing.stampsendicia-", "'https://api.testing.stampsendicia"),
        ("      /COPY QRPGLESRC,CARRY", ""), ("      /COPY QRPGLESRC,OAUTHF_H", "     /COPY QRPGLESRC,OAUTHF_H"),
        ("OAUTHF_H", "OAUTHX_H"), ("(profile :\n     C                             %LEN(profile))", "(profile :\n     C                             %LEN(token))"),
        ("token :\n     C                             %SIZE(token))", "token\n     C                             %SIZE(token))"),
        ("%PARMS > 1", "%PARMS >"), ("HTTP_AUTH_NONE", "HTTP_AUTH_NON"), ("'network-ccsid'", "'networkccsid'"),
        ("     C                   ENDIF", "     C                   ENDDO"), ("     C     giveUp        BEGSR", "     C                   BEGSR"),
        ("     H DFT", "     X DFT"), ("     D  action ", "    D  action "), ("CONST\n     D  action", "CONST VALUE(\n     D  action"),
    ],
    "NIGHTLY.clle": [
        ("PGM        PARM(&PROFILE)", "PGM        PARM(&PROFIL)"), ("TYPE(*INT) LEN(4)", "TYPE(*INT) LEN(5)"), ("TYPE(*LGL)", "TYPE(*BOOL)"),
        ("LEN(512)", "LEN(51200)"), ("VAR(&TRY) FROM", "VAR(&TRYY) FROM"), ("MSGID(CPF0000 MCH0000", "MSGID(CPF000 MCH0000"),
        ("MSGID(CPF0000 MCH0000", "MSG(CPF0000 MCH0000"), ("                ENDDO\n", "\n"), ("             ENDSELECT\n", ""), ("ENDPGM", ""),
        ("MSGDTA(&DATA)", "MSGDTA('DATA')"), ("MSGID(&ID)", "MSGID(&IDD)"), ("*NOT &FAILED", "*NOT *NOT"), ("&ACTION *NE 'R'", "&ACTION 'R'"), ("&TRY *LT 4", "&TRY *LT"),
        ("THEN(LEAVE)", "THEN(LEAV)"), ("DLY(900)", "DELAY(900)"), ("TOUSR(*SYSOPR)", "TOUSR(*SYSOPR) TOMSGQ(QSYSOPR)"), ("MSGF(QCPFMSG)", ""),
        ("'NIGHTLY has tried for an hour. ' *CAT", "'NIGHTLY has tried for an hour. *CAT"), ("*CAT &WHY))", "*CAT &WHY)"), ("RMV(*NO) +", "RMV(*NO)"),
        ("CALL       PGM(APICALL) PARM(&PROFILE &ACTION)", "CALL       PGM(APICALL) PARM(&PROFILE &AKTION)"), ("SELECT", "SELEKT"),
        ("OTHERWISE  CMD", "OTHERWISE  THEN"), ("VALUE('0')", "VALUE('0'"), ("/* tried again", " tried again"), ("DCL        VAR(&TEXT)", "DCL        VAR(&WHY)"),
        ("             DOFOR", "             DCL        VAR(&LATE) TYPE(*LGL)\n             DOFOR"),
        ("             DOFOR", "             CHGVAR     VAR(&TRY) VALUE(1)\n             MONMSG     MSGID(CPF0000)\n             DOFOR"),
    ],
    "GETHDR.clle": [
        ("CMDLBL(FAILED)", "CMDLBL(FAILD)"), ("%CHECK(&NAMES &PROFILE)", "%CHECK(&NAMES)"), ("%SST(&DATA 1 2)", "%SST(&DATA)"), ("%SST", "%SUB"),
        ("RTNVAL(&FILE)", "RTNVAL(&FIL)"), ("(&FLAGS *BYVAL)", "(&FLAG *BYVAL)"), (" FAILED:  ", "          "), ("*TCAT &NUL", "&NUL"), ("*BCAT &PATH", "*BKAT &PATH"),
        ("OBJLNK(&PATH)", "LINK(&PATH)"), ("QSH        CMD(&CMD)", "QSH        &CMD"), ("PRC('open')", "PRC('open"), ("&LENGTH - 3", "&LENGTH 3"),
        ("MSGID(CPF0000 QSH0000)", "MSGID(*ALL)"), ("DCLPRCOPT  DFTACTGRP(*NO)", "DCLPRCOPT  DFTACTGRP"), ("THEN(GOTO", "THEN(GO"),
    ],
    "BUILD.clle": [
        ("CALLSUBR   SUBR(PROGRAM)", "CALLSUBR   SUBR(PROGRAMM)"), ("SUBR       SUBR(PROGRAM)", "SUBR       SUBR(PRGRM)"), ("             ENDSUBR\n", ""),
        ("QRPGLESRC) RCDLEN(112)", "QRPGLESRC) RECLEN(112)"), ("FILE(&LIB/&FILE)", "FILE(&LIB/&FILEE)"), ("MBROPT(*REPLACE) +", "MBROPT(*REPLACE) CCSID(1208) +"), ("TOMBR(&TO)", ""),
    ],
    "SIGNDEVD.dspf": [
        ("DSPSIZ(24 80 *DS3)", "DSPSIZ(24 80 *DS4)"), ("CA03(03)", "CA33(03)"), ("304A  B", "304A  X"), ("304A  B", "304   B"), ("B  5  3CNTFLD", "B  9  3CNTFLD"),
        ("O 10 25DSPATR", "O 10  5DSPATR"), ("O 23  2", "O 25  2"), ("O 23  2", "O 24  2"), (" 78A", " 80A"), ("'F3=Exit", "F3=Exit"), ("DSPUNTIL  ", "DSPCODE   "),
        ("          R SIGNDEVR", "            SIGNDEVR"), ("press -", "press  "), ("CNTFLD(076)", "CNTFLD(079)"), ("DSPATR(HI)", "DSPATR(XX)"), ("  3  2'Open", "  3  1'Open"),
        ("     A            DSPCODE ", "    A            DSPCODE "), ("     A            DSPCODE", "     A           DSPCODE"),
    ],
    "SIGNDEVQ.dspf": [("3563A", "3564A"), ("*DS4", "*DS3"), ("O  1  2", "O  2  2")],
    "SIGNDEVP.prtf": [("80A  O     1", "80A  B     1"), ("80A  O     1", "80A  O    60"), ("SPACEA(001)", "SPACE(001)"), ("80A", "  A")],
}  # fmt: skip


class Checker:
    """Checks one file of the examples again and again, with the others as they are."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.header = read_header(HEADER, [])
        self.sources = {}
        for path in EXAMPLES.iterdir():
            if path.suffix in check.RPG:
                self.sources[path.stem.lower()] = read_source(path, [])
            elif path.suffix in check.DDS:
                self.sources[path.stem.lower()] = Source(path, [])

    def is_caught(self, name, text):
        path, problems = self.folder / name, []
        path.write_text(text)
        if path.suffix in check.CL:
            cl.check(path, problems)
        elif path.suffix in check.DDS:
            dds.check(path, problems)
        else:
            source = read_source(path, problems)
            sources = {**self.sources, path.stem.lower(): source}
            check_statements(source)
            check_program(source, self.header, sources)
            check_files_of(source, sources)
        return bool(problems)


def general(name, text):
    """What can be wrong in any line: it is gone where it begins or ends a block, or it is not balanced."""
    lines = text.split("\n")
    is_free = text.startswith("**FREE")
    needed = {
        "rpgle": r"\s*(end\w+;|end-\w+;|(if|dow|for|select|monitor|begsr)\b)" if is_free else r" {5}C {19}(END|IF|FOR)",
        "clle": r"\s*(ENDDO|ENDSELECT|ENDSUBR|ENDPGM|DOFOR|SELECT|SUBR) *", "dspf": "$^", "prtf": "$^",
    }  # fmt: skip
    kind = name.rsplit(".")[-1].replace("sqlrpgle", "rpgle")
    for index, line in enumerate(lines):

        def instead(new):
            return "\n".join([*lines[:index], *new, *lines[index + 1 :]])

        is_comment = re.match(r"\s*//|.{5}A?\s?\*|/\*", line)
        if is_comment or not line.strip():
            continue
        if re.match(needed[kind], line) and not re.search(r"dcl-pi.*end-pi", line):
            yield "no such line", index, instead([])
        goes_on = kind == "clle" and lines[index - 1].rstrip().endswith("+") and lines[index - 1].count("'") % 2  # a literal
        if not goes_on and (kind != "rpgle" or not is_free or "//" not in line):
            for match in re.finditer(r"[()]", line):
                if line[: match.start()].count("'") % 2 == 0:
                    yield f"no {match[0]}", index, instead([line[: match.start()] + line[match.end() :]])
                    break
        if is_free and line.rstrip().endswith(";"):
            yield "no semicolon", index, instead([line.rstrip()[:-1]])


def main():
    count, missed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(folder)
        for name, mistakes in MISTAKES.items():
            text = (EXAMPLES / name).read_text()
            if checker.is_caught(name, text):
                print(f"{name} is not correct itself")
                missed += 1
            mutants = list(general(name, text))
            for old, new in mistakes:
                assert old in text, f"{name}: {old}"
                if old != new:
                    mutants.append((f"{old} -> {new}", text[: text.index(old)].count("\n"), text.replace(old, new, 1)))
            for what, index, mutant in mutants:
                count += 1
                if not checker.is_caught(name, mutant):
                    missed += 1
                    print(f"not caught: {name}:{index + 1}: {what}")
    print(f"{count} mutants, {count - missed} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
