"""Which Rust builds for other systems: one that has std's source, as nobody gives std built for all of them. Debian's is
rustc-web with cargo-web and rust-web-src; rustup's, the toolchain of now with the component rust-src."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute()
HERE = Path(__file__).resolve().parent


@dataclass
class Toolchain:
    cargo: str
    rustc: str
    version: str
    library: Path  # std's source

    def environment(self, **more):
        """-Zbuild-std is for nightly compilers; what has std's own source may take itself for one."""
        ours = {"RUSTC": self.rustc, "RUSTC_BOOTSTRAP": "1", "CARGO_INCREMENTAL": "0", **more}
        path = more.get("PATH", os.environ["PATH"])
        return {**os.environ, **ours, "PATH": f"{Path(self.cargo).parent}:{path}"}


def find():
    minimum = re.search(r'^rust-version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
    seen = []
    for folder in ["/usr/bin", *os.environ["PATH"].split(":")]:
        rustc, cargo = (shutil.which(name, path=folder) for name in ("rustc", "cargo"))
        if not rustc or not cargo:
            continue
        version = said(rustc, "--version").split()[1]
        library = Path(said(rustc, "--print", "sysroot"), "lib/rustlib/src/rust/library").resolve()
        if numbers(version) < numbers(minimum):
            seen.append(f"{rustc} is {version}, and {minimum} is needed")
        elif not (library / "Cargo.lock").is_file():
            seen.append(f"{rustc} has no source of std")
        else:
            return Toolchain(cargo, rustc, version, library)
    sys.exit("no Rust that builds std: " + "; ".join(dict.fromkeys(seen)))


def said(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout.decode().strip()


def numbers(version):
    return [int(part) for part in re.findall(r"\d+", version)[:2]]


def std_for_aix(rust):
    """A copy of std's source that can be checked for AIX: released ones do not compile there. Where the patch neither fits
    nor is in it already, somebody has to look."""
    patch = HERE / "std-aix.patch"
    stamp = hashlib.sha256(patch.read_bytes() + said(rust.rustc, "-vV").encode()).hexdigest()
    copy, mark = TARGET / "aix-std", TARGET / "aix-std" / "stamp"
    if not mark.is_file() or mark.read_text() != stamp:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(rust.library, copy / "library", symlinks=True)
        if not patched(copy, patch, "--dry-run", "--reverse"):
            fits = patched(copy, patch)
            fits or sys.exit(f"{patch.name} does not fit the std of Rust {rust.version}: see what it changes, and mend it")
        mark.write_text(stamp)
    return copy / "library"


def patched(folder, patch, *how):
    command = ["patch", "-p1", "--batch", "--fuzz=0", "-d", folder, "-i", patch, *how]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if not how and done.returncode:
        print(done.stdout.decode())
    return done.returncode == 0


if __name__ == "__main__":
    # What tests/tools asks.
    rust = find()
    print(rust.version, rust.rustc, rust.library)
