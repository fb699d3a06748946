#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is installed, how the programs are linked, and the options that every command has.

# Each test runs in a subshell, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

# Makes the build that a packager makes, even if the tests run with other variables.
setup_file() {
	ordinary_make all
}

# --- what make prints ---

# makes OPTION...: print what make prints when it builds an object again.
makes() {
	rm -rf made
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u B -u V -u SAN -u SHARED make --no-print-directory -C "$ROOT" "$@" B="$PWD/made" "$PWD/made/host/util/hex.o"
	[ -s made/host/util/hex.o ]
}

@test "make: each compiled file gives one short line, with V=1 the whole command, and with -s nothing" {
	[ "$(makes)" = "CC util/hex.c" ]
	[[ "$(makes V=1 | tail -n 1)" == *"-std=c11 "*" -c -o $PWD/made/host/util/hex.o util/hex.c" ]]
	[ "$(makes -s)" = "" ]
	# A variable that contains the letter s is not the option -s.
	[ "$(makes CFLAGS=-Os)" = "CC util/hex.c" ]
}

# --- installation ---

@test "install: DESTDIR and PREFIX get programs, units, manual pages, completion and an example, and nothing else" {
	local page
	ordinary_make install DESTDIR="$PWD/root" PREFIX=/opt/seedrive
	{
		echo bin/seedrive
		echo bin/seedrive-mkisofs
		echo lib/systemd/system-generators/seedrive-tss-generator
		printf 'lib/systemd/system/%s\n' seedrived.service seedrived.socket seedrived-{egd,http,metrics}.socket \
			seedrived-fifo.{socket,service}
		echo lib/sysusers.d/seedrive.conf
		echo lib/udev/rules.d/60-seedrive.rules
		printf 'libexec/seedrive/seedrive-%s\n' check device serve
		printf 'share/bash-completion/completions/%s\n' seedrive seedrive-mkisofs
		printf 'share/fish/vendor_completions.d/%s.fish\n' seedrive seedrive-mkisofs
		printf 'share/zsh/site-functions/_%s\n' seedrive seedrive-mkisofs
		printf 'share/doc/seedrive/%s\n' prometheus-rules.yml seedrive.conf {accounting,guests,monitoring,nova,platforms,seed-format}.md
		printf 'share/seedrive/%s\n' dib/seedrive-guest/{README.rst,{extra-data,install}.d/60-seedrive-guest} libvirt-hook recompute.py apparmor/{libvirt-qemu,seedrived} policy/seedrive-policy-{libvirt,table} selinux/seedrive.{te,fc}
		for page in "$ROOT"/man/*.[15] "$ROOT"/man/seedrive-serve.8; do
			echo "share/man/man${page##*.}/${page##*/}"
		done
	} | LC_ALL=C sort >want
	[ "$(wc -l <want)" -gt 3 ]
	diff want <(cd root/opt/seedrive && find . -type f -printf '%P\n' | LC_ALL=C sort)
	[ "$(find root -type f | wc -l)" -eq "$(wc -l <want)" ]
	[ "$(stat -c %a root/opt/seedrive/bin/seedrive{,-mkisofs} | sort -u)" = 755 ]
	[ "$(find root/opt/seedrive/{share,lib} -type f ! -name '*-generator' ! -name '*-hook' ! -path '*/policy/*' ! -path '*.d/60-*' -printf '%m\n' | sort -u)" = 644 ]
	[ "$(stat -c %a root/opt/seedrive/lib/systemd/system-generators/* root/opt/seedrive/share/seedrive/{*-hook,policy/*,dib/*/*.d/*} |
		sort -u)" = 755 ]
	grep -q '^PATH=/opt/seedrive/bin:' root/opt/seedrive/share/seedrive/libvirt-hook
	sh -n root/opt/seedrive/share/seedrive/libvirt-hook
	grep -qx 'ExecStart=/opt/seedrive/bin/seedrive serve' root/opt/seedrive/lib/systemd/system/seedrived.service
	cmp root/opt/seedrive/bin/seedrive "$ROOT/build/seedrive"
	cmp root/opt/seedrive/bin/seedrive-mkisofs "$ROOT/build/seedrive-mkisofs"
	[ "$(root/opt/seedrive/bin/seedrive --version)" = "$("$TOOL" --version)" ]
	# The programs that seedrive executes for these commands are found next to it, wherever it is, and under any name.
	ln -s root/opt/seedrive/bin/seedrive other
	for command in check serve; do
		[ "$(./other "$command" --help)" = "$("$TOOL" "$command" --help)" ]
	done
	cmp root/opt/seedrive/libexec/seedrive/seedrive-device "$ROOT/build/libexec/seedrive-device"
	rm root/opt/seedrive/libexec/seedrive/seedrive-check
	fails 1 "seedrive: check: seedrive-check: not installed beside this program" ./other check rdrand
}

