# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Each bats suite loads this; it makes the tests independent of the user and of the working folder.

# Files have the modes that a test sets, whatever the umask of the caller.
umask 022
# Messages are English, and names may have any character, whatever locale the caller has.
export LC_ALL=C.UTF-8
# These folders have programs for administrators; other users do not have them in their PATH.
PATH=$PATH:/usr/sbin:/sbin

# need_root: skip the test if it does not run as root. Such a test has the tag `root`; tests/run runs it as root, by
# sudo if another user calls it.
need_root() {
	[ "$(id -u)" = 0 ] || skip "needs root: run it by tests/run, as a user of sudo"
}

# ordinary_make ARGUMENT...: run make in $ROOT as a packager does: the build is in build/, whatever build is under test.
ordinary_make() {
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u B -u CC -u CFLAGS -u SAN -u SHARED make -s -C "$ROOT" "$@"
}

# has_mounts: check whether a mount namespace can be created; if not, $lacking has the reason. Root can create one,
# unless it runs in a chroot; other users also need a user namespace.
has_mounts() {
	local namespace=(unshare --mount)
	[ "$(id -u)" = 0 ] || namespace+=(--map-root-user)
	lacking=$("${namespace[@]}" true 2>&1)
}

# need_mounts: skip the test if it cannot have its own mounts.
need_mounts() {
	has_mounts || skip "needs a mount namespace, and / to be a mount point: $lacking"
}
