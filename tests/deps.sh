#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: deps.sh [demo|evidence]
#
# Installs the missing packages that the build and the tests need, on Debian and its derivatives; with `demo`, only
# those that `make demo` needs; with `evidence`, also the programs that are measured beside ours and that no test needs.
set -eu

packages='gcc make pkg-config libc6-dev musl-tools
	libisofs-dev libburn-dev libblkid-dev libsodium-dev libjson-c-dev libinih-dev libevent-dev libdivsufsort-dev
	libjte-dev zlib1g-dev libbz2-dev libacl1-dev libattr1-dev
	qemu-system-x86 busybox-static cpio e2fsprogs python3 xz-utils zstd lz4'
[ "${1:-}" = demo ] || packages="$packages
	clang libclang-rt-dev git
	bats libcmocka-dev systemd udev gdb strace shellcheck clang-format mandoc man-db openssl
	qemu-system-arm ovmf qemu-efi-aarch64 debootstrap
	btrfs-progs kmod util-linux util-linux-extra swtpm ekeyd ekeyd-egd-linux iproute2 qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
	genisoimage xorriso rng-tools5 chromium poppler-utils libarchive-tools cloud-init python3-nova time attr bsdextrautils zsh fish llvm xxd
	checkpolicy semodule-utils apparmor libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients
	clang-tidy cppcheck codespell
	curl prometheus libmicrohttpd-dev libhttp-parser-dev
	initramfs-tools-core klibc-utils cryptsetup-bin dmsetup qemu-utils
	build-essential debhelper dpkg-dev lintian rpm rpmlint bzip2 systemd-dev"
[ "${1:-}" != evidence ] || packages="$packages python3-pycdlib mtools dosfstools entropybroker"

installed() {
	dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'
}

missing=
for package in $packages; do
	# The name of the package with clang's sanitizer runtime contains the compiler's version.
	if [ "$package" = libclang-rt-dev ]; then
		version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
		[ -n "$version" ] || continue
		package=libclang-rt-$version-dev
	fi
	# In Debian 12 the package systemd has the files of systemd-dev.
	if [ "$package" = systemd-dev ]; then
		apt-cache show systemd-dev >/dev/null 2>&1 || continue
	fi
	installed "$package" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null; then
	echo "deps: not Debian; install these yourself:$missing" >&2
	exit 1
fi
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
# Wait for another apt, which often runs on a machine that has just started.
$as_root apt-get -o DPkg::Lock::Timeout=600 update -q >/dev/null
# shellcheck disable=SC2086 # a list of words
$as_root apt-get -o DPkg::Lock::Timeout=600 install -y -q --no-install-recommends $missing >/dev/null