@test "install: each document that an installed page names is installed there, and names no folder of the sources" {
	ordinary_make install DESTDIR="$PWD/root" PREFIX=/opt/seedrive
	ordinary_make install-guest DESTDIR="$PWD/root" PREFIX=/opt/seedrive
	find root -path '*/man/*' -type f -exec cat {} + >pages
	grep -oE '(/[a-z]+)*/share/doc/seedrive(/[a-z.-]+[a-z])?' pages | sort -u >named
	[ "$(wc -l <named)" -ge 4 ]
	while read -r path; do
		[ -e "root/$path" ]
	done <named
	run -1 grep -hE '^\.Pa (doc|man|tests|dist)/|[ `]doc/[a-z-]+\.md' pages root/opt/seedrive/share/doc/seedrive/*
	# One page names the folder, and after it these documents in it.
	sed -n '/^\.Pa .*\/share\/doc\/seedrive$/,/^\.Sh/s/^\.Pa \([a-z-]*\.md\)\( ,\)\?$/\1/p' "root/opt/seedrive/share/man/man1/seedrive.1" >beside
	[ "$(wc -l <beside)" -eq 7 ]
	while read -r file; do
		[ -s "root/opt/seedrive/share/doc/seedrive/$file" ]
	done <beside
}

@test "install: the tools and the daemon can be installed separately, and removing one leaves the other" {
	ordinary_make install DESTDIR="$PWD/both" PREFIX=/opt
	ordinary_make install-host DESTDIR="$PWD/host" PREFIX=/opt
	ordinary_make install-daemon DESTDIR="$PWD/daemon" PREFIX=/opt
	files() {
		(cd "$1" && find . -type f | LC_ALL=C sort)
	}
	files host >tools
	files daemon >served
	[ "$(grep -c . tools)" -gt 10 ]
	[ "$(grep -c . served)" -gt 5 ]
	[ "$(comm -12 tools served)" = "" ]
	diff <(LC_ALL=C sort tools served) <(files both)
	run -1 grep -E 'serve|systemd|sysusers|udev' tools
	ordinary_make uninstall-daemon DESTDIR="$PWD/both" PREFIX=/opt
	diff tools <(files both)
	ordinary_make install-daemon DESTDIR="$PWD/both" PREFIX=/opt
	ordinary_make uninstall-host DESTDIR="$PWD/both" PREFIX=/opt
	diff served <(files both)
}

@test "install: without PREFIX it is /usr/local" {
	ordinary_make install DESTDIR="$PWD/root"
	[ -x root/usr/local/bin/seedrive ]
	(cd root && holds usr)
	(cd root/usr && holds local)
}

@test "install: a packager can set the folders of systemd and udev" {
	local where=(UNITDIR=/a/units GENERATORDIR=/a/generators SYSUSERSDIR=/a/users UDEVRULESDIR=/a/rules)
	ordinary_make install DESTDIR="$PWD/root" PREFIX=/usr "${where[@]}"
	[ ! -e root/usr/lib ]
	(cd root/a && holds generators rules units users)
	(cd root/a/units && holds seedrived-egd.socket seedrived-fifo.service seedrived-fifo.socket seedrived-http.socket \
		seedrived-metrics.socket seedrived.service seedrived.socket)
	ordinary_make uninstall DESTDIR="$PWD/root" PREFIX=/usr "${where[@]}"
	[ "$(find root -type f)" = "" ]
}

@test "install: uninstall leaves nothing behind, and touches nothing else" {
	mkdir -p root/opt/bin root/opt/share/man/man1
	echo other >root/opt/bin/other
	echo page >root/opt/share/man/man1/other.1
	ordinary_make install DESTDIR="$PWD/root" PREFIX=/opt
	[ "$(find root -type f | wc -l)" -gt 4 ]
	ordinary_make uninstall DESTDIR="$PWD/root" PREFIX=/opt
	[ "$(find root -type f | LC_ALL=C sort | paste -sd ' ')" = "root/opt/bin/other root/opt/share/man/man1/other.1" ]
}

# in_guest [VARIABLE=VALUE...]: install the guest's files, and no others, into the folder `guest`.
in_guest() {
	ordinary_make install-guest DESTDIR="$PWD/guest" "$@"
}

# listed: print all files in a guest, one on a line.
listed() {
	(cd guest && find . -type f -printf '/%P\n' | LC_ALL=C sort)
}

@test "install-guest: a guest gets the programs, their pages and completion, and the files that start them, and nothing else" {
	in_guest PREFIX=/opt/seedrive
	diff - <(listed) <<-END
		/etc/initramfs-tools/hooks/seedrive
		/etc/initramfs-tools/scripts/init-bottom/seedrive
		/opt/seedrive/lib/seedrive/guest-stage
		/opt/seedrive/lib/seedrive/initrd/seedrive-guest@.service
		/opt/seedrive/lib/seedrive/initrd/seedrive-root.service
		/opt/seedrive/lib/systemd/system-generators/seedrive-guest-generator
		/opt/seedrive/lib/systemd/system-preset/80-seedrive-guest.preset
		/opt/seedrive/lib/systemd/system/seedrive-carry-over.service
		/opt/seedrive/lib/systemd/system/seedrive-guest.service
		/opt/seedrive/lib/systemd/system/seedrive-guest@.service
		/opt/seedrive/lib/systemd/system/seedrive-refresh.service
		/opt/seedrive/lib/systemd/system/seedrive-refresh.timer
		/opt/seedrive/lib/systemd/system/seedrive-search.service
		/opt/seedrive/lib/systemd/system/seedrive-watch.service
		/opt/seedrive/lib/tmpfiles.d/seedrive-guest.conf
		/opt/seedrive/lib/udev/rules.d/72-seedrive-guest.rules
		/opt/seedrive/sbin/seedrive-guest
		/opt/seedrive/sbin/seedrive-refresh
		/opt/seedrive/share/bash-completion/completions/seedrive-guest
		/opt/seedrive/share/bash-completion/completions/seedrive-refresh
		/opt/seedrive/share/doc/seedrive/guest-boot.md
		/opt/seedrive/share/doc/seedrive/snapshots.md
		/opt/seedrive/share/fish/vendor_completions.d/seedrive-guest.fish
		/opt/seedrive/share/fish/vendor_completions.d/seedrive-refresh.fish
		/opt/seedrive/share/man/man8/seedrive-guest.8
		/opt/seedrive/share/man/man8/seedrive-refresh.8
		/opt/seedrive/share/seedrive/seedrive-refresh.cron
		/opt/seedrive/share/zsh/site-functions/_seedrive-guest
		/opt/seedrive/share/zsh/site-functions/_seedrive-refresh
		/usr/lib/dracut/modules.d/90seedrive/module-setup.sh
		/usr/lib/dracut/modules.d/90seedrive/root.sh
	END
	# Programs and scripts are executable, all others are not.
	[ "$(stat -c %a guest/etc/initramfs-tools/{hooks,scripts/*}/* guest/opt/seedrive/{sbin/*,lib/seedrive/guest-stage} | sort -u)" = 755 ]
	[ "$(stat -c %a guest/usr/lib/dracut/modules.d/90seedrive/*.sh | sort -u)" = 755 ]
	[ "$(stat -c %a guest/opt/seedrive/{lib/seedrive/initrd,lib/systemd/system{,-preset},lib/tmpfiles.d,lib/udev/rules.d,share/man/man8}/* | sort -u)" = 644 ]
	cmp guest/opt/seedrive/sbin/seedrive-guest "$ROOT/build/guest/seedrive-guest"
	cmp guest/opt/seedrive/lib/seedrive/guest-stage "$ROOT/build/guest/guest-stage"
	cmp guest/opt/seedrive/sbin/seedrive-refresh "$ROOT/build/guest/seedrive-refresh"
	[ "$(grep -ohE '[^ =]*/seedrive-refresh( --watch)? ' -r guest/opt/seedrive/lib/systemd guest/opt/seedrive/share/seedrive | sort | uniq -c | tr -s ' ')" = \
		$' 2 /opt/seedrive/sbin/seedrive-refresh \n 1 /opt/seedrive/sbin/seedrive-refresh --watch ' ]
	# The installed files refer to each other by the paths at which they are installed.
	[ "$(grep -rohE '/[^ ]*/guest-stage' guest/opt/seedrive/lib/{systemd,udev,seedrive/initrd} guest/etc guest/usr | sort -u)" = \
		/opt/seedrive/lib/seedrive/guest-stage ]
	grep -q '^add binary /opt/seedrive/sbin/seedrive-guest ' guest/etc/initramfs-tools/hooks/seedrive
	grep -q '^add binary /opt/seedrive/lib/seedrive/guest-stage ' guest/etc/initramfs-tools/hooks/seedrive
	grep -q 'inst_simple /opt/seedrive/sbin/seedrive-guest$' guest/usr/lib/dracut/modules.d/90seedrive/module-setup.sh
	grep -q 'inst_simple /opt/seedrive/lib/udev/rules.d/72-seedrive-guest.rules ' guest/usr/lib/dracut/modules.d/90seedrive/module-setup.sh
	grep -q 'inst_simple /opt/seedrive/lib/seedrive/guest-stage$' guest/usr/lib/dracut/modules.d/90seedrive/module-setup.sh
	run -1 grep -rI '@[a-z]*@' guest/etc guest/usr guest/opt/seedrive/{lib,share}
	# The folder for the ledger is installed, because the initramfs uses root's ledger only if it exists.
	[ "$(stat -c %a guest/var/lib/seedrive)" = 700 ]
	[ "$(find guest/var -mindepth 3)" = "" ]
}

