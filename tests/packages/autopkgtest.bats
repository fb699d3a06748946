#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs what autopkgtest(1) would run: each test of debian/tests, in a system that has the packages that the test
# requires, and no others. The test that requires a running systemd runs in a virtual machine.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

# bats file_tags=root

load ../lib/packages

setup_file() {
	need_mounts
	packages_built
	make_bare_root
}

# prepare TEST: install the packages that TEST requires into the folder `root`, ours from an archive in it, and put the
# sources into /source, as autopkgtest does.
prepare() {
	local packages
	packages=$(awk -v RS= -v test="Tests: $1" 'index($0, test "\n") == 1' "$ROOT/debian/tests/control" |
		sed -n 's/^Depends: //p' | tr -d ,)
	[ "$packages" ]
	mkdir -p root/packages root/source/tests
	cp "$DEBS"/*.deb root/packages/
	(cd root/packages && dpkg-scanpackages . >Packages 2>/dev/null)
	echo 'deb [trusted=yes] file:/packages ./' >root/etc/apt/sources.list.d/packages.list
	in_root "apt-get -qq update && apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends $packages"
	cp -r "$ROOT/debian" root/source/
	cp -r "$ROOT/tests/lib" root/source/tests/
}

# passes TEST: check that TEST exits with 0. It may write to standard error, as each test declares by a restriction.
passes() {
	bare_root
	prepare "$1"
	run -0 in_root "cd /source && AUTOPKGTEST_TMP=\$(mktemp -d) debian/tests/$1"
}

@test "autopkgtest: each test of debian/tests is one of these" {
	diff <(sed -n 's/^Tests: //p' "$ROOT/debian/tests/control" | LC_ALL=C sort) \
		<(grep -oE '^[	](passes|prepare) [a-z]+$' "$BATS_TEST_FILENAME" | cut -d' ' -f2 | LC_ALL=C sort)
}

@test "autopkgtest: drive" {
	passes drive
}

@test "autopkgtest: nova" {
	passes nova
}

@test "autopkgtest: initramfs" {
	passes initramfs
}

# The machine's CPU has RDSEED, so the daemon has a source.
@test "autopkgtest: daemon, in a machine with systemd" {
	image_root root
	prepare daemon
	cat >root/etc/systemd/system/autopkgtest.service <<-END
		[Unit]
		After=seedrived.socket seedrived.service
		[Service]
		ExecStart=sh -c 'mkdir /tmp/at; cd /source; AUTOPKGTEST_TMP=/tmp/at debian/tests/daemon >/tmp/said 2>&1; status=\$?; while read -r line; do echo "autopkgtest said: \$line"; done </tmp/said >/dev/kmsg; echo "autopkgtest ended: \$status" >/dev/kmsg'
		[Install]
		WantedBy=multi-user.target
	END
	in_root 'systemctl enable autopkgtest.service'
	image_of root
	boot_image root.img 'autopkgtest ended: ' -c max,tcg-cpuid=off
	grep 'autopkgtest ' root.log
	grep -q 'autopkgtest ended: 0' root.log
}
