# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Loaded by every bats suite, for all users and working folders.

# Files have the modes that a test sets, independently of the caller's umask.
umask 022
# Messages are English, and names may have any character, with any locale of the caller or none.
export LC_ALL=C.UTF-8
# Programs of administrators, which are not in the PATH of other users.
PATH=$PATH:/usr/sbin:/sbin

# need_root: for a test with the tag `root`; tests/run runs these as root, by sudo if another user calls it.
need_root() {
	[ "$(id -u)" = 0 ] || skip "needs root: run it by tests/run, as a user of sudo"
}

# ordinary_make ARGUMENT...: run make as a packager does, in build/, independently of the build under test. $ROOT has the sources.
ordinary_make() {
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u B -u CC -u CFLAGS -u SAN -u SHARED make -s -C "$ROOT" "$@"
}

# has_mounts: check whether a mount namespace can be created; if not, the reason is in $lacking. Root can, unless it runs in a
# chroot; other users also need a user namespace.
has_mounts() {
	local namespace=(unshare --mount)
	[ "$(id -u)" = 0 ] || namespace+=(--map-root-user)
	lacking=$("${namespace[@]}" true 2>&1)
}

# need_mounts: for a test that needs mounts of its own.
need_mounts() {
	has_mounts || skip "needs a mount namespace, and / to be a mount point: $lacking"
}