@test "install-guest: with /usr, the files are in the folders of initramfs-tools; a packager can set other folders" {
	in_guest PREFIX=/usr
	[ -x guest/usr/share/initramfs-tools/hooks/seedrive ]
	[ ! -e guest/etc ]
	ordinary_make uninstall-guest DESTDIR="$PWD/guest" PREFIX=/usr
	[ "$(listed)" = "" ]
	local where=(UNITDIR=/a/units UDEVRULESDIR=/a/rules INITRAMFSDIR=/a/initramfs DRACUTDIR=/a/dracut
		PRESETDIR=/a/presets TMPFILESDIR=/a/tmpfiles)
	in_guest PREFIX=/usr "${where[@]}"
	[ ! -e guest/usr/lib/systemd/system/seedrive-guest.service ]
	(cd guest/a && holds dracut initramfs presets rules tmpfiles units)
	ordinary_make uninstall-guest DESTDIR="$PWD/guest" PREFIX=/usr "${where[@]}"
	[ "$(listed)" = "" ]
}

@test "install-guest: uninstall-guest leaves nothing behind but the ledger, and touches nothing else" {
	old=(guest/etc/initramfs-tools/scripts/init-premount/{,00}seedrive)
	mkdir -p guest/etc/initramfs-tools/{hooks,scripts/init-premount} guest/usr/local/lib/systemd/system
	# These files are from an earlier version; they would search for a drive a second time.
	touch "${old[@]}"
	in_guest
	[ ! -e "${old[0]}" ]
	[ ! -e "${old[1]}" ]
	touch "${old[@]}"
	ordinary_make uninstall-guest DESTDIR="$PWD/guest"
	[ -z "$(listed)" ]
	mkdir -p guest/etc/initramfs-tools/hooks guest/usr/local/lib/systemd/system
	touch guest/etc/initramfs-tools/hooks/other guest/usr/local/lib/systemd/system/other.service
	in_guest
	ordinary_make uninstall-guest DESTDIR="$PWD/guest"
	[ "$(listed)" = $'/etc/initramfs-tools/hooks/other\n/usr/local/lib/systemd/system/other.service' ]
	[ ! -e guest/var/lib/seedrive ]
	in_guest
	mkdir guest/var/lib/seedrive/ledger
	touch guest/var/lib/seedrive/ledger/38f130c229b192e41c74506299f4d7d8
	ordinary_make uninstall-guest DESTDIR="$PWD/guest"
	[ -e guest/var/lib/seedrive/ledger/38f130c229b192e41c74506299f4d7d8 ]
	ordinary_make uninstall-guest DESTDIR="$PWD/guest"
}

