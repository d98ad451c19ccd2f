# liboauth: `make demo` and `make test` do all of their own set-up, and say first what they cannot.
#   make            library (shared, static, header, pkg-config file) and command, below build/; or make library, make command
#   make demo       build, start the practice server, sign in from C, call an API, refresh
#   make test       every check of the project
#   make callers    a small program in each language of bindings/, installed, built and run
#   make gnucobol4  the COBOL programs with GnuCOBOL 4, which is fetched from Debian
#   make big-endian, arm64, musl                 the tests on powerpc64 and aarch64 under qemu, and with musl
#   make freebsd-check, aix-check                type-checked for FreeBSD and AIX
#   make windows    the DLL for 64-bit Windows, as a zip, built by Debian's packages and run under Wine
#   make sweep      many jobs on one token, jobs killed at every call and a thousand moments, disks that fail at each
#   make servers    the flows against oidc-provider, Doorkeeper, Authlib, Django OAuth Toolkit; a browser, a mail server
#   make bare       the README's two commands on bare Debian 12 and 13, as root and as a user
#   make bench      speed and size beside libcurl, the system's calls, an empty process
#   make fuzz       random input to every parser, for FUZZ_SECONDS
#   make bindings   regenerate header and bindings from src/ffi and src/constants
#   make install PREFIX=/usr/local DESTDIR=      what make has built      make uninstall PREFIX=... DESTDIR=

PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
DESTDIR ?=
CARGO   ?= cargo

version := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
target  := $(or $(CARGO_TARGET_DIR),target)
soname  := liboauth.so.2
build   := build
library := $(build)/lib/liboauth.so
program := $(build)/bin/oauth
server  := $(target)/debug/practice-server

export LIBOAUTH_DIR    := $(abspath $(build)/lib)
export LIBOAUTH_SO     := $(abspath $(library))
export PRACTICE_SERVER := $(abspath $(server))

.PHONY: all library command practice-server demo test callers windows windows-sample gnucobol4 sweep servers oidc-provider bare bench fuzz bindings big-endian arm64 musl freebsd-check aix-check install uninstall clean tools

all: library command

# What the goals need, of all of them at once and before anything is built.
tools:
	@tests/tools $(or $(MAKECMDGOALS),library)

# One crate type at a time, which fat LTO needs; no path of the machine that builds stands in the library, nor in the
# objects that C compilers put into it. Sources are fetched first, as their folder's name has the registry's in it.
cargo_home := $(or $(CARGO_HOME),$(HOME)/.cargo)
fetch := $(CARGO) metadata --locked --format-version 1 --filter-platform "$$(rustc -vV | sed -n 's/^host: //p')" >/dev/null
remap = $(1)=$(cargo_home)=cargo$$(printf ' $(1)=%s=cargo' $(cargo_home)/registry/src/*)
# What seals the store is quick enough without the code for each kind of processor, 20 KB.
small := --cfg aes_force_soft --cfg chacha20_force_soft --cfg poly1305_force_soft
flags := RUSTFLAGS="$(RUSTFLAGS) $(small) $(call remap,--remap-path-prefix) --remap-path-prefix=$(CURDIR)=liboauth" \
  CFLAGS="$(CFLAGS) -g0 $(call remap,-ffile-prefix-map) -ffile-prefix-map=$(abspath $(target))=target"
release := $(flags) $(CARGO) rustc --locked --release --lib --crate-type

pc = sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(version)|' bindings/c/liboauth.pc.in

library: tools
	@$(fetch)
	$(release) cdylib
	$(release) staticlib
	@mkdir -p $(build)/lib/pkgconfig
	@cp -f $(target)/release/liboauth.so $(build)/lib/$(soname)
	@ln -sf $(soname) $(library)
	@cp -f $(target)/release/liboauth.a $(build)/lib/
	@$(pc) > $(build)/lib/pkgconfig/liboauth.pc
	@echo "built $(library) ($$(wc -c < $(library)) bytes), header include/liboauth.h"

# In a folder of its own: built beside the library, each would undo the other's.
command: tools
	@$(fetch)
	$(flags) CARGO_TARGET_DIR=$(abspath $(target))/command $(CARGO) build --locked --release -p oauth-command
	@mkdir -p $(build)/bin
	@cp -f $(target)/command/release/oauth $(program)
	@echo "built $(program) ($$(wc -c < $(program)) bytes)"

practice-server: tools
	$(CARGO) build --locked -p practice-server

demo: library practice-server
	@examples/demo

test: library command practice-server
	tests/run

callers: library practice-server
	tests/callers/run

gnucobol4: library practice-server
	tests/languages/gnucobol4

# The practice server runs natively, and so does not share the compiler.
windows: tools practice-server
	TARGET=$(abspath $(target))/windows bindings/windows/build release $(build)/windows
	LIBOAUTH_WINDOWS=$(abspath $(build))/windows tests/windows/run

# In less time: what is not optimized, and fewer storms.
windows-sample: tools practice-server
	TARGET=$(abspath $(target))/windows bindings/windows/build debug $(build)/windows-sample
	LIBOAUTH_WINDOWS=$(abspath $(build))/windows-sample tests/windows/run --sample

sweep: library practice-server
	tests/stress/run --full
	tests/faults/run --full

servers: oidc-provider library practice-server
	tests/real_servers/run
	tests/outside/run

oidc-provider: tools
	@tests/real_servers/run --install

bare:
	tests/bare

# Here the practice server must not be the slow one.
bench: library command
	$(CARGO) build --locked --release -p practice-server
	PRACTICE_SERVER=$(abspath $(target))/release/practice-server tests/bench/run

# SAMPLE=--sample: a part of the tests, in minutes. What signs in from C does so at a server that runs natively.
big-endian arm64 musl: tools practice-server
	tests/cross/run $@ $(SAMPLE)

freebsd-check aix-check:
	tests/cross/run $@

FUZZ_SECONDS ?= 60
fuzz: tools
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(CARGO) test --locked --test fuzz -- --nocapture

bindings: tools
	$(CARGO) run --locked --quiet -p liboauth-bindings

placed := PREFIX="$(PREFIX)" LIBDIR="$(LIBDIR)" DESTDIR="$(DESTDIR)" VERSION="$(version)" bindings/install

install:
	@[ -f $(build)/lib/$(soname) ] && [ -f $(program) ] || $(MAKE) --no-print-directory all
	@$(placed) yes

uninstall:
	@$(placed) no

clean:
	$(CARGO) clean
	rm -rf $(build)
