"""The header's functions as a table in C: each called through the bridge, and directly at the same address."""

import re
import sys


def functions(header):
    """Each function of liboauth.h, with its parameters as (type, name)."""
    for name, inside in re.findall(r"^int32_t (oauth_\w+)\(([^)]*)\);", header, re.MULTILINE):
        words = [] if inside.strip() == "void" else [" ".join(each.split()) for each in inside.split(",")]
        yield name, [re.fullmatch(r"(int32_t |const char \*|char \*)(\w+)", each).groups() for each in words]


def shapes(parameters):
    """c: a client, i: a number, t: a text in, o: a text out, each with its length or capacity."""
    shape = ""
    kinds = [(kind, name) for kind, name in parameters]
    while kinds:
        kind, name = kinds.pop(0)
        if kind == "int32_t ":
            shape += "c" if name == "client" else "i"
        else:
            shape += "t" if kind.startswith("const") else "o"
            assert kinds.pop(0)[0] == "int32_t "
    return shape


def arguments(shape):
    each = [f"v[{at}].number" if kind in "ci" else f"v[{at}].text, v[{at}].number" for at, kind in enumerate(shape)]
    return ", ".join(each)


def table(header):
    text, rows = "", ""
    for name, parameters in functions(header):
        shape = shapes(parameters)
        types = ", ".join(kind.strip() for kind, _ in parameters) or "void"
        text += f"static int32_t by_{name}(value *v) {{ (void)v; return {name}({arguments(shape)}); }}\n"
        text += f"static int32_t at_{name}(void *f, value *v) {{ (void)v; return ((int32_t (*)({types}))f)({arguments(shape)}); }}\n"
        rows += f'    {{ "{name}", "{shape}", by_{name}, at_{name} }},\n'
    return text + "static const entry functions[] = {\n" + rows + "};\n"


if __name__ == "__main__":
    print(table(open(sys.argv[1]).read()), end="")
