#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: networked.sh ROOT
#
# Gives the machine that debian.sh makes a network by DHCP. Makes seedrive-refresh.timer start at once and then every 10
# seconds, instead of after a quarter of an hour and then every hour. tests/vm/report then runs tests/vm/refreshes.
# debian.sh runs this as root.

set -eu
root=$1
here=$(cd "$(dirname "$0")" && pwd)

printf '[Match]\nName=e*\n\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/10-all.network"
chroot "$root" systemctl -q enable systemd-networkd.service
mkdir -p "$root/etc/systemd/system/seedrive-refresh.timer.d"
printf '[Timer]\nOnBootSec=\nOnBootSec=1s\nOnUnitActiveSec=10s\nRandomizedDelaySec=0\nAccuracySec=1s\n' \
	>"$root/etc/systemd/system/seedrive-refresh.timer.d/soon.conf"
install -D "$here/refreshes" "$root/usr/local/sbin/refreshes"
