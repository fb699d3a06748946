# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Makes a bare Debian by debootstrap, to be used with chroot. The system and the packages that apt has fetched stay in
# the cache. All of this needs root and a mount namespace.

# The suites that use the system take turns, by a lock in this folder.
bare_cache() {
	printf '%s\n' "${SEEDRIVE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/seedrive}/suites"
}

# inside ROOT SUITE COMMAND [FOLDER]: run COMMAND with ROOT as /, with this machine's devices, and with FOLDER as /mnt.
# ROOT is a mount point, as the root of a machine is, unless the variable `plain` is set. Afterwards no mount is left.
plain=
inside() {
	local debs
	debs=$(bare_cache)/$2.debs
	mkdir -p "$debs/partial"
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount bash -euc '
		[ "$5" ] || mount --bind "$1" "$1"
		cd "$1"
		mkdir -p var/cache/apt/archives
		mount --bind "$2" var/cache/apt/archives
		[ -z "$4" ] || mount --bind "$4" mnt
		mount -t proc proc proc
		mount --rbind /sys sys
		mount --rbind /dev dev
		[ "$5" ] || mount --move . /
		exec chroot . /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			DEBIAN_FRONTEND=noninteractive sh -euc "$3"' inside "$1" "$debs" "$3" "${4:-}" "$plain"
}

# bare_failed LOG WORD...: print the end of LOG and the words, and fail.
bare_failed() {
	tail "$1" >&2
	shift
	echo "$*" >&2
	return 1
}

# Installs the bare system from the mirror and with the settings of this machine's apt, or with debootstrap's defaults.
bare_install() {
	local suite=$1 root=$2 mirror proxy=
	# shellcheck disable=SC2016 # apt's variable
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sed -n 1p)
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	# shellcheck disable=SC2086 # an argument, or none
	${proxy:+env http_proxy="$proxy"} debootstrap --variant=minbase "$suite" "$root" $mirror >"$root.log" 2>&1 ||
		bare_failed "$root.log" "$suite: debootstrap failed" || return
	apt-config dump Acquire | grep -E '^Acquire::(https?|Check-Valid-Until|Retries)\b' >"$root/etc/apt/apt.conf.d/host" || true
	inside "$root" "$suite" 'apt-get -qq update && apt-get -qq install --no-install-recommends make' \
		>"$root.log" 2>&1 || bare_failed "$root.log" "$suite: make cannot be installed" || return
	rm -f "$root.log"
}

# bare_system SUITE ROOT: make a bare system of SUITE, with make(1), in the empty folder ROOT.
bare_system() {
	local tar
	tar=$(bare_cache)/$1.tar
	chmod 755 "$2"
	mkdir -p "$(bare_cache)"
	if [ ! -e "$tar" ]; then
		bare_install "$1" "$2" || return
		tar -C "$2" -cf "$2.tar" . && mv "$2.tar" "$tar" || return
	else
		tar -C "$2" -xf "$tar" || return
	fi
	cp -L /etc/resolv.conf "$2/etc/"
}
