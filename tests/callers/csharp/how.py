"""C# by Mono, in the language's version 5, which the compilers of .NET Framework have."""

import shutil

from callers import BIN, BINDINGS, HERE, Caller, build, first, place

CSHARP = Caller("C#", "csharp", ["mono", BIN / "csharp/signin.exe"], ["mono", BIN / "csharp/mistakes.exe"], has_own_http=True, sees_itself=True)


@first(BINDINGS / "csharp/signin.cs", HERE / "csharp/mistakes.cs")
def Csharp_builds(source):
    to = place("csharp") / f"{source.stem}.exe"
    build("mcs", "-langversion:5", "-warn:4", "-warnaserror", f"-out:{to}", source, BINDINGS / "csharp/LibOAuth.cs")
    shutil.copy(BINDINGS / "csharp/LibOAuth.dll.config", f"{to}.config")
