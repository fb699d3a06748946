# SPDX-License-Identifier: GPL-2.0-or-later
# One file. PREFIX, DESTDIR, CC, CFLAGS, CPPFLAGS and LDFLAGS are the packager's; ours come last.
# V=1 prints whole commands.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
CFLAGS   ?= -O2 -g
MUSL_CC  ?= musl-gcc
AARCH64_CC ?= aarch64-linux-gnu-gcc
CLANG    ?= clang

# SAN=1 builds beside the ordinary build, and `make SAN=1 check` tests that one.
B        := build$(if $(SAN),/san)
# Where the guest's program is built: for another machine elsewhere.
G        := build/guest
comma    := ,
# $(call say,WORD[,FILE]): begins a command that is printed as these two, $@ unless said; with V=1 as it is.
silent   := $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
say       = $(if $(V),,@$(if $(silent),,printf '%s %s\n' $1 '$(or $2,$@)';) )
hash     := \#

bindir   := $(DESTDIR)$(PREFIX)/bin
sbindir  := $(DESTDIR)$(PREFIX)/sbin
libexecdir := $(DESTDIR)$(PREFIX)/libexec/seedrive
mandir   := $(DESTDIR)$(PREFIX)/share/man
docdir   := $(DESTDIR)$(PREFIX)/share/doc/seedrive
datadir  := $(DESTDIR)$(PREFIX)/share/seedrive
compdir  := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir   := $(DESTDIR)$(or $(ZSHDIR),$(PREFIX)/share/zsh/site-functions)
fishdir  := $(DESTDIR)$(or $(FISHDIR),$(PREFIX)/share/fish/vendor_completions.d)
unitdir  := $(DESTDIR)$(or $(UNITDIR),$(PREFIX)/lib/systemd/system)
gendir   := $(DESTDIR)$(or $(GENERATORDIR),$(PREFIX)/lib/systemd/system-generators)
usersdir := $(DESTDIR)$(or $(SYSUSERSDIR),$(PREFIX)/lib/sysusers.d)
presetdir := $(DESTDIR)$(or $(PRESETDIR),$(PREFIX)/lib/systemd/system-preset)
tmpfilesdir := $(DESTDIR)$(or $(TMPFILESDIR),$(PREFIX)/lib/tmpfiles.d)
rulesdir := $(DESTDIR)$(or $(UDEVRULESDIR),$(PREFIX)/lib/udev/rules.d)
# What the guest has besides. initramfs-tools reads two folders, dracut one, and none is in /usr/local.
stagedir := $(DESTDIR)$(PREFIX)/lib/seedrive
initramfs := $(DESTDIR)$(or $(INITRAMFSDIR),$(if $(filter /usr,$(PREFIX)),/usr/share,/etc)/initramfs-tools)
dracutmod := $(DESTDIR)$(or $(DRACUTDIR),/usr/lib/dracut)/modules.d/90seedrive
statedir := $(DESTDIR)/var/lib/seedrive

# A clock in the guest that shows less than this is none; SOURCE_DATE_EPOCH makes it repeatable.
BUILD_TIME := $(or $(SOURCE_DATE_EPOCH),$(shell date +%s))

warn  := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes
every := -std=c11 -I. -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(warn) -MMD -MP
hard  := -fPIE -fstack-protector-strong $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
san   := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
# What libisofs calls of the C library, where libisofs is linked in: iso/converters.c, utc.c and writer.c.
wrap_converters := iconv_open iconv iconv_close
wrap_utc := gmtime_r localtime_r tzset
wrap_writer := pthread_create pthread_join
wrap_calls := $(patsubst %,-Wl$(comma)--wrap=%,$(wrap_converters) $(wrap_utc) $(wrap_writer)) \
	-Wl,--undefined=__wrap_iconv_open,--undefined=__wrap_gmtime_r,--undefined=__wrap_pthread_create
link  := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(wrap_calls)
host  = $(CC) $(CFLAGS) $(CPPFLAGS) $(every) $(hard) $(san)

