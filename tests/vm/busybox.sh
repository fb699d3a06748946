#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: busybox.sh
#
# Prints the path of Debian's static busybox. It is for the architecture in the APT_CONFIG that suite.sh has printed,
# and fetched once into the cache ($SEEDRIVE_CACHE). Nothing is installed.

set -euo pipefail
export LC_ALL=C

die() {
	printf 'busybox.sh: %s\n' "$*" >&2
	exit 1
}

cache=${SEEDRIVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/seedrive}
version=$(apt-cache show --no-all-versions busybox-static | sed -n 's/^Version: //p')
[ -n "$version" ] || die "apt does not know busybox-static: is 'apt-get update' due?"
eval "$(apt-config shell architecture APT::Architecture)"
# shellcheck disable=SC2154 # apt-config has set it
folder=$cache/busybox-static_${version#*:}_$architecture

if [ ! -d "$folder" ]; then
	mkdir -p "$cache"
	new=$(mktemp -d "$cache/new.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	(cd "$new" && apt-get -qq -o APT::Sandbox::User="$(id -un)" download busybox-static >&2) ||
		die "cannot download busybox-static: is 'apt-get update' due?"
	dpkg-deb -x "$new"/*.deb "$new"
	rm "$new"/*.deb
	# As in kernel.sh, another run may have made the folder first.
	mv -T "$new" "$folder" 2>/dev/null || [ -d "$folder" ] || die "$folder: cannot be written"
fi
# In Debian 13 the program is in /usr.
busybox=$folder/bin/busybox
[ -e "$busybox" ] || busybox=$folder/usr/bin/busybox
printf '%s\n' "$busybox"
