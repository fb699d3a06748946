# SPDX-License-Identifier: GPL-2.0-or-later
# The only makefile. PREFIX, DESTDIR, CC, CFLAGS, CPPFLAGS and LDFLAGS belong to the packager; our own flags come after them.
# V=1 prints whole commands.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
CFLAGS   ?= -O2 -g
MUSL_CC  ?= musl-gcc
AARCH64_CC ?= aarch64-linux-gnu-gcc
CLANG    ?= clang

# SAN=1 makes a second build, with sanitizers, and `make SAN=1 check` tests it.
B        := build$(if $(SAN),/san)
# The folder of the guest's programs. For another architecture `make` is called with another folder.
G        := build/guest
comma    := ,
# $(call say,WORD[,FILE]), at the start of a command, prints WORD and FILE (default $@) instead of the command. With V=1
# it does nothing, so that make prints the command.
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
# More folders of a guest. initramfs-tools reads two folders and dracut reads one, and none of the three is in
# /usr/local.
stagedir := $(DESTDIR)$(PREFIX)/lib/seedrive
initramfs := $(DESTDIR)$(or $(INITRAMFSDIR),$(if $(filter /usr,$(PREFIX)),/usr/share,/etc)/initramfs-tools)
dracutmod := $(DESTDIR)$(or $(DRACUTDIR),/usr/lib/dracut)/modules.d/90seedrive
statedir := $(DESTDIR)/var/lib/seedrive

# The time of the build. If the clock of a guest shows an earlier time, the guest's program concludes that the clock is
# not set. SOURCE_DATE_EPOCH makes the build reproducible.
BUILD_TIME := $(or $(SOURCE_DATE_EPOCH),$(shell date +%s))

warn  := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes
every := -std=c11 -I. -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(warn) -MMD -MP
hard  := -fPIE -fstack-protector-strong $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
san   := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
# Functions of the C library that libisofs calls. If libisofs is linked statically, its calls go to iso/converters.c,
# iso/utc.c and iso/writer.c instead.
wrap_converters := iconv_open iconv iconv_close
wrap_utc := gmtime_r localtime_r tzset
wrap_writer := pthread_create pthread_join
wrap_calls := $(patsubst %,-Wl$(comma)--wrap=%,$(wrap_converters) $(wrap_utc) $(wrap_writer)) \
	-Wl,--undefined=__wrap_iconv_open,--undefined=__wrap_gmtime_r,--undefined=__wrap_pthread_create
link  := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(wrap_calls)
host  = $(CC) $(CFLAGS) $(CPPFLAGS) $(every) $(hard) $(san)

# Make evaluates LIBS only when it links a program, because on a fresh machine `deps` must install the libraries first.
LIBS  = $(shell pkg-config --libs libevent_core libdivsufsort libburn-1 blkid) $(small) -lm @$(B)/libraries @$(B)/jitter
# Libraries are linked statically if their archives exist, because loading so many shared libraries takes longer than
# making a drive. SHARED=1, for packagers, links all of them dynamically.
archive = $(if $(SHARED),,$(wildcard $(shell $(CC) -print-file-name=lib$1.a)))
small = $(or $(call archive,json-c),$(shell pkg-config --libs json-c)) \
	$(or $(call archive,inih),$(shell pkg-config --libs inih))

# Each of these programs consists of cli/main.c, a table of its commands, and the code of these commands. seedrive
# executes the helpers (cli/exec_helper.c).
helpers   := check device serve
programs  := seedrive $(helpers:%=libexec/seedrive-%)
tables    := cli/seedrive.c $(helpers:%=cli/seedrive_%.c)
# The programs above, and seedrive-mkisofs, which has no commands.
linked    := $(programs:%=$(B)/%) $(B)/seedrive-mkisofs

