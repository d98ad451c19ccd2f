"""CL as far as it can be read without its compiler: commands with their parameters, variables, labels, blocks."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Optional, Set, Tuple

LONGEST_LINE = 80
# Commands that are used here, with the parameters of IBM's CL reference that are. Those before the `|` have to be there.
COMMANDS = {
    "PGM": "| PARM", "ENDPGM": "|", "DCL": "VAR TYPE | LEN VALUE", "DCLPRCOPT": "| DFTACTGRP ACTGRP BNDDIR LOG",
    "CHGVAR": "VAR VALUE |", "MONMSG": "MSGID | CMPDTA EXEC", "IF": "COND THEN |", "ELSE": "CMD |", "DO": "|",
    "ENDDO": "|", "DOWHILE": "COND |", "DOUNTIL": "COND |", "DOFOR": "VAR FROM TO | BY", "SELECT": "|",
    "WHEN": "COND THEN |", "OTHERWISE": "CMD |", "ENDSELECT": "|", "ITERATE": "|", "LEAVE": "|", "GOTO": "CMDLBL |",
    "RETURN": "|", "SUBR": "SUBR |", "CALLSUBR": "SUBR |", "ENDSUBR": "|", "CALL": "PGM | PARM", "CALLPRC": "PRC | PARM RTNVAL",
    "SNDPGMMSG": "| MSG MSGID MSGF MSGDTA TOPGMQ TOMSGQ TOUSR MSGTYPE",
    "RCVMSG": "| PGMQ MSGQ MSGTYPE MSGKEY WAIT RMV MSG MSGDTA MSGID", "DLYJOB": "DLY |", "QSH": "CMD |",
    "ADDENVVAR": "ENVVAR | VALUE CCSID LEVEL REPLACE", "RTVJOBA": "| JOB USER NBR CCSID DFTCCSID", "RMVLNK": "OBJLNK |",
    "CRTSRCPF": "FILE | RCDLEN MBR CCSID TEXT", "CPYFRMSTMF": "FROMSTMF TOMBR | MBROPT CVTDTA STMFCCSID DBFCCSID",
    "CHGPFM": "FILE MBR | SRCTYPE TEXT", "CRTDSPF": "FILE | SRCFILE SRCMBR", "CRTPRTF": "FILE | SRCFILE SRCMBR",
    "CRTBNDRPG": "PGM | SRCFILE SRCMBR SRCSTMF INCDIR DBGVIEW TGTCCSID", "CRTBNDCL": "PGM | SRCFILE SRCMBR SRCSTMF",
    "CRTSQLRPGI": "OBJ | SRCFILE SRCMBR SRCSTMF OBJTYPE COMMIT RPGPPOPT COMPILEOPT CVTCCSID",
    "CRTBNDDIR": "BNDDIR | TEXT", "ADDBNDDIRE": "BNDDIR OBJ |", "CRTLIB": "LIB | TEXT", "ADDLIBLE": "LIB | POSITION",
    "CRTJOBD": "JOBD | INLLIBL INQMSGRPY TEXT",
    "ADDJOBSCDE": "JOB CMD FRQ | SCDDATE SCDDAY SCDTIME USER JOBQ JOBD MSGQ TEXT", "SBMJOB": "CMD | JOB USER JOBQ CCSID",
    "CRTRPGMOD": "MODULE | SRCFILE SRCMBR SRCSTMF INCDIR", "CRTPGM": "PGM | MODULE BNDDIR BNDSRVPGM ACTGRP",
    "CRTCMOD": "MODULE | SRCFILE SRCMBR SRCSTMF INCDIR TERASPACE STGMDL SYSIFCOPT OUTPUT OPTION TGTCCSID DEFINE DBGVIEW"
    " OPTIMIZE LANGLVL",
    "CRTSRVPGM": "SRVPGM | MODULE EXPORT SRCFILE SRCMBR SRCSTMF BNDSRVPGM BNDDIR ACTGRP STGMDL TEXT",
    "CHKOBJ": "OBJ OBJTYPE | MBR AUT", "DLTOBJ": "OBJ OBJTYPE |", "RMVENVVAR": "ENVVAR |",
    "CHGATR": "OBJ ATR | VALUE", "CHGAUT": "OBJ | USER DTAAUT OBJAUT", "CHGJOB": "| CCSID", "CHKPRDOPT": "PRDID | OPTION",
    "OVRPRTF": "FILE | TOFILE", "DLTPGM": "PGM |", "DLTF": "FILE |", "DLTMOD": "MODULE |",
}  # fmt: skip
# Those whose parameters are written without their keywords, as everybody does.
POSITIONAL = {"DO": [], "IF": ["COND", "THEN"], "ELSE": ["CMD"], "GOTO": ["CMDLBL"], "CHGVAR": ["VAR", "VALUE"],
              "CALL": ["PGM", "PARM"], "WHEN": ["COND", "THEN"], "OTHERWISE": ["CMD"]}  # fmt: skip
ENDS = {"ENDDO": "DO", "ENDSELECT": "SELECT", "ENDSUBR": "SUBR", "ENDPGM": "PGM"}
LOOPS = {"DOWHILE", "DOUNTIL", "DOFOR"}
OPERATORS = {
    "*CAT", "*TCAT", "*BCAT", "*EQ", "*NE", "*GT", "*LT", "*GE", "*LE", "*AND", "*OR", "*NOT", "+", "-", "=", ">", "<",
}  # fmt: skip
FUNCTIONS = {"%SST": (2, 3), "%BIN": (1, 3), "%CHECK": (2, 2), "%SCAN": (2, 3), "%TRIM": (1, 2), "%SUBSTRING": (2, 3)}
TYPES = {"*CHAR", "*LGL", "*DEC", "*INT"}

TOKEN = re.compile(
    r"\s*(?P<token>'(?:[^']|'')*'|X'[0-9A-F]*'|[A-Z#$@][\w.#$@]*:(?=\s)|&[\w#$@]+|[%*]?[\w#$@./*-]+|[()=<>+-]|\S)", re.IGNORECASE
)


@dataclass
class Command:
    line: int
    label: str
    name: str
    parameters: Dict[str, List[str]] = field(default_factory=dict)  # keyword -> the tokens of its value


def check(path: Path, problems: List[str]) -> None:
    """A program in CL."""
    def wrong(line: int, what: str) -> None:
        problems.append(f"{path}:{line}: {what}")

    commands = [command for command in read(path, wrong) if command]
    check_order(commands, wrong)
    variables = declare(commands, wrong)
    labels = [c.label for c in commands if c.label]
    for label in labels:
        if labels.count(label) > 1:
            wrong(1, f"{label} stands twice")
    subroutines = [c.parameters.get("SUBR", []) for c in commands if c.name == "SUBR"]
    called = [c.parameters.get("SUBR", []) for c in commands if c.name == "CALLSUBR"]
    for command in commands:
        check_command(command, variables, set(labels), wrong)
        if command.name == "CALLSUBR" and command.parameters.get("SUBR") not in subroutines:
            wrong(command.line, f"CALLSUBR where there is no such subroutine: {command.parameters.get('SUBR')}")
        if command.name == "SUBR" and command.parameters.get("SUBR") not in called:
            wrong(command.line, f"a subroutine that is never called: {command.parameters.get('SUBR')}")
    check_blocks(commands, wrong)


def read(path: Path, wrong) -> List[Command]:
    """The commands, a continued one on one line, without comments."""
    commands: List[Command] = []
    text, first = "", 0
    lines = path.read_text(encoding="utf-8").splitlines()
    inside = 0  # where a comment has begun
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE or not line.isascii():
            wrong(number, f"longer than {LONGEST_LINE} columns, or not ASCII")
        line, inside = without_comments(line, inside, number)
        if not line.strip() and not text:
            continue
        first = first or number
        text += line.lstrip() if text else line
        if text.rstrip().endswith("+"):
            text = text.rstrip()[:-1]
            continue
        commands += parse(text, first, wrong)
        text, first = "", 0
    if inside:
        wrong(inside, "a comment without its end")
    if text:
        wrong(first, "it goes on nowhere")
    return commands


def without_comments(line: str, inside: int, number: int) -> Tuple[str, int]:
    kept = ""
    while line:
        if inside:
            _, end, line = line.partition("*/")
            inside = 0 if end else inside
            continue
        literal = re.match(r"(?:[^'/]|/(?!\*))*'(?:[^']|'')*'", line)
        start = line.find("/*")
        if literal and (start < 0 or start >= literal.end() or line[: literal.end()].count("/*") and start > line.find("'")):
            kept, line = kept + literal[0], line[literal.end() :]
        elif start >= 0:
            kept, line, inside = kept + line[:start], line[start + 2 :], number
        else:
            kept, line = kept + line, ""
    return kept, inside


def tokenize(text: str) -> List[str]:
    return [match["token"] for match in TOKEN.finditer(text) if match["token"].strip()]


def parse(text: str, line: int, wrong) -> List[Command]:
    """One command, and those that stand in its THEN, CMD or EXEC."""
    tokens = tokenize(text)
    if "'" in [t[0] for t in tokens if len(t) == 1]:
        wrong(line, "half a literal")
    if tokens.count("(") != tokens.count(")"):
        wrong(line, "parentheses do not match")
        return []
    label = tokens.pop(0)[:-1].upper() if tokens and tokens[0].endswith(":") else ""
    return parse_command(tokens, label, line, wrong)


def parse_command(tokens: List[str], label: str, line: int, wrong) -> List[Command]:
    if not tokens:
        return [Command(line, label, "")]
    command = Command(line, label, tokens[0].upper())
    nested: List[Command] = []
    at, positional = 1, list(POSITIONAL.get(command.name, []))
    while at < len(tokens):
        word = tokens[at]
        has_keyword = at + 1 < len(tokens) and tokens[at + 1] == "(" and re.fullmatch(r"[A-Z]+", word)
        keyword = word if has_keyword else positional.pop(0) if positional else ""
        if not keyword:
            wrong(line, f"{command.name}: {word}: no keyword")
            break
        if has_keyword:
            end = closing(tokens, at + 1)
            value, at = tokens[at + 2 : end], end + 1
        elif word == "(":
            end = closing(tokens, at)
            value, at = tokens[at : end + 1], end + 1
        else:
            value, at = [word], at + 1
        if keyword in command.parameters:
            wrong(line, f"{command.name}: {keyword} stands twice")
        command.parameters[keyword] = value
        if keyword in ("THEN", "CMD", "EXEC") and command.name in ("IF", "ELSE", "WHEN", "OTHERWISE", "MONMSG"):
            nested += parse_command(value, "", line, wrong)
        elif keyword == "CMD" and command.name in ("ADDJOBSCDE", "SBMJOB"):
            for inner in parse_command(value, "", line, wrong):
                check_parameters(inner, wrong)
    return [command, *nested]


def closing(tokens: List[str], start: int) -> int:
    depth = 0
    for index in range(start, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[index], 0)
        if depth == 0:
            return index
    return len(tokens) - 1


def check_order(commands: List[Command], wrong) -> None:
    names = [c.name for c in commands]
    if names[:1] != ["PGM"] or names[-1:] != ["ENDPGM"]:
        wrong(1, "it begins with PGM and ends with ENDPGM")
    others = [i for i, name in enumerate(names) if name not in ("PGM", "DCL", "DCLPRCOPT")]
    for command in commands[others[0] if others else 0 :]:
        if command.name in ("DCL", "DCLPRCOPT"):
            wrong(command.line, f"{command.name} behind other commands")


def declare(commands: List[Command], wrong) -> Dict[str, str]:
    variables: Dict[str, str] = {}
    for command in commands:
        if command.name != "DCL":
            continue
        name, ty, length = (" ".join(command.parameters.get(k, [])) for k in ("VAR", "TYPE", "LEN"))
        if not re.fullmatch(r"&[A-Z#$@][A-Z0-9_#$@]{0,9}", name) or name in variables:
            wrong(command.line, f"{name}: declared already, or no name of CL")
        if ty not in TYPES or ty == "*LGL" and length:
            wrong(command.line, f"{name}: {ty} {length}")
        if ty == "*CHAR" and not (length.isdigit() and 1 <= int(length) <= 32767) or ty == "*INT" and length not in ("", "2", "4", "8"):
            wrong(command.line, f"{name}: no length of {ty}: {length}")
        variables[name] = ty
    parameters = commands[0].parameters.get("PARM", []) if commands else []
    for name in parameters:
        if name not in variables:
            wrong(commands[0].line, f"{name}: not declared")
    used = " ".join(" ".join(v) for c in commands if c.name != "DCL" for v in c.parameters.values()).split()
    for name in variables:
        if name not in used:
            wrong(1, f"{name} is never used")
    return variables


def check_parameters(command: Command, wrong) -> None:
    if command.name not in COMMANDS:
        wrong(command.line, f"{command.name}: no command that is known here")
        return
    needed, optional = (part.split() for part in COMMANDS[command.name].split("|"))
    for keyword in command.parameters:
        if keyword not in needed + optional:
            wrong(command.line, f"{command.name}: no parameter {keyword} that is known here")
    for keyword in needed:
        if not command.parameters.get(keyword):
            wrong(command.line, f"{command.name} without {keyword}")


def check_command(command: Command, variables: Dict[str, str], labels: Set[str], wrong) -> None:
    if not command.name:
        return
    check_parameters(command, wrong)
    if command.name == "GOTO" and command.parameters.get("CMDLBL", [""])[0] not in labels:
        wrong(command.line, f"GOTO where there is no label: {command.parameters.get('CMDLBL')}")
    if command.name == "MONMSG":
        for message in command.parameters.get("MSGID", []):
            if not re.fullmatch(r"[A-Z][A-Z0-9]{2}[0-9A-F]{4}", message):
                wrong(command.line, f"{message}: no message")
    if command.name == "SNDPGMMSG":
        has_text, has_id = ("MSG" in command.parameters), ("MSGID" in command.parameters)
        if has_text == has_id or has_id and "MSGF" not in command.parameters:
            wrong(command.line, "SNDPGMMSG: MSG, or MSGID with MSGF")
        if has_text and command.parameters.get("MSGTYPE") == ["*ESCAPE"]:
            wrong(command.line, "SNDPGMMSG: an escape message has a MSGID")
        if len({"TOPGMQ", "TOMSGQ", "TOUSR"} & set(command.parameters)) > 1:
            wrong(command.line, "SNDPGMMSG: one receiver alone")
    for keyword, value in command.parameters.items():
        if keyword in ("THEN", "EXEC") or keyword == "CMD" and command.name in ("ELSE", "OTHERWISE"):
            continue
        check_value(command, keyword, value, variables, wrong)


def check_value(command: Command, keyword: str, value: List[str], variables: Dict[str, str], wrong) -> None:
    is_written = command.name in ("RCVMSG", "RTVJOBA") and keyword in (
        "MSG", "MSGDTA", "MSGID", "USER", "JOB", "NBR", "CCSID", "DFTCCSID") or (command.name, keyword) == ("CHGVAR", "VAR")  # fmt: skip
    if is_written and not (value[:1] and (value[0] in variables or value[0] in ("%SST", "%BIN"))):
        wrong(command.line, f"{command.name} {keyword}: a variable belongs here")
    for index, token in enumerate(value):
        # &LIBRARY/OBJECT is one token.
        if token.startswith("&") and token.split("/")[0] not in variables:
            wrong(command.line, f"{token}: not declared")
        if token.startswith("%"):
            arguments = value[index + 2 : closing(value, index + 1)] if value[index + 1 : index + 2] == ["("] else None
            least, most = FUNCTIONS.get(token, (0, 0))
            if arguments is None or not least <= len(arguments) <= most:
                wrong(command.line, f"{token}: not known here, or with {arguments}")
    if keyword in ("COND", "VALUE") and command.name != "ADDENVVAR":
        check_expression(command, value, wrong)


def check_expression(command: Command, value: List[str], wrong) -> None:
    """An operand, an operator, an operand."""
    flat: List[str] = []
    at = 0
    while at < len(value):
        if value[at].startswith("%"):
            flat.append("operand")
            at = closing(value, at + 1) + 1
            continue
        flat.append(value[at])
        at += 1
    last: Optional[str] = None
    for token in flat:
        if token == ")":
            continue
        is_operator = token in OPERATORS
        ended = last is not None and last not in OPERATORS and last != "("
        if is_operator and token not in ("*NOT", "-", "+") and not ended:
            wrong(command.line, f"{command.name}: {token} behind {last}")
        if not is_operator and ended and token != "(":
            wrong(command.line, f"{command.name}: {token} behind {last}: an operator is missing")
        last = token
    if last in OPERATORS:
        wrong(command.line, f"{command.name}: nothing behind {last}")


def check_blocks(commands: List[Command], wrong) -> None:
    blocks: List[Tuple[str, int]] = []
    for index, command in enumerate(commands):
        if command.name in ("DO", "SELECT", "SUBR", "PGM") or command.name in LOOPS:
            blocks.append(("DO" if command.name in LOOPS else command.name, command.line))
        elif command.name in ENDS:
            if not blocks or blocks[-1][0] != ENDS[command.name]:
                wrong(command.line, f"{command.name}, where {blocks[-1][0] if blocks else 'nothing'} is open")
            elif blocks:
                blocks.pop()
        elif command.name in ("WHEN", "OTHERWISE") and (not blocks or blocks[-1][0] != "SELECT"):
            wrong(command.line, f"{command.name} outside of SELECT")
        elif command.name == "ELSE" and not follows_if(commands, index):
            wrong(command.line, "ELSE without IF")
        elif command.name == "MONMSG" and commands[index - 1].name in ("ENDDO", "IF", "ELSE", "CHGVAR", "DO"):
            wrong(command.line, f"MONMSG behind {commands[index - 1].name}, which it does not watch")
    for name, line in blocks:
        wrong(line, f"{name} without its end")


def follows_if(commands: List[Command], index: int) -> bool:
    """Directly before ELSE ends an IF: its only command, or the ENDDO of its DO."""
    depth = 0
    for command in reversed(commands[:index]):
        if command.name == "ENDDO":
            depth += 1
        elif command.name == "DO" or command.name in LOOPS:
            depth -= 1
        elif depth == 0 and command.name in ("IF", "ELSE"):
            return True
        elif depth < 0:
            return False
    return False