@test "install-guest: files for another init or initramfs have targets of their own, and uninstall-guest removes them" {
	in_guest PREFIX=/usr
	listed >plain
	adds() {
		local target=$1
		shift
		ordinary_make "install-guest-$target" DESTDIR="$PWD/guest" PREFIX=/usr
		comm -13 plain <(listed) >added
		diff <(printf '%s\n' "$@") added
		# shellcheck disable=SC2046 # words
		run -1 grep -rI '@[a-z]*@' $(sed 's|^|guest|' added)
		ordinary_make uninstall-guest DESTDIR="$PWD/guest" PREFIX=/usr
		[ "$(listed)" = "" ]
		in_guest PREFIX=/usr
	}
	adds sysvinit /etc/init.d/seedrive-carry-over /etc/init.d/seedrive-guest
	adds openrc /etc/init.d/seedrive-carry-over /etc/init.d/seedrive-guest
	adds mkinitcpio /usr/lib/initcpio/hooks/seedrive /usr/lib/initcpio/install/seedrive
	adds mkinitfs /etc/mkinitfs/features.d/seedrive.modules
	adds mkosi /usr/lib/mkosi-initrd/mkosi.conf.d/seedrive.conf /usr/lib/seedrive/initrd/80-seedrive-initrd.preset
}