# The folders of sources. A folder inside another one is listed too, because the wildcards do not search subfolders.
rooms     := util util/wire seed seed/source seed/estimate iso iso/output drive
fronts    := cli cli/config cli/check serve
lib_src   := $(wildcard $(rooms:%=%/*.c))
lib_obj   := $(lib_src:%.c=$(B)/host/%.o)
mains     := $(patsubst %.c,$(B)/host/%.o,cli/main.c cli/mkisofs.c $(tables))
cli_obj   := $(filter-out $(mains),$(patsubst %.c,$(B)/host/%.o,$(wildcard $(fronts:%=%/*.c))))
# Each of the guest's programs is linked from a file with main() and from the objects in one archive that this file
# needs.
guest_mains := guest/main.c guest/stage/main.c guest/refresh/main.c
guest_src := $(wildcard guest/*.c guest/stage/*.c guest/refresh/*.c) iso/read.c \
	$(addprefix util/wire/,http.c http_body.c label.c record.c vmclock.c) $(addprefix util/,duration.c hex.c json.c sha256.c utf8.c)
guest_obj := $(patsubst %.c,$(G)/%.o,$(filter-out $(guest_mains),$(guest_src)))
units     := $(patsubst tests/%.c,$(B)/unit/%,$(wildcard tests/*/test_*.c tests/*/*/test_*.c))
fuzzers   := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
# bench/sources makes a library of rngd_sink.c.
benches   := $(patsubst bench/%.c,build/bench/%,$(filter-out bench/rngd_sink.c,$(wildcard bench/*.c)))
man8      := $(wildcard man/*.8)
man5      := $(wildcard man/*.5)
man1      := $(wildcard man/*.1)

guest_programs := seedrive-guest guest-stage seedrive-refresh

all: $(linked) $(guest_programs:%=$(G)/%)

$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(host) -c -o $@ $<

# The linker takes only the objects that a program needs from this archive, and only the libraries that these objects
# need: if the other programs had to load the libraries of `check`, they would start more slowly.
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

# STATIC=1 makes seedrive-mkisofs a single file that needs no libc, loader or gconv of its host. This file has the value
# of STATIC, so that seedrive-mkisofs is linked again if STATIC changes.
$(B)/static: .FORCE
	@mkdir -p $(@D); echo '$(STATIC)' | cmp -s - $@ || echo '$(STATIC)' >$@

$(B)/seedrive-mkisofs: $(B)/static
ifdef STATIC
$(B)/seedrive-mkisofs: link := -static-pie -Wl,-z,relro,-z,now,-z,noexecstack $(wrap_calls)
$(B)/seedrive-mkisofs: LIBS = -Wl,--start-group $(addprefix -l,isofs sodium jte z bz2 acl attr json-c inih) -Wl,--end-group -lm @$(B)/jitter
endif

# $(call settle,PROGRAM,FLAGS,ELSE): a recipe that writes a file with flags for the linker: FLAGS if PROGRAM, a source
# in C, can be linked with FLAGS, else ELSE. The file is not touched if its content stays the same.
settle = @mkdir -p "$(@D)"; rm -f "$@.flags" "$@.try" "$@.log"; printf '%s\n' '$(subst ','\'',$2)' >"$@.flags"; \
	printf '%b\n' '$1' | $(CC) $(CPPFLAGS) $(CFLAGS) -o "$@.try" -x c - -x none $(LDFLAGS) "@$@.flags" 2>"$@.log" || \
	echo '$3' >"$@.flags"; cmp -s "$@.flags" "$@" || mv -f "$@.flags" "$@"

# Depending on its build, libisofs needs some of these archives. Either all of them are linked statically, or libisofs
# and libsodium are linked dynamically.
isofs_try := int iso_init(void), sodium_init(void); int main(void) { return iso_init() + sodium_init(); }
isofs_archives = $(foreach lib,isofs sodium jte z bz2 acl attr,$(call archive,$(lib)))

$(B)/libraries: .FORCE
	$(call settle,$(isofs_try),$(isofs_archives),$(shell pkg-config --libs libisofs-1 libsodium))

# The flags for libjitterentropy if it is installed, else none. JITTER=DIR uses the library in the folder DIR, and
# JITTER=no uses none.
jitter_try := $(hash)include <jitterentropy.h>\nint main(void) { return jent_entropy_init_ex(JENT_MAJVERSION, JENT_FORCE_FIPS); }

$(B)/jitter: .FORCE
	$(call settle,$(jitter_try),$(if $(filter no,$(JITTER)),,-DWITH_JITTER $(if $(JITTER),"-I$(JITTER)" "-L$(JITTER)") -ljitterentropy))

$(B)/host/seed/source/jitter.o: seed/source/jitter.c $(B)/jitter
	@mkdir -p $(@D)
	$(call say,CC,$<)$(host) @$(B)/jitter -c -o $@ $<

# On x86, tables and the stack get the least alignment that the compiler allows. The usual alignment is larger, for the
# sake of caches and of foreign code. On Arm, the compiler would keep frame pointers, which take a fortieth more.
guest_abi := -malign-data=abi -mpreferred-stack-boundary=3
guest_abi := $(shell $(MUSL_CC) $(guest_abi) -E -x c /dev/null >/dev/null 2>&1 && echo $(guest_abi) || echo -fomit-frame-pointer)

# First each file is optimized, then the program as a whole (LTO), which makes the program a twentieth smaller. LTO is
# off for the entry point, and for functions such as memcpy(), to which the compiler itself adds calls.
guest_opt := -Oz -fno-tree-loop-distribute-patterns -fno-expensive-optimizations -fno-caller-saves \
	-fno-move-loop-invariants -fno-tree-forwprop -fno-ipa-pure-const -fno-tree-tail-merge $(guest_abi) \
	-flto -ffat-lto-objects

guest_link := $(MUSL_CC) $(guest_opt) -flto-partition=one -Wframe-larger-than=5120 -static -nostdlib -no-pie -s \
	-Wl,--gc-sections,-z,noseparate-code,-z,norelro,-z,noexecstack,--build-id=none

# The guest's programs use the headers of a libc but not the libc, and no heap, because each kilobyte counts in an
# initramfs.
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

# A guest-stage for its tests: the linker replaces the functions that call the kernel by functions of the tests. LTO is
# off, because an inlined function could not be replaced.
wrapped := main deadline_set process_kill sys_fsync remount_begin remount_root remount_efivars remount_hide_efivars status_write \
	kernel_ready machine_ask

build/guest/stage-world: build/guest/tests/dist/stage_world.o build/guest/guest/stage/main.o build/guest/shared.a
	$(call say,LD)$(guest_link) -fno-lto $(wrapped:%=-Wl$(comma)--wrap=%) -o $@ $^

# An ordinary cross compiler is enough, because no libc is linked.
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

build/fuzz/fuzz_words: fuzz_with = guest/options.c cli/options.c cli/build_options.c $(wildcard cli/config/*.c) \
	$(wildcard $(addsuffix /*.c,seed seed/source util util/wire)) -DVERSION='"fuzzed"' -linih -lsodium -ljson-c -pthread \
	$(addprefix -Wl$(comma)--wrap=,open stat fstat isatty getenv socket getaddrinfo machine_is_emulated)

build/bench/%: bench/%.c $(lib_obj) $(B)/libraries $(B)/jitter
	@mkdir -p $(@D)
	$(call say,LD)$(host) $(LDFLAGS) $(link) -o $@ $< $(lib_obj) $(LIBS)

# make check TESTS="tests/cli/build.bats" runs only these tests. Tests in virtual machines are in tests/vm; long tests
# have their own targets.
longer    := $(addprefix tests/vm/,clones.bats cuts.bats events.bats inits.bats matrix.bats outcomes.bats people.bats refresh.bats streams.bats \
	vm-decides.bats vm-rng.bats) \
	tests/fuzz/planted.bats tests/serve/requests.bats
packages  := $(wildcard tests/packages/*.bats)
suites    := $(sort $(filter-out $(longer) $(packages),$(wildcard tests/*.bats tests/*/*.bats tests/*/*/*.bats)))
TESTS ?= $(suites)

