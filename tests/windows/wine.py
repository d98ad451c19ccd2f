"""A Windows of its own for a run: Wine, with a folder of it that is drive S: and belongs to its owner alone."""

import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CC = ["x86_64-w64-mingw32-gcc", "-O1", "-Wall", "-Wextra", "-Werror"]
POSIX_CC = ["x86_64-w64-mingw32-gcc-posix", *CC[1:]]


def loader():
    for path in ("/usr/lib/wine/wine64", "/usr/bin/wine64", shutil.which("wine") or ""):
        if path and Path(path).exists():
            return path
    raise SystemExit("FAILED wine is missing: apt-get install wine64\n0 passed, 1 failed")


WINE = loader()


class Windows:
    keeper = None

    def __init__(self, work):
        self.work = work
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "HOME": str(work), "WINEPREFIX": str(work / "wine"),
            "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=",
        }  # fmt: skip

    def begin(self):
        """The drive S: is the run's folder; its programs' folder has the libraries beside them."""
        done = subprocess.run([WINE, "wineboot", "-i"], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.server("-w")
        drives = self.work / "wine" / "dosdevices"
        if not drives.is_dir():
            raise SystemExit(f"FAILED Wine does not begin: {done.stdout}\n0 passed, 1 failed")
        self.files = self.work / "s"
        self.files.mkdir(mode=0o700)
        (drives / "s:").symlink_to(self.files)
        self.server("-p")  # it stays: each program begins sooner
        # What Wine starts besides has the output of whoever comes first, and keeps it: of one that waits until the end, and
        # not of a program that is read.
        quiet = {"env": self.environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.keeper = subprocess.Popen([WINE, "cmd.exe", "/c", "pause"], stdin=subprocess.PIPE, **quiet)
        subprocess.run([WINE, "cmd.exe", "/c", "exit"], stdin=subprocess.DEVNULL, **quiet)

    def end(self):
        if self.keeper:
            self.keeper.kill()
            self.keeper.wait()
        self.server("-k")

    def server(self, word):
        for path in ("/usr/lib/wine/wineserver", "/usr/lib/wine/wineserver64", shutil.which("wineserver") or ""):
            if path and Path(path).exists():
                return subprocess.run([path, word], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        raise SystemExit("FAILED wineserver is missing: apt-get install wine\n0 passed, 1 failed")

    def path(self, path):
        """A file below S:, as Windows calls it."""
        return "S:\\" + str(Path(path).relative_to(self.files)).replace("/", "\\")

    def run(self, program, *words, **more):
        command = [WINE, self.files / program, *words]
        more = {"env": self.environment, "timeout": 300, "stdin": subprocess.DEVNULL, **more}
        return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