# Asked for when something is linked, not before: on a fresh machine `deps` comes first.
LIBS  = $(shell pkg-config --libs libevent_core libdivsufsort libburn-1 blkid) $(small) -lm @$(B)/libraries @$(B)/jitter
# Where there are archives they are linked in, as loading so many libraries takes longer than making a drive;
# SHARED=1, for packagers: none.
archive = $(if $(SHARED),,$(wildcard $(shell $(CC) -print-file-name=lib$1.a)))
small = $(or $(call archive,json-c),$(shell pkg-config --libs json-c)) \
	$(or $(call archive,inih),$(shell pkg-config --libs inih))

# Each is cli/main.c and a table of its commands; but for the first they are those that seedrive becomes (cli/exec_helper.c).
helpers   := check device serve
programs  := seedrive $(helpers:%=libexec/seedrive-%)
tables    := cli/seedrive.c $(helpers:%=cli/seedrive_%.c)
# And one that has no commands.
linked    := $(programs:%=$(B)/%) $(B)/seedrive-mkisofs

# A room of a room is a folder in it.
rooms     := util util/wire seed seed/source seed/estimate iso iso/output drive
fronts    := cli cli/config cli/check serve
lib_src   := $(wildcard $(rooms:%=%/*.c))
lib_obj   := $(lib_src:%.c=$(B)/host/%.o)
mains     := $(patsubst %.c,$(B)/host/%.o,cli/main.c cli/mkisofs.c $(tables))
cli_obj   := $(filter-out $(mains),$(patsubst %.c,$(B)/host/%.o,$(wildcard $(fronts:%=%/*.c))))
# Programs of the guest: each a file with its main(), and of one archive whatever that refers to.
guest_mains := guest/main.c guest/stage/main.c guest/refresh/main.c
guest_src := $(wildcard guest/*.c guest/stage/*.c guest/refresh/*.c) iso/read.c \
	$(addprefix util/wire/,http.c http_body.c label.c record.c vmclock.c) $(addprefix util/,duration.c hex.c json.c sha256.c utf8.c)
guest_obj := $(patsubst %.c,$(G)/%.o,$(filter-out $(guest_mains),$(guest_src)))
units     := $(patsubst tests/%.c,$(B)/unit/%,$(wildcard tests/*/test_*.c tests/*/*/test_*.c))
fuzzers   := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
benches   := $(patsubst bench/%.c,build/bench/%,$(wildcard bench/*.c))
man8      := $(wildcard man/*.8)
man5      := $(wildcard man/*.5)
man1      := $(wildcard man/*.1)

guest_programs := seedrive-guest guest-stage seedrive-refresh

all: $(linked) $(guest_programs:%=$(G)/%)

$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(host) -c -o $@ $<

# Of these a program takes what it refers to, and of the libraries what that needs: those of `check` cost
# every start of a program some time.
$(B)/host/shared.a: $(lib_obj) $(cli_obj)
	@rm -f $@
	$(call say,AR)$(AR) qcs $@ $^

$(B)/seedrive: $(B)/host/cli/seedrive.o
$(helpers:%=$(B)/libexec/seedrive-%): $(B)/libexec/seedrive-%: $(B)/host/cli/seedrive_%.o
$(programs:%=$(B)/%): $(B)/host/cli/main.o
$(B)/seedrive-mkisofs: $(B)/host/cli/mkisofs.o
$(linked): $(B)/host/shared.a $(B)/libraries $(B)/jitter
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(CFLAGS) $(san) $(LDFLAGS) $(link) -o $@ $(filter %.o,$^) $(B)/host/shared.a $(LIBS)

# STATIC=1: seedrive-mkisofs is one file that needs no libc, loader or gconv of where it runs. Linked again when that changes.
$(B)/static: .FORCE
	@mkdir -p $(@D); echo '$(STATIC)' | cmp -s - $@ || echo '$(STATIC)' >$@

$(B)/seedrive-mkisofs: $(B)/static
ifdef STATIC
$(B)/seedrive-mkisofs: link := -static-pie -Wl,-z,relro,-z,now,-z,noexecstack $(wrap_calls)
$(B)/seedrive-mkisofs: LIBS = -Wl,--start-group $(addprefix -l,isofs sodium jte z bz2 acl attr json-c inih) -Wl,--end-group -lm @$(B)/jitter
endif

# $(call settle,PROGRAM,FLAGS,ELSE): the recipe of a file of flags: FLAGS, if PROGRAM can be linked with them.
settle = @mkdir -p "$(@D)"; rm -f "$@.flags" "$@.try" "$@.log"; printf '%s\n' '$(subst ','\'',$2)' >"$@.flags"; \
	printf '%b\n' '$1' | $(CC) $(CPPFLAGS) $(CFLAGS) -o "$@.try" -x c - -x none $(LDFLAGS) "@$@.flags" 2>"$@.log" || \
	echo '$3' >"$@.flags"; cmp -s "$@.flags" "$@" || mv -f "$@.flags" "$@"

# libisofs was built with some of these or without; all of them, or it as a library.
isofs_try := int iso_init(void), sodium_init(void); int main(void) { return iso_init() + sodium_init(); }
isofs_archives = $(foreach lib,isofs sodium jte z bz2 acl attr,$(call archive,$(lib)))

$(B)/libraries: .FORCE
	$(call settle,$(isofs_try),$(isofs_archives),$(shell pkg-config --libs libisofs-1 libsodium))

# libjitterentropy, where there is one: the flags that it takes, or none. JITTER=DIR: the one in there.
jitter_try := $(hash)include <jitterentropy.h>\nint main(void) { return jent_entropy_init_ex(JENT_MAJVERSION, JENT_FORCE_FIPS); }

$(B)/jitter: .FORCE
	$(call settle,$(jitter_try),-DWITH_JITTER $(if $(JITTER),"-I$(JITTER)" "-L$(JITTER)") -ljitterentropy)

$(B)/host/seed/source/jitter.o: seed/source/jitter.c $(B)/jitter
	@mkdir -p $(@D)
	$(call say,CC,$<)$(host) @$(B)/jitter -c -o $@ $<

# On x86 tables and the stack are as aligned as they have to be, and not as the cache or other people's code would like.
guest_abi := -malign-data=abi -mpreferred-stack-boundary=3
guest_abi := $(shell $(MUSL_CC) $(guest_abi) -E -x c /dev/null >/dev/null 2>&1 && echo $(guest_abi))

# Each file by itself and then the program as a whole: a twentieth less. What the compiler itself would call, and what begins a
# program, are linked as they are.
guest_opt := -Oz -fno-tree-loop-distribute-patterns -fno-expensive-optimizations -fno-caller-saves \
	-fno-move-loop-invariants -fno-tree-forwprop -fno-ipa-pure-const -fno-tree-tail-merge $(guest_abi) \
	-flto -ffat-lto-objects

guest_link := $(MUSL_CC) $(guest_opt) -flto-partition=one -Wframe-larger-than=5120 -static -nostdlib -no-pie -s \
	-Wl,--gc-sections,-z,noseparate-code,-z,norelro,-z,noexecstack,--build-id=none

# The guest's programs: no libc but for its headers, no heap, and every kilobyte counts in an initramfs.
guest_cc := $(MUSL_CC) $(CPPFLAGS) $(every) $(guest_opt) \
	-ffunction-sections -fdata-sections -fno-ident -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-pie \
	-fno-stack-protector -Wframe-larger-than=5120 -DBUILD_TIME=$(BUILD_TIME)

$(G)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$< ($(G)))$(guest_cc) -c -o $@ $<

$(addprefix $(G)/guest/,start.o string.o sys.o): guest_cc += -fno-lto

$(G)/shared.a: $(guest_obj)
	@rm -f $@
	$(call say,AR)$(AR) qcs $@ $^

$(G)/seedrive-guest: $(G)/guest/main.o $(G)/shared.a
$(G)/guest-stage: $(G)/guest/stage/main.o $(G)/shared.a
$(G)/seedrive-refresh: $(G)/guest/refresh/main.o $(G)/shared.a
$(guest_programs:%=$(G)/%):
	$(call say,LD)$(guest_link) -o $@ $^

# For its tests: one that asks them instead of the kernel. A function that was made part of another cannot be replaced.
wrapped := main deadline_set process_kill sys_fsync remount_begin remount_root remount_efivars remount_hide_efivars status_write \
	kernel_ready machine_ask

build/guest/stage-world: build/guest/tests/dist/stage_world.o build/guest/guest/stage/main.o build/guest/shared.a
	$(call say,LD)$(guest_link) -fno-lto $(wrapped:%=-Wl$(comma)--wrap=%) -o $@ $^

# A cross compiler will do, as there is no libc in it.
guest-aarch64:
	@$(MAKE) --no-print-directory MUSL_CC=$(AARCH64_CC) G=build/guest-aarch64 \
		$(guest_programs:%=build/guest-aarch64/%)

# --- tests ---

$(B)/unit/%: tests/%.c $(lib_obj) $(cli_obj) $(B)/libraries $(B)/jitter
	@mkdir -p $(@D)
	$(call say,LD)$(host) -DBUILD_TIME=0 $(LDFLAGS) $(link) -o $@ $< $(filter %.o,$^) -lcmocka $(LIBS)

build/fuzz/%: tests/fuzz/%.c $(wildcard tests/fuzz/*.h $(rooms:%=%/*.[ch]) $(fronts:%=%/*.[ch]) guest/*.[ch])
	@mkdir -p $(@D)
	$(call say,LD)$(CLANG) -g -O1 -std=c11 -I. -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all $(FUZZ_FLAGS) -o $@ $< \
		$(or $(fuzz_with),$(shell sed -n 's/^.*FUZZ_WITH: *\([^*]*\).*/\1/p' $<))

build/fuzz/fuzz_image: fuzz_with = $(filter-out drive/compose.c,$(wildcard drive/*.c)) iso/read.c iso/reopen.c iso/tree.c \
	$(addprefix iso/output/,holder.c lock.c loop.c process.c stack.c) $(wildcard $(addsuffix /*.c,seed seed/source util util/wire)) \
	-DVERSION='"fuzzed"' -lsodium -ljson-c -pthread

build/bench/plain_http: LIBS += -levent_extra -lmicrohttpd

build/bench/%: bench/%.c $(lib_obj) $(B)/libraries $(B)/jitter
	@mkdir -p $(@D)
	$(call say,LD)$(host) $(LDFLAGS) $(link) -o $@ $< $(lib_obj) $(LIBS)

# make check TESTS="tests/cli/build.bats" runs a part. Those in virtual machines have a folder; those that take long have targets.
longer    := $(addprefix tests/vm/,clones.bats cuts.bats events.bats inits.bats matrix.bats outcomes.bats people.bats streams.bats) \
	tests/fuzz/planted.bats tests/serve/requests.bats
packages  := $(wildcard tests/packages/*.bats)
suites    := $(sort $(filter-out $(longer) $(packages),$(wildcard tests/*.bats tests/*/*.bats tests/*/*/*.bats)))
TESTS ?= $(suites)

check: deps
	@$(MAKE) --no-print-directory check-built

check-built: all guest-aarch64 build/guest/stage-world $(units)
	B=$(B) tests/run $(units) $(TESTS)

# Without those in virtual machines.
check-host: deps
	@$(MAKE) --no-print-directory check-built TESTS="$(filter-out tests/vm/%,$(TESTS))"

# What README says, in a bare Debian of each suite: an hour.
check-suites: deps
	tests/suites

# Of the suites, those that run the host's programs and need no virtual machine.
host_suites = $(filter-out tests/vm/% tests/guest/% $(addprefix %/,$(addsuffix .bats,analyse arm fuzz hook \
	initramfs layers libvirt policy stage cutoffs)),$(suites))

# Tests of what is installed look at the ordinary build.
check-programs: deps
	@env -u MAKEFLAGS -u B -u CC -u CFLAGS -u SAN -u SHARED $(MAKE) --no-print-directory -s all guest-aarch64
	@$(MAKE) --no-print-directory check-built TESTS='$(host_suites)'

# And what other compilers, sanitizers and analysers find: not for every day either.
check-all: check check-planted
	tests/analyse
	@$(MAKE) --no-print-directory SAN=1 check-programs
	@$(MAKE) --no-print-directory SAN=1 check-requests
	@$(MAKE) --no-print-directory CC=$(CLANG) B=build/clang check-programs
	@$(MAKE) --no-print-directory SHARED=1 B=build/shared check-programs

# How much of each room these run. A test that fails only because it is watched does not hide the figures.
coverage: deps
	rm -rf build/coverage
	-GCOV_ERROR_FILE=/dev/null $(MAKE) --no-print-directory CFLAGS='-Og -g --coverage -fprofile-update=atomic' \
		B=build/coverage check-programs
	tests/coverage build/coverage $(FILES:%=--files)

# Long ones: a whole Debian where a drive comes late, with another init, where root is encrypted, verified, read-only, or of a
# machine that hibernated; and one with cloud-init, udisks and users.
check-boot: deps
	@$(MAKE) --no-print-directory check-built TESTS="tests/vm/events.bats tests/vm/inits.bats tests/vm/outcomes.bats tests/vm/people.bats" units=

# A drive that comes at each time, by each initramfs, BOOTS times each, once unless said.
check-matrix: deps
	@$(MAKE) --no-print-directory check-built TESTS=tests/vm/matrix.bats units=

# The power cut at each flush, and two copies at once on each of BOOTS boots, 200 unless said.
check-cuts: deps
	@$(MAKE) --no-print-directory check-built TESTS=tests/vm/cuts.bats units=

# A machine that is saved and goes on in COPIES, 8 unless said, with a vmclock and without: ten minutes.
check-clones: deps
	@$(MAKE) --no-print-directory check-built TESTS=tests/vm/clones.bats units=

# What becomes of running guests while the daemon is ended 200 times, and while no source delivers: ten minutes.
check-streams: deps
	@$(MAKE) --no-print-directory check-built TESTS=tests/vm/streams.bats units=

# A million random requests by EGD, and as many by HTTP; with SAN=1 under ASan and UBSan.
check-requests: deps
	@$(MAKE) --no-print-directory check-built TESTS=tests/serve/requests.bats units=

# Debian's packages of what is committed: made twice and compared, installed, upgraded and removed in bare systems.
check-packages: deps
	@$(MAKE) --no-print-directory check-built TESTS="$(packages)" units=

# Faults planted in the guest's program, and the test that finds each: minutes.
mutants: deps all
	tests/mutants

# Downloads each suite's kernel, and boots it: not for every day. make check-kernels SUITES="sid" tries some.
check-kernels: deps
	@$(MAKE) --no-print-directory all
	tests/kernels $(SUITES)

# Likewise in the parsers of the tools and the daemon, for the fuzz targets.
check-planted: deps
	@$(MAKE) --no-print-directory check-built TESTS=tests/fuzz/planted.bats units=

# Random command lines, RUNS of them, 10000 unless said, to genisoimage and to seedrive-mkisofs: three minutes.
check-grammar: deps
	@$(MAKE) --no-print-directory all
	tests/grammar $(RUNS)

fuzz: $(fuzzers)

# Of the build only what goes wrong is shown, as the three steps are what it is for.
demo: deps
	@$(MAKE) --no-print-directory $(if $(V),,-s) all
	@tests/demo.sh

bench: deps
	@$(MAKE) --no-print-directory all bench-built

bench-built: $(benches)
	bench/run

lint:
	clang-format --dry-run --Werror $$(git ls-files '*.c' '*.h')
	shellcheck $$(git grep -lE '^#!.*[/ ](ba)?sh$$' -- ':!tests/data') $$(git ls-files '*.bash' '*.bats') bash-completion/*
	mandoc -T lint -W warning $(man1) $(man5) $(man8)

# What Debian has of all that the build and the tests need; asks for nothing.
deps:
	@tests/deps.sh

# --- release ---

# What is committed, as build/seedrive-VERSION.tar.gz: the same bytes for everybody.
dist:
	@dist/tarball build

# And as Debian's packages, in build/deb. DEB_FLAGS are those of dpkg-buildpackage(1).
deb:
	dist/deb build/deb $(DEB_FLAGS)

# --- installation ---

# $(call fill,MODE,FILE,TARGET): with the folders in it. Nothing is made in build/ here: root may install what is another
# user's.
fill = install -D -m $1 $2 $3 && \
	sed -i 's|@bindir@|$(PREFIX)/bin|g; s|@sbindir@|$(PREFIX)/sbin|g; s|@libdir@|$(PREFIX)/lib/seedrive|g; s|@rulesdir@|$(patsubst $(DESTDIR)%,%,$(rulesdir))|g' $3

# Pages say where the documents are, with PREFIX=/usr: $(call pages,FOLDER,FILES).
pages = install -D -m 644 -t $1 $2 && sed -i 's|/usr/share/doc/seedrive|$(PREFIX)/share/doc/seedrive|' $(addprefix $1/,$(notdir $2))

# $(call completions,PROGRAMS): those of each shell.
completions = $(foreach p,$1,$(compdir)/$p $(zshdir)/_$p $(fishdir)/$p.fish)
install_completions = install -D -m 644 -t $(compdir) $(1:%=bash-completion/%) && \
	install -D -m 644 -t $(zshdir) $(1:%=zsh-completion/_%) && \
	install -D -m 644 -t $(fishdir) $(1:%=fish-completion/%.fish)

# A host: the tools, and beside them the daemon. A host has no use for the guest's program.
install: install-host install-daemon
uninstall: uninstall-host uninstall-daemon

host_helpers := $(filter-out serve,$(helpers))
host_programs := seedrive seedrive-mkisofs
host_docs := $(addprefix doc/,accounting.md nova.md platforms.md seed-format.md seedrive.conf)

install-host: install-tools install-mkisofs

install-tools: $(filter-out %-serve,$(programs:%=$(B)/%))
	install -D -m 755 $(B)/seedrive $(bindir)/seedrive
	install -D -m 755 -t $(libexecdir) $(host_helpers:%=$(B)/libexec/seedrive-%)
	$(call pages,$(mandir)/man1,$(filter-out %-mkisofs.1,$(man1)))
	$(call pages,$(mandir)/man5,$(man5))
	$(call install_completions,seedrive)
	install -D -m 644 -t $(docdir) $(host_docs)
	sed -i 's|`doc/|`|g' $(host_docs:doc/%=$(docdir)/%)
	$(call fill,755,dist/host/libvirt-hook.in,$(datadir)/libvirt-hook)

# The drop-in alone.
install-mkisofs: $(B)/seedrive-mkisofs
	install -D -m 755 $(B)/seedrive-mkisofs $(bindir)/seedrive-mkisofs
	$(call pages,$(mandir)/man1,man/seedrive-mkisofs.1)
	$(call install_completions,seedrive-mkisofs)

uninstall-host:
	rm -f $(bindir)/seedrive $(bindir)/seedrive-mkisofs $(host_helpers:%=$(libexecdir)/seedrive-%) \
		$(call completions,$(host_programs)) $(host_docs:doc/%=$(docdir)/%) $(datadir)/libvirt-hook \
		$(man1:man/%=$(mandir)/man1/%) $(man5:man/%=$(mandir)/man5/%)
	-rmdir --ignore-fail-on-non-empty $(libexecdir) $(datadir) $(docdir) 2>/dev/null

daemon_units := seedrived.socket seedrived-egd.socket seedrived-fifo.socket seedrived-fifo.service \
	seedrived-http.socket seedrived-metrics.socket

daemon_docs := doc/monitoring.md doc/prometheus-rules.yml

install-daemon: $(B)/libexec/seedrive-serve
	install -D -m 755 -t $(libexecdir) $(B)/libexec/seedrive-serve
	$(call pages,$(mandir)/man8,man/seedrive-serve.8)
	$(call fill,644,dist/host/systemd/seedrived.service.in,$(unitdir)/seedrived.service)
	install -D -m 644 -t $(unitdir) $(daemon_units:%=dist/host/systemd/%)
	install -D -m 755 dist/host/systemd/seedrive-tss-generator $(gendir)/seedrive-tss-generator
	install -D -m 644 dist/host/sysusers.d/seedrive.conf $(usersdir)/seedrive.conf
	install -D -m 644 dist/host/udev/60-seedrive.rules $(rulesdir)/60-seedrive.rules
	install -D -m 644 -t $(docdir) $(daemon_docs)
	install -D -m 755 -t $(datadir)/policy dist/host/policy/seedrive-policy-table dist/host/policy/seedrive-policy-libvirt
	install -D -m 644 -t $(datadir)/selinux dist/host/selinux/seedrive.te dist/host/selinux/seedrive.fc
	install -D -m 644 -t $(datadir)/apparmor dist/host/apparmor/libvirt-qemu dist/host/apparmor/seedrived

uninstall-daemon:
	rm -rf $(datadir)/selinux $(datadir)/apparmor $(datadir)/policy
	rm -f $(libexecdir)/seedrive-serve $(mandir)/man8/seedrive-serve.8 \
		$(unitdir)/seedrived.service $(daemon_units:%=$(unitdir)/%) \
		$(gendir)/seedrive-tss-generator $(usersdir)/seedrive.conf $(rulesdir)/60-seedrive.rules \
		$(daemon_docs:doc/%=$(docdir)/%)
	-rmdir --ignore-fail-on-non-empty $(libexecdir) $(datadir) $(docdir) 2>/dev/null

# Into a guest's image, where the rest has nothing to do.
guest_units := seedrive-guest.service seedrive-guest@.service seedrive-search.service seedrive-carry-over.service \
	seedrive-refresh.service seedrive-watch.service
guest_tools := seedrive-guest seedrive-refresh
initrd_units := seedrive-guest@.service seedrive-root.service
init_scripts := seedrive-guest seedrive-carry-over
# What an earlier version has installed, and would run beside this one.
guest_old = $(initramfs)/scripts/init-premount/seedrive $(initramfs)/scripts/init-premount/00seedrive \
	$(dracutmod)/early.sh $(dracutmod)/seedrive-early.service

install-guest: $(guest_programs:%=build/guest/%)
	rm -f $(guest_old)
	install -D -m 755 -t $(sbindir) $(guest_tools:%=build/guest/%)
	$(call pages,$(mandir)/man8,$(guest_tools:%=man/%.8))
	$(call install_completions,$(guest_tools))
	install -D -m 755 build/guest/guest-stage $(stagedir)/guest-stage
	$(call fill,755,dist/guest/initramfs-tools/hook.in,$(initramfs)/hooks/seedrive)
	$(call fill,755,dist/guest/initramfs-tools/init-bottom.in,$(initramfs)/scripts/init-bottom/seedrive)
	$(call fill,755,dist/guest/dracut/90seedrive/module-setup.sh.in,$(dracutmod)/module-setup.sh)
	$(call fill,755,dist/guest/dracut/90seedrive/root.sh.in,$(dracutmod)/root.sh)
	for unit in $(initrd_units); do $(call fill,644,dist/guest/initrd/$$unit.in,$(stagedir)/initrd/$$unit) || exit 1; done
	for unit in $(guest_units); do $(call fill,644,dist/guest/systemd/$$unit.in,$(unitdir)/$$unit) || exit 1; done
	install -D -m 644 -t $(unitdir) dist/guest/systemd/seedrive-refresh.timer
	$(call fill,644,dist/guest/cron/seedrive-refresh.in,$(datadir)/cron/seedrive-refresh)
	install -D -m 644 dist/guest/systemd/80-seedrive-guest.preset $(presetdir)/80-seedrive-guest.preset
	install -D -m 644 dist/guest/tmpfiles.d/seedrive-guest.conf $(tmpfilesdir)/seedrive-guest.conf
	$(call fill,644,dist/guest/udev/72-seedrive-guest.rules.in,$(rulesdir)/72-seedrive-guest.rules)
	install -d -m 700 $(statedir)

# Where another init than systemd runs.
install-guest-sysvinit install-guest-openrc: install-guest-%: install-guest
	for name in $(init_scripts); do $(call fill,755,dist/guest/$*/$$name.in,$(DESTDIR)/etc/init.d/$$name) || exit 1; done