check: deps
	@$(MAKE) --no-print-directory check-built

check-built: all guest-aarch64 build/guest/stage-world $(units)
	B=$(B) tests/run $(units) $(TESTS)

# Runs all tests except those in virtual machines.
check-host: deps
	@$(MAKE) --no-print-directory check-built TESTS="$(filter-out tests/vm/%,$(TESTS))"

# The tests of the same suites that have the tag `long`. Each is a longer form of a test that `make check` runs.
check-long: deps
	@LONG=1 $(MAKE) --no-print-directory check-built units= TESTS="$$(grep -lx '# bats test_tags=long' $(suites) | paste -sd ' ')"

# For the second release of Debian in CI: runs the tests of check-host, except those whose result does not depend on the
# release and those that take minutes. `make check-suites` runs all tests.
check-other: deps
	@$(MAKE) --no-print-directory check-built units="$(filter-out %/test_estimate,$(units))" \
		TESTS="$(filter-out tests/vm/% $(addprefix tests/,$(addsuffix .bats,analyse cli/check cli/input dist/stage docs \
		drive/kill evidence fuzz json layers mutants seed/arm seed/cutoffs)),$(TESTS))"

# Runs the commands of README in a bare system of each release of Debian. Takes an hour or more.
check-suites: deps
	tests/suites

