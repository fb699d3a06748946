#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: kernel.sh [DEB | NAME]
#
# Prints the folder of an unpacked kernel package. By default that is Debian's current cloud kernel, which is fetched
# once into the cache ($SEEDRIVE_CACHE). With NAME it is the kernel of that meta-package, such as linux-image-amd64;
# with DEB it is the package in that file, so that any other kernel can be tried. The folder also has boot/vmlinux, if
# plain_kernel.py can make it. Nothing is installed. If APT_CONFIG is set to what suite.sh prints, the kernel is that of
# another suite.

set -euo pipefail
export LC_ALL=C

die() {
	printf 'kernel.sh: %s\n' "$*" >&2
	exit 1
}

# Prints the package that the meta-package depends on, as NAME=VERSION.
current() {
	local name version

	name=$(apt-cache show --no-all-versions "$meta" 2>/dev/null |
		sed -n 's/^Depends:.*\(linux-image-[^ ,]*\).*/\1/p') || true
	[ -n "$name" ] || die "apt does not know $meta: is 'apt-get update' due?"
	version=$(apt-cache show --no-all-versions "$name" | sed -n 's/^Version: //p')
	printf '%s=%s\n' "$name" "$version"
}

# A newer kernel is split into several packages; this prints those that the given package depends on.
parts() {
	apt-cache show --no-all-versions "${1%%=*}" | sed -n 's/^Depends: //p' | tr , '\n' |
		sed -n 's/^ *\(linux-\(base\|binary\|modules\)-[^ ]*\).*/\1/p'
}

fetch() {
	# shellcheck disable=SC2046 # names of packages
	(cd "$new" && apt-get -qq -o APT::Sandbox::User="$(id -un)" download "$1" $(parts "$1") >&2) ||
		die "cannot download $1: is 'apt-get update' due?"
	unpack "$new"/*.deb
	rm "$new"/*.deb
}

# Usually depmod runs when the package is installed; here busybox's depmod runs, which supports only uncompressed
# modules. If the image is next to the modules, it is moved to boot/, where older packages have it.
unpack() {
	for deb; do
		dpkg-deb -x "$deb" "$new"
	done
	[ -d "$new/lib" ] || ln -s usr/lib "$new/lib"
	find "$new/lib/" -name '*.ko.xz' -exec unxz {} +
	for modules in "$new"/lib/modules/*; do
		busybox depmod -b "$new" "${modules##*/}" >&2
		[ ! -e "$modules/vmlinuz" ] || install -D -t "$new/boot" "$modules/vmlinuz"
	done
}

cache=${SEEDRIVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/seedrive}
meta=linux-image-cloud-amd64 deb=''
case ${1:-} in
'') ;;
*.deb) deb=$1 ;;
*) meta=$1 ;;
esac
if [ -n "$deb" ]; then
	package=$(dpkg-deb -f "$deb" Package)=$(dpkg-deb -f "$deb" Version)
else
	package=$(current)
fi
kernel=$cache/${package/=/_}

if [ ! -d "$kernel" ]; then
	mkdir -p "$cache"
	new=$(mktemp -d "$cache/new.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	if [ -n "$deb" ]; then unpack "$deb"; else fetch "$package"; fi
	# mv fails if the target is a folder that is not empty: then another run has made the same folder first.
	mv -T "$new" "$kernel" 2>/dev/null || [ -d "$kernel" ] || die "$kernel: cannot be written"
fi
[ -e "$kernel/boot/vmlinux" ] || "$(dirname "$0")/plain_kernel.py" "$kernel"/boot/vmlinuz* "$kernel/boot/vmlinux" 2>/dev/null || true
printf '%s\n' "$kernel"
