#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: qemu.sh
#
# Prints the command of a qemu-system-x86_64 that has the device vmclock, as QEMU has since 10.0. It is the host's own
# QEMU or that of trixie, which is fetched once into the cache ($SEEDRIVE_CACHE) with all its libraries. Nothing is
# installed; the loader of trixie runs that QEMU.

set -euo pipefail
export LC_ALL=C

die() {
	printf 'qemu.sh: %s\n' "$*" >&2
	exit 1
}

has_vmclock() {
	# The exit status for an unknown device is no different, so the message is used.
	! "$@" -device vmclock,help 2>&1 | grep -qF "Device 'vmclock' not found"
}

# Fetches the packages with all their dependencies, because apt is given an empty list of installed packages.
fetch() {
	local conf
	conf=$("$(dirname "$0")/suite.sh" trixie)
	APT_CONFIG=$conf apt-get -qq -y --no-install-recommends -o Dir::Cache::archives="$new/debs" -o APT::Sandbox::User="$(id -un)" \
		-o Debug::NoLocking=1 --download-only install qemu-system-x86 >&2 || die "qemu-system-x86 of trixie cannot be had"
	for deb in "$new"/debs/*.deb; do
		dpkg-deb -x "$deb" "$new"
	done
	rm -r "$new/debs"
}

# wrap FILE: make a wrapper of QEMU, because the paths that are compiled into QEMU are those of another root.
wrap() {
	cat >"$1" <<-END
		#!/bin/sh
		QEMU_MODULE_DIR=$folder/usr/lib/x86_64-linux-gnu/qemu exec \\
			$folder/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path $folder/usr/lib/x86_64-linux-gnu \\
			$folder/usr/bin/qemu-system-x86_64 -L $folder/usr/share/qemu -L $folder/usr/share/seabios -L $folder/usr/lib/ipxe/qemu "\$@"
	END
	chmod 755 "$1"
}

if has_vmclock qemu-system-x86_64; then
	echo qemu-system-x86_64
	exit
fi
cache=${SEEDRIVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/seedrive}
folder=$cache/qemu_trixie
if [ ! -d "$folder" ]; then
	mkdir -p "$cache"
	new=$(mktemp -d "$cache/new.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	mkdir -p "$new/debs/partial"
	fetch
	wrap "$new/qemu"
	# As in kernel.sh, another run may have made the folder first.
	mv -T "$new" "$folder" 2>/dev/null || [ -d "$folder" ] || die "$folder: cannot be written"
fi
has_vmclock "$folder/qemu" || die "$folder: does not have the device"
printf '%s\n' "$folder/qemu"
