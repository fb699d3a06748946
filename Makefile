# SPDX-License-Identifier: GPL-2.0-or-later
# One file. PREFIX, DESTDIR, CC, CFLAGS, LDFLAGS and the like are the packager's.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
CFLAGS   ?= -O2 -g
MUSL_CC  ?= musl-gcc
B        := build$(if $(SAN),/san)

bindir   := $(PREFIX)/bin
sbindir  := $(PREFIX)/sbin
mandir   := $(PREFIX)/share/man
compdir  := $(PREFIX)/share/bash-completion/completions

# A clock that shows less than this is no clock; a packager's SOURCE_DATE_EPOCH makes it repeatable.
BUILD_TIME := $(or $(SOURCE_DATE_EPOCH),$(shell date +%s))

# Ours come last, so that a packager's flags do not take them away.
warn  := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes
every := -std=c11 -I. -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(warn) -MMD -MP
hard  := -fPIE -fstack-protector-strong -fno-strict-aliasing $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
comma := ,
san   := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
link  := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed

# Asked only when something is built: on a fresh machine `make deps` comes first.
LIBS  = $(shell pkg-config --libs libisofs-1 libsodium json-c)

host_src  := $(filter-out util/test_%,$(wildcard util/*.c seed/*.c iso/*.c cli/*.c))
host_obj  := $(host_src:%.c=$(B)/host/%.o)
guest_src := $(wildcard guest/*.c) iso/read.c seed/record.c util/hex.c util/sha256.c
guest_obj := $(guest_src:%.c=$(B)/guest/%.o)
guest     := $(if $(SAN),,$(B)/guest/seedrive-guest)

all: $(B)/seedrive $(guest)

$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CPPFLAGS) $(every) $(hard) $(san) -c -o $@ $<

$(B)/seedrive: $(host_obj)
	$(CC) $(CFLAGS) $(san) $(LDFLAGS) $(link) -o $@ $^ $(LIBS)

# The guest's program: no libc at run time, no heap, and every kilobyte counts in an initramfs.
guest_cflags := -Os -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-pie \
	-fno-stack-protector -DBUILD_TIME=$(BUILD_TIME)

$(B)/guest/%.o: %.c
	@mkdir -p $(@D)
	$(MUSL_CC) $(CPPFLAGS) $(every) $(guest_cflags) -c -o $@ $<

$(B)/guest/seedrive-guest: $(guest_obj)
	$(MUSL_CC) -static -nostartfiles -no-pie -s -Wl,--gc-sections,-z,noseparate-code,-z,norelro,-z,noexecstack,--build-id=none \
		-o $@ $^

clean:
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)

.PHONY: all clean