@test "install-guest: it needs the guest's compiler, and no library of the host's tool" {
	cp -r "$ROOT"/{Makefile,bash-completion,dist,doc,fish-completion,guest,iso,man,seed,util,zsh-completion} .
	mkdir bin
	printf '#!/bin/sh\necho "$0 $*" >>called\nexit 1\n' | tee bin/{cc,gcc,pkg-config,clang} >/dev/null
	chmod 755 bin/*
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u B -u CC -u SAN -u SHARED PATH="$PWD/bin:$PATH" make -s install-guest DESTDIR="$PWD/guest" \
		CC="$PWD/bin/cc" MUSL_CC="env PATH=$PATH musl-gcc"
	[ -x guest/usr/local/sbin/seedrive-guest ]
	[ ! -e called ]
}

# --- how the programs are linked ---

# small_and_static PROGRAM BYTES [FOLDER]: check that a program of the guest has at most BYTES bytes, and is static.
small_and_static() {
	local guest=$ROOT/build/${3:-guest}/$1
	readelf -lW "$guest" >segments
	run -1 grep -E 'INTERP|DYNAMIC' segments
	grep -q 'LOAD' segments
	readelf -dW "$guest" | grep -q 'no dynamic section'
	[ "$(stat -c %s "$guest")" -le "$2" ]
	# It has no symbol tables, because it is stripped.
	[ "$(readelf -sW "$guest")" = "" ]
}

@test "install: the guest's program is static, needs no interpreter, and has at most 32 KiB" {
	small_and_static seedrive-guest 32768
}

@test "install: the guest's program for Arm is static, needs no interpreter, and has at most 32 KiB" {
	small_and_static seedrive-guest 32768 guest-aarch64
}

@test "install: the program of the boot's stages is static, needs no interpreter, and has at most 32 KiB" {
	small_and_static guest-stage 32768
}

@test "install: the program for guests that run is static, needs no interpreter, and has at most 26 KiB" {
	small_and_static seedrive-refresh 26624
}

@test "install: the guest's programs have no executable stack, and no segment that is writable and executable" {
	for program in seedrive-guest guest-stage seedrive-refresh; do
		readelf -lW "$ROOT/build/guest/$program" >segments
		[ "$(awk '$1 == "GNU_STACK" { print $7 }' segments)" = RW ]
		run -1 grep -E 'LOAD.* RWE ' segments
	done
}

@test "install: the host's tool is position independent, with full RELRO and no executable stack" {
	readelf -hW "$ROOT/build/seedrive" | grep -qE '^ *Type: +DYN '
	readelf -lW "$ROOT/build/seedrive" >segments
	readelf -dW "$ROOT/build/seedrive" >dynamic
	grep -q INTERP segments
	grep -q GNU_RELRO segments
	grep -qE 'FLAGS.* (BIND_)?NOW' dynamic
	grep -q 'FLAGS_1.* PIE' dynamic
	[ "$(awk '$1 == "GNU_STACK" { print $7 }' segments)" = RW ]
	run -1 grep -E 'LOAD.* RWE ' segments
	run -1 grep -E 'RPATH|RUNPATH|TEXTREL' dynamic
}

@test "install: the host's tool has stack protector and fortified calls" {
	readelf -sW --dyn-syms "$ROOT/build/seedrive" >symbols
	grep -q '__stack_chk_fail' symbols
	grep -qE '__[a-z]+_chk(@|$)' <(grep -v stack_chk symbols)
}

@test "install: the host's tool needs no library beyond those of the design" {
	local name
	readelf -dW "$ROOT/build/seedrive" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' >needed
	grep -q '^libc\.so' needed
	while read -r name; do
		[[ $name =~ ^(libisofs|libsodium|libjson-c|libinih|libevent_core-2\.1|libdivsufsort|libm|libc)\.so\. ]] ||
			# The loader itself is needed if a library that was linked in has thread-local storage.
			[[ $name =~ ^ld-linux.*\.so\. ]]
	done <needed
}

@test "install: libisofs and libsodium are linked statically if there are archives, and not with SHARED=1" {
	grep -q '/libisofs\.a .*/libsodium\.a' "$ROOT/build/libraries"
	make -s -C "$ROOT" SHARED=1 B="$PWD/shared" "$PWD/shared/libraries"
	[ "$(xargs <shared/libraries)" = "$(pkg-config --libs libisofs-1 libsodium | xargs)" ]
}