# The test suites that run the host's programs and need no virtual machine.
host_suites = $(filter-out tests/vm/% tests/guest/% $(addprefix %/,$(addsuffix .bats,analyse arm fuzz hook \
	initramfs layers libvirt policy stage cutoffs)),$(suites))

# Builds the ordinary programs first, because the tests of the installation examine these.
check-programs: deps
	@env -u MAKEFLAGS -u B -u CC -u CFLAGS -u SAN -u SHARED $(MAKE) --no-print-directory -s all guest-aarch64
	@$(MAKE) --no-print-directory check-built TESTS='$(host_suites)'

# Runs `check`, then analysers, and the tests again with sanitizers, with another compiler and with shared libraries;
# and checks that tests find planted faults. Takes long.
check-all: check check-planted
	tests/analyse
	@$(MAKE) --no-print-directory SAN=1 check-programs
	@$(MAKE) --no-print-directory SAN=1 check-requests
	@$(MAKE) --no-print-directory CC=$(CLANG) B=build/clang check-programs
	@$(MAKE) --no-print-directory SHARED=1 B=build/shared check-programs

# Measures how much of the code in each folder the host's tests run. The figures are printed even if a test fails under
# the instrumentation.
coverage: deps
	rm -rf build/coverage
	-GCOV_ERROR_FILE=/dev/null $(MAKE) --no-print-directory CFLAGS='-Og -g --coverage -fprofile-update=atomic' \
		B=build/coverage check-programs
	tests/coverage build/coverage $(FILES:%=--files)

# Long tests, which boot a whole Debian: with a late drive, with another init, with an encrypted, verified or read-only
# root, or after hibernation; with cloud-init, udisks and users; and with a network and Nova's metadata service. Other
# boots show that the bytes of the kernel's RNG depend on the seed.
check-boot: deps
	@$(MAKE) --no-print-directory check-built TESTS="tests/vm/events.bats tests/vm/inits.bats tests/vm/outcomes.bats tests/vm/people.bats tests/vm/refresh.bats tests/vm/vm-decides.bats" units=

# Boots with a drive that appears at each of several moments, and with each initramfs, BOOTS times each (default 1).
check-matrix: deps
	@$(MAKE) --no-print-directory check-built TESTS=tests/vm/matrix.bats units=

# Cuts the power at each flush of a disk; and starts two copies of the program at the same time in each of BOOTS boots
# (default 200).
check-cuts: deps
	@$(MAKE) --no-print-directory check-built TESTS=tests/vm/cuts.bats units=

# Saves a running machine and continues it as COPIES copies (default 8), with a vmclock and without. Takes ten minutes.
check-clones: deps
	@$(MAKE) --no-print-directory check-built TESTS=tests/vm/clones.bats units=

# Boots guests that get entropy by each protocol of the daemon for virtio-rng; ends the daemon 200 times while guests
# run, and starts guests while no source delivers. Takes twelve minutes.
check-streams: deps
	@$(MAKE) --no-print-directory check-built TESTS="tests/vm/streams.bats tests/vm/vm-rng.bats" units=

# Sends the daemon a million random requests by EGD, and a million by HTTP. With SAN=1, the daemon runs under ASan and
# UBSan.
check-requests: deps
	@$(MAKE) --no-print-directory check-built TESTS=tests/serve/requests.bats units=

# Builds the Debian packages of the committed sources twice and compares them; installs, upgrades and removes them in
# bare systems.
check-packages: deps
	@$(MAKE) --no-print-directory check-built TESTS="$(packages)" units=

# Plants faults in the guest's programs, and in the part of the daemon that answers them by HTTP, and checks that a test
# finds each fault. Takes some minutes.
mutants: deps all
	tests/mutants

# Downloads and boots the kernel of each release of Debian, which takes long. make check-kernels SUITES="sid" tries only
# these releases.
check-kernels: deps
	@$(MAKE) --no-print-directory all
	tests/kernels $(SUITES)

# Plants faults in the parsers, and checks that the fuzz targets find them. Plants faults in the sum of a claim and in
# the daemon's fairness, and checks that the tests of these find them.
check-planted: deps
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory check-built TESTS=tests/fuzz/planted.bats units=

