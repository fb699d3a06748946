# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the suites of Debian's packages: the packages of the committed sources are in $DEBS, and each test has a bare system
# of this suite of Debian, in the folder `root`.

# shellcheck source=tests/lib/helper.bash
. "$(dirname "${BASH_SOURCE[0]}")/helper.bash"
# shellcheck source=tests/lib/bare.bash
. "$(dirname "${BASH_SOURCE[0]}")/bare.bash"

DEBS=$ROOT/build/deb
SUITE=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
# shellcheck disable=SC2034 # those who load this have it
ALL=(seedrive seedrive-mkisofs seedrive-server seedrive-guest)

# packages_built: build the packages, once for each commit.
packages_built() {
	local commit
	commit=$(git -c safe.directory="$ROOT" -C "$ROOT" rev-parse HEAD 2>/dev/null) || commit=
	[ "$commit" ] && [ "$(cat "$DEBS/commit" 2>/dev/null)" = "$commit" ] && return
	ordinary_make deb >"$BATS_FILE_TMPDIR/deb.log" 2>&1 || { tail -n 40 "$BATS_FILE_TMPDIR/deb.log" >&2; return 1; }
	echo "$commit" >"$DEBS/commit"
}

# deb PACKAGE...: print the paths of their files, as in the bare system.
deb() {
	printf '/mnt/%s_*.deb ' "$@"
}

# in_root COMMAND: run it in that system, which has the packages in /mnt.
in_root() {
	inside "$PWD/root" "$SUITE" "$1" "$DEBS" 2>&1
}

# apt_install PACKAGE...: install our packages from their files, with their dependencies.
apt_install() {
	in_root "apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends $(deb "$@")"
}

# bare_root: make the system in the folder `root`.
bare_root() {
	cp -a --reflink=auto "$BATS_FILE_TMPDIR/bare" root
}

make_bare_root() {
	mkdir "$BATS_FILE_TMPDIR/bare"
	bare_system "$SUITE" "$BATS_FILE_TMPDIR/bare"
	# The system need not survive a power cut, so dpkg does not wait for the disk.
	echo force-unsafe-io >"$BATS_FILE_TMPDIR/bare/etc/dpkg/dpkg.cfg.d/fast"
	inside "$BATS_FILE_TMPDIR/bare" "$SUITE" 'apt-get -qq update'
}
