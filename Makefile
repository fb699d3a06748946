# SPDX-License-Identifier: GPL-2.0-or-later
# One file. PREFIX, DESTDIR, CC, CFLAGS, CPPFLAGS and LDFLAGS are the packager's; ours come last.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
CFLAGS   ?= -O2 -g
MUSL_CC  ?= musl-gcc
CLANG    ?= clang

# SAN=1 builds beside the ordinary build, and `make SAN=1 check` tests that one.
B        := build$(if $(SAN),/san)
comma    := ,

bindir   := $(DESTDIR)$(PREFIX)/bin
sbindir  := $(DESTDIR)$(PREFIX)/sbin
mandir   := $(DESTDIR)$(PREFIX)/share/man
compdir  := $(DESTDIR)$(PREFIX)/share/bash-completion/completions

# A clock in the guest that shows less than this is none; SOURCE_DATE_EPOCH makes it repeatable.
BUILD_TIME := $(or $(SOURCE_DATE_EPOCH),$(shell date +%s))

warn  := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes
every := -std=c11 -I. -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(warn) -MMD -MP
hard  := -fPIE -fstack-protector-strong $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
san   := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
link  := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
host  = $(CC) $(CFLAGS) $(CPPFLAGS) $(every) $(hard) $(san)

# Asked for when something is linked, not before: on a fresh machine `deps` comes first.
LIBS  = $(shell pkg-config --libs libisofs-1 libsodium json-c)

rooms     := util seed iso
lib_src   := $(wildcard $(rooms:%=%/*.c))
lib_obj   := $(lib_src:%.c=$(B)/host/%.o)
cli_obj   := $(patsubst %.c,$(B)/host/%.o,$(wildcard cli/*.c))
guest_src := $(wildcard guest/*.c) iso/read.c seed/record.c util/hex.c util/sha256.c
guest_obj := $(guest_src:%.c=build/guest/%.o)
units     := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
fuzzers   := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
benches   := $(patsubst bench/%.c,build/bench/%,$(wildcard bench/*.c))
man8      := $(wildcard man/*.8)
man1      := $(wildcard man/*.1)

all: $(B)/seedrive build/guest/seedrive-guest

$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	$(host) -c -o $@ $<

$(B)/seedrive: $(lib_obj) $(cli_obj)
	$(CC) $(CFLAGS) $(san) $(LDFLAGS) $(link) -o $@ $^ $(LIBS)

# The guest's program: no libc but for its headers, no heap, and every kilobyte counts in an initramfs.
guest_cc := $(MUSL_CC) $(CPPFLAGS) $(every) -Oz -fno-tree-loop-distribute-patterns \
	-ffunction-sections -fdata-sections -fno-ident -fno-asynchronous-unwind-tables -fno-pie \
	-fno-stack-protector -Wframe-larger-than=5120 -DBUILD_TIME=$(BUILD_TIME)

build/guest/%.o: %.c
	@mkdir -p $(@D)
	$(guest_cc) -c -o $@ $<

build/guest/seedrive-guest: $(guest_obj)
	$(MUSL_CC) -static -nostdlib -no-pie -s \
		-Wl,--gc-sections,-z,noseparate-code,-z,norelro,-z,noexecstack,--build-id=none -o $@ $^

# --- tests ---

$(B)/unit/%: tests/unit/%.c $(lib_obj) $(filter-out $(B)/host/cli/main.o,$(cli_obj))
	@mkdir -p $(@D)
	$(host) -DBUILD_TIME=0 $(LDFLAGS) $(link) -o $@ $< $(filter %.o,$^) -lcmocka $(LIBS)

build/fuzz/%: tests/fuzz/%.c $(wildcard $(rooms:%=%/*.[ch]) guest/*.[ch])
	@mkdir -p $(@D)
	$(CLANG) -g -O1 -std=c11 -I. -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all $(FUZZ_FLAGS) -o $@ $< $(shell sed -n 's/^.*FUZZ_WITH: *\([^*]*\).*/\1/p' $<)

build/bench/%: bench/%.c
	@mkdir -p $(@D)
	$(host) $(link) -o $@ $<

# make check TESTS="tests/build.bats" runs a part.
TESTS ?= $(sort $(wildcard tests/*.bats))

check: deps
	@$(MAKE) --no-print-directory check-built

check-built: all $(units)
	B=$(B) tests/run $(units) $(TESTS)

fuzz: $(fuzzers)

demo: deps
	@$(MAKE) --no-print-directory all
	tests/demo.sh

bench: deps
	@$(MAKE) --no-print-directory all bench-built

bench-built: $(benches)
	bench/run

lint:
	clang-format --dry-run --Werror $$(git ls-files '*.c' '*.h')
	shellcheck $$(git ls-files '*.sh' '*.bats' .ci/run tests/run bench/run bench/vm tests/vm/init tests/fuzz/run tests/fuzz/planted bash-completion/seedrive)
	mandoc -T lint -W warning $(man1) $(man8)

# What Debian has of all that the build and the tests need; asks for nothing.
deps:
	@tests/deps.sh

# --- installation ---

install: all
	install -D -m 755 build/seedrive $(bindir)/seedrive
	install -D -m 755 build/guest/seedrive-guest $(sbindir)/seedrive-guest
	for page in $(man1); do install -D -m 644 $$page $(mandir)/man1/$${page#man/} || exit 1; done
	for page in $(man8); do install -D -m 644 $$page $(mandir)/man8/$${page#man/} || exit 1; done
	install -D -m 644 bash-completion/seedrive $(compdir)/seedrive

uninstall:
	rm -f $(bindir)/seedrive $(sbindir)/seedrive-guest $(compdir)/seedrive \
		$(man1:man/%=$(mandir)/man1/%) $(man8:man/%=$(mandir)/man8/%)

clean:
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)

.PHONY: all check check-built fuzz demo bench bench-built lint deps install uninstall clean