# Gives RUNS random command lines (default 10000) to genisoimage and to seedrive-mkisofs. Takes three minutes.
check-grammar: deps
	@$(MAKE) --no-print-directory all
	tests/grammar $(RUNS)

fuzz: $(fuzzers)

# Runs the fuzz targets on their corpora, for a minute in all; the first run also builds the targets.
fuzz-smoke: deps
	@TIME=60 COVERAGE=no tests/fuzz/run

# The build prints only errors, so that the output shows the three steps of the demo.
demo:
	@tests/deps.sh demo
	@$(MAKE) --no-print-directory $(if $(V),,-s) all
	@tests/demo.sh

bench: deps
	@$(MAKE) --no-print-directory all bench-built

bench-programs: $(benches)

bench-built: bench-programs
	bench/run

lint:
	clang-format --dry-run --Werror $$(git ls-files '*.c' '*.h')
	shellcheck $$(git grep -lE '^#!.*[/ ](ba)?sh$$' -- ':!tests/data') $$(git ls-files '*.bash' '*.bats') bash-completion/*
	mandoc -T lint -W warning $(man1) $(man5) $(man8)
	# bats expands the title of a test as a shell would, so a title may contain neither a backquote nor a variable.
	! git grep -nE '^@test ".*([`]|[$$][(a-z])' -- '*.bats'

# Makes all evidence, and one page of it. Takes hours. Results that exist for this commit are kept. PARTS="mkisofs fuzz"
# makes only these parts; `bench/evidence --list` prints all parts; SHORT=1 tries the machinery in minutes.
evidence:
	@tests/deps.sh evidence
	bench/evidence $(PARTS)

# Installs the Debian packages that the build and the tests need, without questions.
deps:
	@tests/deps.sh

# --- release ---

# Makes build/seedrive-VERSION.tar.gz of the committed sources; its bytes are the same for everybody.
dist:
	@dist/tarball build

# Makes Debian packages in build/deb. DEB_FLAGS are flags of dpkg-buildpackage(1).
deb:
	dist/deb build/deb $(DEB_FLAGS)

# --- installation ---

# $(call fill,MODE,FILE,TARGET): installs FILE as TARGET, and fills in the names of the folders there. Nothing is
# written to build/, because root may install what another user has built.
fill = install -D -m $1 $2 $3 && \
	sed -i 's|@bindir@|$(PREFIX)/bin|g; s|@sbindir@|$(PREFIX)/sbin|g; s|@libdir@|$(PREFIX)/lib/seedrive|g; s|@rulesdir@|$(patsubst $(DESTDIR)%,%,$(rulesdir))|g' $3

# $(call pages,FOLDER,FILES): installs manual pages. Their sources name our folders as PREFIX=/usr has them; this
# replaces the names.
pages = install -D -m 644 -t $1 $2 && \
	sed -i -E 's!/usr/(share/doc|share|lib)/seedrive!$(PREFIX)/\1/seedrive!g' $(addprefix $1/,$(notdir $2))

# $(call completions,PROGRAMS): the paths of the installed completions of PROGRAMS for each shell.
completions = $(foreach p,$1,$(compdir)/$p $(zshdir)/_$p $(fishdir)/$p.fish)
install_completions = install -D -m 644 -t $(compdir) $(1:%=bash-completion/%) && \
	install -D -m 644 -t $(zshdir) $(1:%=zsh-completion/_%) && \
	install -D -m 644 -t $(fishdir) $(1:%=fish-completion/%.fish)

# On a host: the tools and the daemon. A host does not need the guest's programs.
install: install-host install-daemon
uninstall: uninstall-host uninstall-daemon

host_helpers := $(filter-out serve,$(helpers))
host_programs := seedrive seedrive-mkisofs
# The hooks of an element for diskimage-builder, which installs the guest's programs in an image.
dib_hooks := extra-data.d/60-seedrive-guest install.d/60-seedrive-guest
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
	sed -n '/^```python$$/,/^```$$/{/^```/d;p;}' doc/accounting.md >$(datadir)/recompute.py
	chmod 644 $(datadir)/recompute.py
	install -D -m 644 dist/host/dib/seedrive-guest/README.rst $(datadir)/dib/seedrive-guest/README.rst
	for hook in $(dib_hooks); do install -D -m 755 dist/host/dib/seedrive-guest/$$hook $(datadir)/dib/seedrive-guest/$$hook || exit 1; done

# Installs only the replacement for genisoimage.
install-mkisofs: $(B)/seedrive-mkisofs
	install -D -m 755 $(B)/seedrive-mkisofs $(bindir)/seedrive-mkisofs
	$(call pages,$(mandir)/man1,man/seedrive-mkisofs.1)
	$(call install_completions,seedrive-mkisofs)

uninstall-host:
	rm -rf $(datadir)/dib
	rm -f $(bindir)/seedrive $(bindir)/seedrive-mkisofs $(host_helpers:%=$(libexecdir)/seedrive-%) \
		$(call completions,$(host_programs)) $(host_docs:doc/%=$(docdir)/%) $(datadir)/libvirt-hook $(datadir)/recompute.py \
		$(man1:man/%=$(mandir)/man1/%) $(man5:man/%=$(mandir)/man5/%)
	-rmdir --ignore-fail-on-non-empty $(libexecdir) $(datadir) $(docdir) 2>/dev/null

daemon_units := seedrived.socket seedrived-egd.socket seedrived-fifo.socket seedrived-fifo.service \
	seedrived-http.socket seedrived-metrics.socket

daemon_docs := doc/guests.md doc/monitoring.md doc/prometheus-rules.yml

install-daemon: $(B)/libexec/seedrive-serve
	install -D -m 755 -t $(libexecdir) $(B)/libexec/seedrive-serve
	$(call pages,$(mandir)/man8,man/seedrive-serve.8)
	$(call fill,644,dist/host/systemd/seedrived.service.in,$(unitdir)/seedrived.service)
	install -D -m 644 -t $(unitdir) $(daemon_units:%=dist/host/systemd/%)
	install -D -m 755 dist/host/systemd/seedrive-tss-generator $(gendir)/seedrive-tss-generator
	install -D -m 644 dist/host/sysusers.d/seedrive.conf $(usersdir)/seedrive.conf
	install -D -m 644 dist/host/udev/60-seedrive.rules $(rulesdir)/60-seedrive.rules
	install -D -m 644 -t $(docdir) $(daemon_docs)
	sed -i 's|`doc/|`|g' $(daemon_docs:doc/%=$(docdir)/%)
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

# The files for a guest's image, which needs no other files of ours.
guest_units := seedrive-guest.service seedrive-guest@.service seedrive-search.service seedrive-carry-over.service \
	seedrive-refresh.service seedrive-watch.service
guest_tools := seedrive-guest seedrive-refresh
initrd_units := seedrive-guest@.service seedrive-root.service
init_scripts := seedrive-guest seedrive-carry-over
# Files that an earlier version has installed, and that would run in addition to those of this version.
guest_old = $(initramfs)/scripts/init-premount/seedrive $(initramfs)/scripts/init-premount/00seedrive \
	$(dracutmod)/early.sh $(dracutmod)/seedrive-early.service

install-guest: $(guest_programs:%=build/guest/%)
	rm -f $(guest_old)
	install -D -m 755 -t $(sbindir) $(guest_tools:%=build/guest/%)
	$(call pages,$(mandir)/man8,$(guest_tools:%=man/%.8))
	$(call install_completions,$(guest_tools))
	install -D -m 644 -t $(docdir) doc/guest-boot.md doc/snapshots.md
	sed -i 's|`doc/|`|g' $(docdir)/guest-boot.md $(docdir)/snapshots.md
	install -D -m 755 build/guest/guest-stage $(stagedir)/guest-stage
	$(call fill,755,dist/guest/initramfs-tools/hook.in,$(initramfs)/hooks/seedrive)
	$(call fill,755,dist/guest/initramfs-tools/init-bottom.in,$(initramfs)/scripts/init-bottom/seedrive)
	$(call fill,755,dist/guest/dracut/90seedrive/module-setup.sh.in,$(dracutmod)/module-setup.sh)
	$(call fill,755,dist/guest/dracut/90seedrive/root.sh.in,$(dracutmod)/root.sh)
	for unit in $(initrd_units); do $(call fill,644,dist/guest/initrd/$$unit.in,$(stagedir)/initrd/$$unit) || exit 1; done
	for unit in $(guest_units); do $(call fill,644,dist/guest/systemd/$$unit.in,$(unitdir)/$$unit) || exit 1; done
	install -D -m 644 -t $(unitdir) dist/guest/systemd/seedrive-refresh.timer
	install -D -m 755 -t $(gendir) dist/guest/systemd/seedrive-guest-generator
	$(call fill,644,dist/guest/cron/seedrive-refresh.in,$(datadir)/seedrive-refresh.cron)
	install -D -m 644 dist/guest/systemd/80-seedrive-guest.preset $(presetdir)/80-seedrive-guest.preset
	install -D -m 644 dist/guest/tmpfiles.d/seedrive-guest.conf $(tmpfilesdir)/seedrive-guest.conf
	$(call fill,644,dist/guest/udev/72-seedrive-guest.rules.in,$(rulesdir)/72-seedrive-guest.rules)
	install -d -m 700 $(statedir)

# For a guest whose init is not systemd.
install-guest-sysvinit install-guest-openrc: install-guest-%: install-guest
	for name in $(init_scripts); do $(call fill,755,dist/guest/$*/$$name.in,$(DESTDIR)/etc/init.d/$$name) || exit 1; done

