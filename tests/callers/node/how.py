"""Node by koffi, of the version that its lockfile has."""

import json
import os
import subprocess

from callers import BINDINGS, HERE, Caller, check, first

NODE = Caller(
    "Node", "node", ["node", "--throw-deprecation", BINDINGS / "node/signin.js"],
    ["node", "--throw-deprecation", HERE / "node/mistakes.js"], environment={"NODE_PATH": str(BINDINGS / "node")},
    has_own_http=True, sees_itself=True,
)  # fmt: skip


@first()
def Node_has_its_koffi():
    wanted = json.loads((BINDINGS / "node/package.json").read_text())["dependencies"]["koffi"]
    if installed() != wanted:
        # With the settings of who runs this; koffi brings its machine code, and compiles none.
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts"], cwd=BINDINGS / "node", env=os.environ, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        check(installed() == wanted, f"koffi {wanted} is missing; npm ci says:", done.stdout)


def installed():
    try:
        return json.loads((BINDINGS / "node/node_modules/koffi/package.json").read_text())["version"]
    except FileNotFoundError:
        return None
