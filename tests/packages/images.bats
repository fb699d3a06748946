#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Images of guests: each is made in another way with the package for guests, and each must credit the seed of its drive
# at its first boot.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

# bats file_tags=root

load ../lib/packages

setup_file() {
	need_mounts
	packages_built
}

# page PATTERN: print the command of the guide for root that the pattern matches; there must be exactly one.
page() {
	sed -n 's/^    # //p' "$ROOT/doc/nova.md" | grep -- "$1" >found
	[ "$(wc -l <found)" -eq 1 ]
	cat found
}

# credited_at_first_boot DISK: boot DISK with a drive that no machine has had before, and check that its seed is
# credited.
credited_at_first_boot() {
	"$TOOL" build -q --source kernel -o drive.iso "$NOVA"
	seed=$("$TOOL" inspect drive.iso | sed -n 's/^seed  *//p')
	[ "${#seed}" -eq 32 ]
	patient "$1"
	boot_image "$1" 'seedrive-guest: credited' -d ide-cd -i drive.iso
	grep 'seedrive-guest: ' "${1%.img}.log"
	grep -q "seedrive-guest: credited 256 bits seed=$seed drive=/dev/sr0 ledger=dir" "${1%.img}.log"
}

@test "images: one of debootstrap's, with the package installed by apt, is credited at its first boot" {
	image_root image
	cp "$DEBS"/seedrive-guest_*_*.deb image/root/
	run -0 inside "$PWD/image" "$SUITE" "cd /root && $(page '^apt-get install -y ./seedrive-guest_')"
	rm image/root/*.deb
	image_of image
	credited_at_first_boot image.img
}

# As virt-customize does, the test copies the files into the image's file system, and runs the command by the image's
# shell, with /dev, /proc and /sys mounted.
@test "images: one that the guide's virt-customize has changed, its commands in a chroot, is credited at its first boot" {
	image_root image
	command=$(page '^virt-customize ')
	[[ $command =~ ^"virt-customize -a IMAGE --copy-in seedrive-guest_VERSION_amd64.deb:"(/[^ ]+)" --run-command '"([^\']+)"'"$ ]]
	cp "$DEBS"/seedrive-guest_*_*.deb "image${BASH_REMATCH[1]}/"
	run -0 inside "$PWD/image" "$SUITE" "${BASH_REMATCH[2]}"
	image_of image
	credited_at_first_boot image.img
}

@test "images: one of diskimage-builder's, by its own command and the element, is credited at its first boot" {
	mkdir builder
	bare_system "$SUITE" "$PWD/builder"
	echo force-unsafe-io >builder/etc/dpkg/dpkg.cfg.d/fast
	# If the host's own name had no address, sudo would print a warning, and diskimage-builder would read it as the name
	# of a device.
	printf '127.0.0.1 localhost %s\n' "$(hostname)" >builder/etc/hosts
	inside "$PWD/builder" "$SUITE" "apt-get -qq update && apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends \
		python3-diskimage-builder sudo e2fsprogs $(deb seedrive)" "$DEBS"
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sed -n 1p)
	# Debian 13's diskimage-builder cannot make an image of Debian 13: it installs a package that is not there any more,
	# software-properties-common.
	release=${SUITE/trixie/bookworm}
	command=$(page 'disk-image-create')
	# The command is changed for this machine: it gets the package's path and version, the mirror, and the label of the
	# file system that is booted.
	command=${command/DIB_SEEDRIVE_GUEST_PACKAGE=.\//DIB_SEEDRIVE_GUEST_PACKAGE=/mnt/}
	command=${command/VERSION/$(dpkg-deb -f "$DEBS"/seedrive-guest_*_*.deb Version)}
	run -0 inside "$PWD/builder" "$SUITE" "cd / && export DIB_RELEASE=$release DIB_DISTRIBUTION_MIRROR=${mirror%/} \
		DIB_APT_SOURCES_CONF='default:deb ${mirror%/} $release main' && ${command/disk-image-create/disk-image-create --root-label root}" "$DEBS"
	mv builder/image.raw image.img
	credited_at_first_boot image.img
}

@test "images: the element names a package that is not there, and makes no image" {
	mkdir hooks
	export TMP_HOOKS_PATH=$PWD/hooks
	export DIB_SEEDRIVE_GUEST_PACKAGE=$PWD/none.deb
	fails 1 "seedrive-guest: DIB_SEEDRIVE_GUEST_PACKAGE: $PWD/none.deb: no such file" \
		"$ROOT/dist/host/dib/seedrive-guest/extra-data.d/60-seedrive-guest"
}
