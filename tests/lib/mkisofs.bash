# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the suites of seedrive-mkisofs share.

# no_cloud DIR: the three files of the NoCloud source.
no_cloud() {
	mkdir -p "$1"
	printf 'instance-id: i-1\nlocal-hostname: one\n' >"$1/meta-data"
	printf '#cloud-config\n{}\n' >"$1/user-data"
	printf 'version: 2\n' >"$1/network-config"
}

# seeded IMAGE [BITS]: it has a record, good for so many bits, and is whole.
seeded() {
	"$TOOL" inspect --min-bits "${2:-256}" "$1" >/dev/null
}

# conf [SECTION-LINE...]: the configuration for with_etc.
conf() {
	mkdir -p etc
	printf '%s\n' '[mkisofs]' "$@" >etc/seedrive.conf
}
