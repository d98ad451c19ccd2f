# liboauth: `make demo` and `make test` do all of their own set-up.
#   make            the library: shared, static, header, pkg-config file, below build/
#   make demo       build, start the practice server, sign in from C, call an API, refresh
#   make test       every check of the project
#   make servers    the same against two real authorization servers
#   make bench      speed and size, as ratios to peers in the same run
#   make fuzz       random input to every parser, for FUZZ_SECONDS
#   make bindings   regenerate header and bindings from src/ffi/mod.rs
#   make install PREFIX=/usr/local DESTDIR=      make uninstall PREFIX=... DESTDIR=

PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
DESTDIR ?=
CARGO   ?= cargo

version := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
target  := $(or $(CARGO_TARGET_DIR),target)
soname  := liboauth.so.2
build   := build
library := $(build)/lib/liboauth.so
server  := $(target)/debug/practice-server
share   := $(DESTDIR)$(PREFIX)/share/liboauth

export LIBOAUTH_DIR    := $(abspath $(build)/lib)
export LIBOAUTH_SO     := $(abspath $(library))
export PRACTICE_SERVER := $(abspath $(server))

.PHONY: all library practice-server demo test check rust-tests callers no-net servers bench fuzz bindings install uninstall clean tools

all: library

# One crate type at a time, which fat LTO needs; no path of the machine that builds stands in the library.
cargo_home := $(or $(CARGO_HOME),$(HOME)/.cargo)
release := RUSTFLAGS="$(RUSTFLAGS) --remap-path-prefix=$(cargo_home)=cargo --remap-path-prefix=$(CURDIR)=liboauth" \
  $(CARGO) rustc --locked --release --lib --crate-type

library:
	@tests/tools rust gcc
	$(release) cdylib
	$(release) staticlib
	@mkdir -p $(build)/lib/pkgconfig
	@cp -f $(target)/release/liboauth.so $(build)/lib/$(soname)
	@ln -sf $(soname) $(library)
	@cp -f $(target)/release/liboauth.a $(build)/lib/
	@sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(version)|' bindings/c/liboauth.pc.in > $(build)/lib/pkgconfig/liboauth.pc
	@echo "built $(library) ($$(wc -c < $(library)) bytes), header include/liboauth.h"

practice-server:
	@tests/tools rust gcc
	$(CARGO) build --locked -p practice-server

demo: library practice-server
	@tests/tools curl-headers
	@examples/demo

test: tools library practice-server
	tests/run

tools:
	@tests/tools all

servers: library
	tests/servers/run

# Here the practice server must not be the slow one.
bench: library
	@tests/tools bench
	$(CARGO) build --locked --release -p practice-server
	PRACTICE_SERVER=$(abspath $(target))/release/practice-server tests/bench/run

FUZZ_SECONDS ?= 60
fuzz:
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(CARGO) test --locked --test fuzz -- --nocapture

bindings:
	$(CARGO) run --locked --quiet -p liboauth-bindings

install: library
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(PREFIX)/include $(share)
	install -m 755 $(build)/lib/$(soname) $(DESTDIR)$(LIBDIR)/liboauth.so.2.$(version)
	ln -sf liboauth.so.2.$(version) $(DESTDIR)$(LIBDIR)/$(soname)
	ln -sf $(soname) $(DESTDIR)$(LIBDIR)/liboauth.so
	install -m 644 $(build)/lib/liboauth.a $(DESTDIR)$(LIBDIR)/
	install -m 644 $(build)/lib/pkgconfig/liboauth.pc $(DESTDIR)$(LIBDIR)/pkgconfig/
	install -m 644 include/liboauth.h $(DESTDIR)$(PREFIX)/include/
	for language in cobol rpg python; do \
	  install -d $(share)/$$language && \
	  find bindings/$$language -maxdepth 1 -type f ! -name '*.pyc' -exec install -m 644 {} $(share)/$$language/ \; || exit 1; \
	done

uninstall:
	rm -f $(DESTDIR)$(LIBDIR)/liboauth.so $(DESTDIR)$(LIBDIR)/$(soname) $(DESTDIR)$(LIBDIR)/liboauth.so.2.* \
	  $(DESTDIR)$(LIBDIR)/liboauth.a $(DESTDIR)$(LIBDIR)/pkgconfig/liboauth.pc $(DESTDIR)$(PREFIX)/include/liboauth.h
	rm -rf $(share)

clean:
	$(CARGO) clean
	rm -rf $(build)
