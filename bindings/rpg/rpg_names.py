"""What RPG programs declare."""

from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

from rpg_syntax import BLOCKS, DECLARATIONS, ENDS, Source, Statement, Token


@dataclass
class Names:
    """What a program declares itself, with the words of the declarations; "" is outside procedures."""

    scopes: Dict[str, Dict[str, str]] = field(default_factory=lambda: {"": {}})
    procedures: Dict[str, Tuple[int, int]] = field(default_factory=dict)  # least and most arguments
    scope: str = ""

    def enter(self, statement: Statement) -> None:
        """A procedure's own names hold until its end."""
        if statement[0].text == "dcl-proc":
            self.scope = statement[1].text
            self.scopes.setdefault(self.scope, {})
        elif statement[0].text == "end-proc":
            self.scope = ""

    def declaration(self, name: str) -> Optional[str]:
        return self.scopes[self.scope].get(name, self.scopes[""].get(name))

    def type_of(self, argument: List[Token]) -> str:
        return self.declaration(argument[0].text) or "" if len(argument) == 1 else ""


def declared(source: Source) -> Names:
    names = Names()
    inside: List[bool] = []
    counted = ""  # the procedure whose parameters come
    for statement in source.statements:
        head, texts = statement[0].text, [t.text for t in statement]
        is_whole = BLOCKS.get(head) in texts[1:] or bool({"likeds", "likerec"} & set(texts)) and head == "dcl-ds"
        if head in ("dcl-proc", "begsr"):
            names.scopes[""][texts[1]] = ""
        names.enter(statement)
        here = names.scopes[names.scope]
        if head in DECLARATIONS and head != "dcl-proc":
            here[texts[1]] = " ".join(texts[2:-1])
        elif inside and inside[-1] and head not in ENDS:
            here[head] = " ".join(texts[1:-1])
        if head == "dcl-proc":
            names.procedures[texts[1]] = (0, 0)
        elif head == "dcl-pr" or head == "dcl-pi" and names.scope:
            counted = texts[1] if head == "dcl-pr" else names.scope
            names.procedures[counted] = (0, 0)
        elif counted and head not in ENDS:
            least, most = names.procedures[counted]
            names.procedures[counted] = (least + ("*nopass" not in texts), most + 1)
        if head in ("end-pr", "end-pi") or is_whole:
            counted = ""
        if head in ("dcl-ds", "dcl-pi", "dcl-pr", "dcl-enum") and not is_whole:
            # Only these have members that can be named without what they belong to.
            inside.append(head == "dcl-pi" or head == "dcl-ds" and "qualified" not in texts)
        elif head in ("end-ds", "end-pi", "end-pr", "end-enum") and inside:
            inside.pop()
        if head == "dcl-s" and "sqltype" in texts:  # the SQL precompiler makes a structure of it
            here.update({f"{texts[1]}_len": "uns ( 10 )", f"{texts[1]}_data": "char ( 1 )"})
    return names
