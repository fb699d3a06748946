#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: suite.sh [--cached] SUITE [ARCHITECTURE]
#
# Prints the path of an apt.conf with which apt sees only the packages of this suite of Debian and its security updates,
# as in APT_CONFIG=$(suite.sh trixie) kernel.sh. The mirror is the host's. If the host has no security updates, as after
# debootstrap, there are none here. apt's lists are in the cache ($SEEDRIVE_CACHE). They are updated at each call; with
# --cached they are only fetched if they are missing. The host's lists and packages are not changed.

set -euo pipefail
export LC_ALL=C

die() {
	printf 'suite.sh: %s: %s\n' "$suite" "$*" >&2
	exit 1
}

# archive LABEL: print the mirror from which the host gets the archive with this label.
# shellcheck disable=SC2016 # apt fills these in
archive() {
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
		sed -n "s/^$1 \([^ ]*\)\$/\1/p" | sort -u | head -n 1
}

# Only Debian's signatures are accepted. sid has no separate archive of security updates.
write_sources() {
	local keys=/usr/share/keyrings/debian-archive-keyring.gpg main security

	main=$(archive Debian)
	security=$(archive Debian-Security)
	[ -n "$main" ] || die "apt has no archive of Debian: is 'apt-get update' due?"
	echo "deb [signed-by=$keys] $main $suite main"
	if [ "$suite" != sid ] && [ -n "$security" ]; then
		echo "deb [signed-by=$keys] $security $suite-security main"
	fi
}

# apt is given an empty list of installed packages, so that the host's packages have no effect.
write_conf() {
	cat <<-END
		Dir::Etc::SourceList "$state/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::Preferences "/dev/null";
		Dir::Etc::PreferencesParts "/dev/null";
		Dir::State "$state";
		Dir::State::Status "$state/status";
		Dir::Cache "$state/cache";
		APT::Architecture "$architecture";
		APT::Architectures { "$architecture"; };
		APT::Sandbox::User "$(id -un)";
	END
}

cached=
[ "${1:-}" != --cached ] || { cached=1; shift; }
[ $# -ge 1 ] || { sed -n '4,/^$/s/^# \?//p' "$0" >&2; exit 2; }
suite=$1 architecture=${2:-amd64}
cache=${SEEDRIVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/seedrive}
state=$cache/apt/$suite-$architecture

if [ -z "$cached" ] || [ ! -e "$state/complete" ]; then
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
	: >"$state/status"
	write_sources >"$state/sources.list"
	write_conf >"$state/apt.conf"
	APT_CONFIG=$state/apt.conf apt-get -qq --error-on=any update >&2 || die "its lists cannot be had"
	: >"$state/complete"
fi
printf '%s\n' "$state/apt.conf"