# --- options that every command has ---

@test "install: --version prints the program's name and the version of the Makefile" {
	run -0 --separate-stderr "$TOOL" --version
	[ "$output" = "seedrive $(sed -n 's/^VERSION *:= *//p' "$ROOT/Makefile")" ]
	[ "$stderr" = "" ]
}

@test "install: --help lists each command on a line, on standard output" {
	run -0 --separate-stderr "$TOOL" --help
	[ "$stderr" = "" ]
	[ "${lines[0]}" = "usage: seedrive COMMAND [OPTION...] [ARGUMENT...]" ]
	[ "$(grep -oE '^  [a-z]+' <<<"$output" | tr -d ' ' | paste -sd ' ')" = \
		"build reseed inspect draw sources check config serve" ]
}

@test "install: --help of each command shows its usage and every option it takes" {
	local command option
	for command in build reseed inspect draw sources check config serve; do
		run -0 --separate-stderr "$TOOL" "$command" --help
		[ "$stderr" = "" ]
		[[ ${lines[0]} == "usage: seedrive $command "* ]]
		[ "$(awk 'length > 100' <<<"$output")" = "" ]
		# An option that --help names exists: the error may have any other reason, but not "unknown option".
		grep -oE '(^|[ ,\[])--?[a-z][a-z-]*' <<<"$output" | tr -d ' ,[' | sort -u | grep -vxE -e '-h|--help' >options
		[ -s options ]
		[ "$("$TOOL" "$command" -h x --none)" = "$output" ]
		while read -r option; do
			case $option in
			-h | --help) continue ;; # prints the help and exits
			esac
			run --separate-stderr "$TOOL" "$command" "$option" x --none
			[[ $stderr != *"$option: unknown option"* ]]
			# The message may name the option by its other form, long or short.
			[[ $stderr == *--none* ]] || [[ $stderr == *"$option: "* ]] || [[ $stderr == *": -n: x: "* ]]
		done <options
	done
}

@test "install: no command, or one that does not exist, is a usage error" {
	run -2 --separate-stderr "$TOOL"
	[ "$output" = "" ]
	[ "${stderr_lines[0]}" = "usage: seedrive COMMAND [OPTION...] [ARGUMENT...]" ]
	fails 2 "seedrive: bild: no such command, see seedrive --help" "$TOOL" bild
	fails 2 'seedrive: \x1b[31m: no such command, see seedrive --help' "$TOOL" $'\e[31m'
	fails 2 "seedrive: : no such command, see seedrive --help" "$TOOL" ""
}

@test "install: an error when printing the result is a failure" {
	local command
	for command in --help --version "build --help" sources "sources --json"; do
		# shellcheck disable=SC2086 # words
		run -1 --separate-stderr sh -c '"$TOOL" "$@" >/dev/full' sh $command
		[[ ${stderr_lines[0]} =~ ^seedrive:\ (sources:\ |build:\ )?standard\ output:\ No\ space\ left\ on\ device$ ]]
	done
}
