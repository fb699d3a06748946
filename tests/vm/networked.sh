#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: networked.sh ROOT
#
# Gives the machine that debian.sh makes a network by DHCP, and has seedrive-refresh.timer begin at once and go on every
# 10 seconds, in the place of a quarter of an hour and an hour. tests/vm/report then runs tests/vm/refreshes. Run by debian.sh,
# as root.

set -eu
root=$1
here=$(cd "$(dirname "$0")" && pwd)

printf '[Match]\nName=e*\n\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/10-all.network"
chroot "$root" systemctl -q enable systemd-networkd.service
mkdir -p "$root/etc/systemd/system/seedrive-refresh.timer.d"
printf '[Timer]\nOnBootSec=\nOnBootSec=1s\nOnUnitActiveSec=10s\nRandomizedDelaySec=0\nAccuracySec=1s\n' \
	>"$root/etc/systemd/system/seedrive-refresh.timer.d/soon.conf"
install -D "$here/refreshes" "$root/usr/local/sbin/refreshes"
