# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shared by the suites of Debian's packages. The packages of the committed sources are in $DEBS, and each test has a
# bare system of this host's suite of Debian in the folder `root`.

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

# deb PACKAGE...: print the paths that the packages' files have in the bare system.
deb() {
	printf '/mnt/%s_*.deb ' "$@"
}

# in_root COMMAND: run COMMAND in the bare system, which has the packages in /mnt.
in_root() {
	inside "$PWD/root" "$SUITE" "$1" "$DEBS" 2>&1
}

# apt_install PACKAGE...: install our packages from their files, and their dependencies.
apt_install() {
	in_root "apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends $(deb "$@")"
}

# bare_root: make the bare system in the folder `root`.
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

# image_root FOLDER: make a Debian with systemd and the cloud kernel, as debootstrap and apt make it, without anything
# of ours. It is made only once, and kept in the cache.
image_root() {
	local tar
	tar=$(bare_cache)/$SUITE.image.tar
	mkdir "$1"
	if [ -e "$tar" ]; then
		tar -C "$1" -xf "$tar"
		inside "$1" "$SUITE" 'apt-get -qq update'
		return
	fi
	bare_system "$SUITE" "$1" || return
	echo force-unsafe-io >"$1/etc/dpkg/dpkg.cfg.d/fast"
	printf 'LABEL=root / ext4 defaults 0 1\n' >"$1/etc/fstab"
	inside "$1" "$SUITE" 'apt-get -qq update && apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends \
		systemd-sysv udev kmod zstd initramfs-tools linux-image-cloud-amd64' >"$1.log" 2>&1 ||
		bare_failed "$1.log" "$SUITE: a system that boots cannot be installed" || return
	tar -C "$1" -cf "$1.tar" . && mv "$1.tar" "$tar"
}

# image_of FOLDER: turn the system in FOLDER into the disk FOLDER.img, whose file system is labelled `root`.
image_of() {
	truncate -s 4G "$1.img"
	mkfs.ext4 -q -L root -d "$1" "$1.img"
	rm -rf --one-file-system "$1"
}

# patient DISK: set a longer deadline for the guest's programs on DISK, because the host may be busy.
patient() {
	debugfs -R 'cat /etc/default/seedrive-guest' "$1" >"$1.default" 2>/dev/null
	echo DEADLINE=30s >>"$1.default"
	printf 'rm /etc/default/seedrive-guest\nwrite %s /etc/default/seedrive-guest\n' "$1.default" | debugfs -w -f - "$1" >/dev/null 2>&1
	debugfs -R 'cat /etc/default/seedrive-guest' "$1" 2>/dev/null | cmp - "$1.default"
}

# boot_image DISK WORDS [OPTION...]: boot DISK with the kernel and the initramfs on it, as a boot loader would, until
# the console has shown WORDS. The console of NAME.img is saved in NAME.log. The options are those of tests/vm/boot.sh.
boot_image() {
	local name=${1%.img} file status=0
	mkdir -p "$name.vm"
	for file in vmlinuz initrd.img; do
		debugfs -R "dump /boot/$(debugfs -R 'ls -p /boot' "$1" 2>/dev/null | cut -d/ -f6 | grep "^$file-") $name.vm/$file" \
			"$1" 2>/dev/null
	done
	mv "$name.vm/initrd.img" "$name.vm/initramfs"
	"$ROOT/tests/vm/boot.sh" -t 400 -c qemu64,tcg-cpuid=off -u "$UUID" -r "$1" -a ro "${@:3}" -k "$2" "$name.vm" -m 512 \
		-smbios type=1,manufacturer=Example >"$name.log" || status=$?
	[ "$status" -eq 137 ] || { tail -n 40 "$name.log"; return 1; }
}
