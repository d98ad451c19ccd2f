"""Embedded SQL: host variables are declared, parentheses close, functions have their arguments."""

from typing import List, Optional

from rpg_apis import SQL_FUNCTIONS
from rpg_names import Names
from rpg_syntax import Source, Statement, Token

VERBS = {"get", "select", "set", "values"}
DIAGNOSTICS = {"db2_returned_sqlcode", "message_text", "returned_sqlstate"}
# Words before a parenthesis that are no functions.
NOT_CALLED = {"as", "in", "on", "values", "key", "value"}


def check(source: Source, names: Names, statement: Statement) -> None:
    texts = [t.text for t in statement]
    line = statement[0].line
    if texts[1:2] != ["sql"] or len(texts) < 4 or texts[2] not in VERBS:
        source.wrong(line, "exec sql, and one of " + ", ".join(sorted(VERBS)))
    if texts[2:3] in (["select"], ["values"]) and "into" not in texts:
        source.wrong(line, f"{texts[2]} into nothing")
    if texts[2:3] == ["get"]:
        check_diagnostics(source, names, statement)
        return
    for index, token in enumerate(statement):
        if token.kind == "host":
            whole, _, member = token.text[1:].partition(".")
            if names.declaration(whole) is None and not member:
                source.wrong(token.line, f"{token.text}: not declared")
        if token.kind in ("host", "text", "number") and statement[index + 1].kind in ("host", "text", "number"):
            source.wrong(token.line, f"{statement[index + 1].text} behind {token.text}: is a comma missing?")
        if token.kind == "host" and statement[index + 1].text in SQL_FUNCTIONS:
            source.wrong(token.line, f"{statement[index + 1].text} behind {token.text}: is a comma missing?")
        if token.text == "(" and index and statement[index - 1].kind == "word":
            check_function(source, statement, index)


def check_diagnostics(source: Source, names: Names, statement: Statement) -> None:
    """GET DIAGNOSTICS CONDITION, a number, and one item into one host variable."""
    texts = [t.text for t in statement[3:]]
    fixed = texts[:2] + texts[4:5]
    if len(texts) < 6 or fixed != ["diagnostics", "condition", "="] or not texts[2].isdigit() or texts[5] not in DIAGNOSTICS:
        source.wrong(statement[0].line, "get diagnostics condition 1 :variable = " + ", or ".join(sorted(DIAGNOSTICS)))
    elif statement[6].kind != "host" or names.declaration(texts[3][1:]) is None:
        source.wrong(statement[0].line, f"{texts[3]}: not declared, or no host variable")


def check_function(source: Source, statement: Statement, index: int) -> None:
    name = statement[index - 1].text
    if index > 2 and statement[index - 2].text == ".":
        name = f"{statement[index - 3].text}.{name}"
    if name in NOT_CALLED:
        return
    line = statement[index].line
    if name not in SQL_FUNCTIONS:
        source.wrong(line, f"{name}: no function of SQL that is known here")
        return
    least, most = SQL_FUNCTIONS[name]
    count = arguments_at(statement, index)
    if count is None or not least <= count <= most:
        source.wrong(line, f"{name}: {count} arguments, {least} to {most}")


def arguments_at(statement: List[Token], index: int) -> Optional[int]:
    """How many stand between the parentheses that begin there."""
    depth, count = 0, 0
    for token in statement[index:]:
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "operator" else 0
        if depth == 1 and token.text == "," and token.kind == "operator":
            count += 1
        if depth == 0:
            return 0 if statement[index + 1].text == ")" else count + 1
    return None
