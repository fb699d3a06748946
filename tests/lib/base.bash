# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What every suite of bats has, whoever runs it, and from where.

# The modes of files are those that a test names.
umask 022
# Words are English, and names may have any character, whatever the locale, or without one.
export LC_ALL=C.UTF-8
# Programs of administrators, which other users do not find.
PATH=$PATH:/usr/sbin:/sbin

# need_root: for a test with the tag `root`; tests/run runs those as root, by sudo where somebody else calls it.
need_root() {
	[ "$(id -u)" = 0 ] || skip "needs root: run it by tests/run, as a user of sudo"
}

# ordinary_make ARGUMENT...: what a packager has, in build/, whatever is being tested otherwise. $ROOT is the sources.
ordinary_make() {
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u B -u CC -u CFLAGS -u SAN -u SHARED make -s -C "$ROOT" "$@"
}

# has_mounts: whether we can have a namespace of our own to mount in; what is lacking is in $lacking. Root has one unless
# / is a plain folder that chroot(8) was told; other users need a namespace of users besides.
has_mounts() {
	local namespace=(unshare --mount)
	[ "$(id -u)" = 0 ] || namespace+=(--map-root-user)
	lacking=$("${namespace[@]}" true 2>&1)
}

# need_mounts: for a test that mounts what nobody else is to see.
need_mounts() {
	has_mounts || skip "needs a mount namespace, and / to be a mount point: $lacking"
}
