#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Hook of dracut.modules(7), sourced: root is mounted, and no image was resumed from, as that would not come here.

# Where systemd runs the initramfs, it has checked root before mounting it if its unit asks for that. Without it,
# dracut may have checked, and leaves no note: then a check counts as owed, if root's fstab wants one.
seedrive_checked() {
	[ -r /run/systemd/generator/sysroot.mount ] || return
	while read -r line; do
		case $line in Requires=*systemd-fsck-root.service*) return 0 ;; esac
	done </run/systemd/generator/sysroot.mount
	return 1
}

if seedrive_checked; then
	/usr/lib/seedrive/guest-stage root "$NEWROOT" checked
else
	/usr/lib/seedrive/guest-stage root "$NEWROOT"
fi
