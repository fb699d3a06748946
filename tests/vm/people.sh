#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: people.sh ROOT
#
# Adds two users to the machine that debian.sh makes: "console", who logs in at the first console, with the groups that
# Debian's installer gives to the first user; and "other", who has no seat. Both run tests/vm/snoop when
# tests/vm/people asks for it. debian.sh runs this as root.

set -eu
root=$1
here=$(cd "$(dirname "$0")" && pwd)

for user in console other; do
	chroot "$root" useradd -m -s /bin/sh "$user"
done
for group in cdrom floppy audio video plugdev users netdev; do
	! grep -q "^$group:" "$root/etc/group" || chroot "$root" usermod -a -G "$group" console
done
install -D "$here/people" "$root/usr/local/sbin/people"
install -D "$here/snoop" "$root/usr/local/bin/snoop"
echo 'exec /usr/local/bin/snoop wait' >"$root/home/console/.profile"
mkdir -p "$root/etc/systemd/system/getty@tty1.service.d"
printf '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin console --noclear %%I linux\n' \
	>"$root/etc/systemd/system/getty@tty1.service.d/login.conf"
