"""LuaJIT: the module, by its own FFI."""

from bench import LIB
from callers import BINDINGS, HERE, NEWEST, Caller

LUA = Caller(
    "LuaJIT",
    "lua",
    ["luajit", BINDINGS / "lua/signin.lua"],
    ["luajit", HERE / "lua/mistakes.lua"],
    environment={
        "LIBOAUTH_LIBRARY": str(LIB / "liboauth.so.2"),
        "LUA_PATH": f"{BINDINGS / 'lua'}/?.lua;;",
    },
    lacks={"threads": "it has none"},
    looks_up=NEWEST,
    has_own_http=True,
)
