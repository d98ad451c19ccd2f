"""Runs the CL of the examples, as far as it goes: no CL compiler is at hand. What its commands do is said by whoever runs it.

Variables are fields of their length, as in CL: texts are padded with blanks, and cut.
"""

import re
import sys
from dataclasses import dataclass, field

from bench import ROOT, check

sys.path.insert(0, str(ROOT / "bindings/rpg"))
import cl  # noqa: E402


class Escape(Exception):
    """An escape message: its identifier, its data, and its text, where that is not the data alone as in CPF9897."""

    def __init__(self, message, data="", text=None):
        super().__init__(f"{message}: {data}")
        self.message, self.data, self.text = message, data, data if text is None else text


class Leave(Exception):
    pass


class Return(Exception):
    pass


class Goto(Exception):
    pass


@dataclass
class Node:
    command: cl.Command
    body: list = field(default_factory=list)  # of a block, or the one command that depends on it
    other: list = field(default_factory=list)  # ELSE's


class Machine:
    """`commands`: by its name what a command does, given the machine and the command's parameters as tokens."""

    def __init__(self, path, commands, **parameters):
        wrong = []
        self.commands = commands
        self.list = [c for c in cl.read(path, lambda line, what: wrong.append((line, what))) if c.name]
        check(not wrong, path, wrong)
        self.kinds, self.values, self.messages = {}, {}, []
        self.at = 0
        nodes = self.block({"ENDPGM"})
        self.subroutines = {n.command.parameters["SUBR"][0]: n.body for n in nodes if n.command.name == "SUBR"}
        self.program = [n for n in nodes if n.command.name not in ("SUBR", "PGM", "DCLPRCOPT")]
        for node in [n for n in self.program if n.command.name == "DCL"]:
            self.declare(node.command)
        self.program = [n for n in self.program if n.command.name != "DCL"]
        for name, value in parameters.items():
            self.set("&" + name, value)

    # ---- its structure ----

    def block(self, ends):
        nodes = []
        while self.list[self.at].name not in ends:
            nodes.append(self.node())
        self.at += 1
        return nodes

    def node(self):
        node = Node(self.list[self.at])
        name = node.command.name
        self.at += 1
        if name == "DO" or name in cl.LOOPS:
            node.body = self.block({"ENDDO"})
        elif name == "SELECT":
            node.body = self.block({"ENDSELECT"})
        elif name == "SUBR":
            node.body = self.block({"ENDSUBR"})
        elif name in ("IF", "WHEN", "OTHERWISE") or name == "MONMSG" and "EXEC" in node.command.parameters:
            node.body = [self.node()]
            if name == "IF" and self.list[self.at].name == "ELSE":
                self.at += 1
                node.other = [self.node()]
        return node

    # ---- variables and expressions ----

    def declare(self, command):
        name, kind = command.parameters["VAR"][0], command.parameters["TYPE"][0]
        length = int(command.parameters.get("LEN", ["1"])[0])
        self.kinds[name] = (kind, length)
        initial = command.parameters.get("VALUE")
        self.set(name, self.evaluate(initial) if initial else 0 if kind == "*INT" else "0" if kind == "*LGL" else "")

    def set(self, name, value):
        kind, length = self.kinds[name]
        self.values[name] = int(value) if kind == "*INT" else str(value).ljust(length)[:length]

    def evaluate(self, tokens):
        value, rest = self.operand(list(tokens))
        while rest:
            operator, rest = rest[0], rest[1:]
            other, rest = self.operand(rest)
            value = self.combine(operator, value, other)
        return value

    def operand(self, tokens):
        token, rest = tokens[0], tokens[1:]
        if token == "*NOT":
            value, rest = self.operand(rest)
            return ("1" if value == "0" else "0"), rest
        if token.startswith("%"):
            end = cl.closing(rest, 0)
            return self.function(token, [self.operand([argument])[0] for argument in rest[1:end]]), rest[end + 1 :]
        if token.startswith("&"):
            return self.values[token], rest
        if token.startswith("X'"):
            return bytes.fromhex(token[2:-1]).decode("latin-1"), rest
        if token.startswith("'"):
            return token[1:-1].replace("''", "'"), rest
        return int(token), rest

    def combine(self, operator, value, other):
        if operator in ("*CAT", "*TCAT", "*BCAT"):
            return {"*CAT": str(value), "*TCAT": str(value).rstrip(), "*BCAT": str(value).rstrip() + " "}[operator] + str(other)
        if operator in ("+", "-"):
            return value + (other if operator == "+" else -other)
        if isinstance(value, str):
            width = max(len(value), len(other))
            value, other = value.ljust(width), other.ljust(width)
        compared = {"*EQ": value == other, "*NE": value != other, "*LT": value < other, "*GE": value >= other}[operator]
        return "1" if compared else "0"

    def function(self, name, arguments):
        if name == "%SST":
            text, start, length = arguments
            check(1 <= start and 1 <= length and start + length - 1 <= len(text), name, start, length)
            return text[start - 1 : start - 1 + length]
        if name == "%CHECK":
            allowed, text = arguments
            return next((at for at, char in enumerate(text, 1) if char not in allowed), 0)
        raise NotImplementedError(name)

    # ---- what it does ----

    def run(self):
        """Runs to its end; an escape message that it sends is raised."""
        at = 0
        while at < len(self.program):
            try:
                at = self.run_one(self.program, at)
            except Goto as goto:
                at = next(i for i, node in enumerate(self.program) if node.command.label == str(goto))
            except Return:
                return

    def run_all(self, nodes):
        at = 0
        while at < len(nodes):
            at = self.run_one(nodes, at)

    def run_one(self, nodes, at):
        """Runs the command there, with the MONMSGs behind it; gives where it goes on."""
        behind = at + 1
        while behind < len(nodes) and nodes[behind].command.name == "MONMSG":
            behind += 1
        try:
            self.do(nodes[at])
        except Escape as escape:
            for node in nodes[at + 1 : behind]:
                if any(is_monitored(escape.message, m) for m in node.command.parameters["MSGID"]):
                    self.messages.append(escape)
                    self.run_all(node.body)
                    return behind
            raise
        return behind

    def do(self, node):
        name, parameters = node.command.name, node.command.parameters
        if name == "DO":
            self.run_all(node.body)
        elif name == "IF":
            self.run_all(node.body if self.evaluate(parameters["COND"]) == "1" else node.other)
        elif name == "SELECT":
            for each in node.body:
                if each.command.name == "OTHERWISE" or self.evaluate(each.command.parameters["COND"]) == "1":
                    self.run_all(each.body)
                    break
        elif name == "DOFOR":
            (variable,) = parameters["VAR"]
            try:
                for value in range(self.evaluate(parameters["FROM"]), self.evaluate(parameters["TO"]) + 1):
                    self.set(variable, value)
                    self.run_all(node.body)
            except Leave:
                pass
        elif name == "CHGVAR":
            self.set(parameters["VAR"][0], self.evaluate(parameters["VALUE"]))
        elif name == "LEAVE":
            raise Leave
        elif name == "RETURN":
            raise Return
        elif name == "GOTO":
            raise Goto(parameters["CMDLBL"][0])
        elif name == "CALLSUBR":
            self.run_all(self.subroutines[parameters["SUBR"][0]])
        elif name == "RCVMSG":
            message = self.messages[-1]
            for keyword, value in (("MSG", message.text), ("MSGDTA", message.data), ("MSGID", message.message)):
                if keyword in parameters:
                    self.set(parameters[keyword][0], value)
        elif name == "SNDPGMMSG" and parameters.get("MSGTYPE") == ["*ESCAPE"]:
            raise Escape(parameters["MSGID"][0], self.evaluate(parameters["MSGDTA"]).rstrip())
        else:
            self.commands[name](self, parameters)


def is_monitored(message, wanted):
    """CPF0000 is all that begins with CPF, CPF9800 all that begins with CPF98."""
    return re.fullmatch(re.sub("0000$|00$", ".*", wanted), message) is not None