# We have never booted an initramfs that one of these generators made; dist/guest/mkinitcpio and dist/guest/mkosi say
# so, too.
initcpio := $(DESTDIR)$(or $(INITCPIODIR),/usr/lib/initcpio)

install-guest-mkinitcpio: install-guest
	$(call fill,644,dist/guest/mkinitcpio/install.in,$(initcpio)/install/seedrive)
	$(call fill,644,dist/guest/mkinitcpio/hook.in,$(initcpio)/hooks/seedrive)

install-guest-mkinitfs: install-guest
	install -D -m 644 dist/guest/mkinitfs/seedrive.modules $(DESTDIR)/etc/mkinitfs/features.d/seedrive.modules

install-guest-mkosi: install-guest
	install -D -m 644 dist/guest/initrd/80-seedrive-initrd.preset $(stagedir)/initrd/80-seedrive-initrd.preset
	$(call fill,644,dist/guest/mkosi/seedrive.conf.in,$(DESTDIR)/usr/lib/mkosi-initrd/mkosi.conf.d/seedrive.conf)

# The ledger is kept, because without it a drive that is still attached could be credited again.
uninstall-guest:
	rm -rf $(stagedir) $(dracutmod)
	rm -f $(guest_old) $(datadir)/seedrive-refresh.cron
	rm -f $(init_scripts:%=$(DESTDIR)/etc/init.d/%) $(initcpio)/install/seedrive $(initcpio)/hooks/seedrive \
		$(DESTDIR)/etc/mkinitfs/features.d/seedrive.modules $(DESTDIR)/usr/lib/mkosi-initrd/mkosi.conf.d/seedrive.conf
	rm -f $(guest_tools:%=$(sbindir)/%) $(call completions,$(guest_tools)) $(guest_tools:%=$(mandir)/man8/%.8) \
		$(guest_units:%=$(unitdir)/%) $(unitdir)/seedrive-refresh.timer $(gendir)/seedrive-guest-generator \
		$(initramfs)/hooks/seedrive \
		$(initramfs)/scripts/init-bottom/seedrive $(rulesdir)/72-seedrive-guest.rules \
		$(presetdir)/80-seedrive-guest.preset $(tmpfilesdir)/seedrive-guest.conf $(docdir)/guest-boot.md \
		$(docdir)/snapshots.md
	[ ! -d $(statedir) ] || rmdir --ignore-fail-on-non-empty $(statedir)
	-rmdir --ignore-fail-on-non-empty $(datadir) $(docdir) 2>/dev/null

clean:
	rm -rf build

-include $(shell find build -path build/deb -prune -o -name '*.d' -type f -print 2>/dev/null)

.PHONY: all guest-aarch64 check check-built check-host check-programs check-suites check-all coverage check-boot check-clones check-cuts check-grammar check-matrix check-other check-packages check-planted check-requests check-streams mutants check-kernels check-long fuzz fuzz-smoke demo bench bench-programs bench-built evidence lint deps dist deb install uninstall clean .FORCE
.PHONY: install-host install-tools install-mkisofs install-daemon install-guest install-guest-sysvinit install-guest-openrc
.PHONY: install-guest-mkinitcpio install-guest-mkinitfs install-guest-mkosi uninstall-host uninstall-daemon uninstall-guest