# Initramfs generators that nobody has booted this with: dist/guest/ says so in each.
initcpio := $(DESTDIR)$(or $(INITCPIODIR),/usr/lib/initcpio)

install-guest-mkinitcpio: install-guest
	$(call fill,644,dist/guest/mkinitcpio/install.in,$(initcpio)/install/seedrive)
	$(call fill,644,dist/guest/mkinitcpio/hook.in,$(initcpio)/hooks/seedrive)

install-guest-mkinitfs: install-guest
	install -D -m 644 dist/guest/mkinitfs/seedrive.modules $(DESTDIR)/etc/mkinitfs/features.d/seedrive.modules

install-guest-mkosi: install-guest
	install -D -m 644 dist/guest/initrd/80-seedrive-initrd.preset $(stagedir)/initrd/80-seedrive-initrd.preset
	$(call fill,644,dist/guest/mkosi/seedrive.conf.in,$(DESTDIR)/usr/lib/mkosi-initrd/mkosi.conf.d/seedrive.conf)

# The ledger stays: without it a drive that is still there could be credited again.
uninstall-guest:
	rm -rf $(stagedir) $(dracutmod) $(datadir)/cron
	rm -f $(guest_old)
	rm -f $(init_scripts:%=$(DESTDIR)/etc/init.d/%) $(initcpio)/install/seedrive $(initcpio)/hooks/seedrive \
		$(DESTDIR)/etc/mkinitfs/features.d/seedrive.modules $(DESTDIR)/usr/lib/mkosi-initrd/mkosi.conf.d/seedrive.conf
	rm -f $(guest_tools:%=$(sbindir)/%) $(call completions,$(guest_tools)) $(guest_tools:%=$(mandir)/man8/%.8) \
		$(guest_units:%=$(unitdir)/%) $(unitdir)/seedrive-refresh.timer \
		$(initramfs)/hooks/seedrive \
		$(initramfs)/scripts/init-bottom/seedrive $(rulesdir)/72-seedrive-guest.rules \
		$(presetdir)/80-seedrive-guest.preset $(tmpfilesdir)/seedrive-guest.conf
	[ ! -d $(statedir) ] || rmdir --ignore-fail-on-non-empty $(statedir)
	-rmdir --ignore-fail-on-non-empty $(datadir) 2>/dev/null

clean:
	rm -rf build

-include $(shell find build -path build/deb -prune -o -name '*.d' -type f -print 2>/dev/null)

.PHONY: all guest-aarch64 check check-built check-host check-programs check-suites check-all coverage check-boot check-clones check-cuts check-grammar check-matrix check-packages check-planted check-requests check-streams mutants check-kernels fuzz demo bench bench-built lint deps dist deb install uninstall clean .FORCE
.PHONY: install-host install-tools install-mkisofs install-daemon install-guest install-guest-sysvinit install-guest-openrc
.PHONY: install-guest-mkinitcpio install-guest-mkinitfs install-guest-mkosi uninstall-host uninstall-daemon uninstall-guest
