#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds libjitterentropy from the source of a newer Debian, in a folder of its own, and prints where:
# fit for `make JITTER=...`. What is there already is taken as it is.
#
#   tests/lib/jitter-library.sh [FOLDER]
#
# The mirror is the one that apt is set up for. apt's own lists and sources stay as they are.
set -eu

folder=$(mkdir -p "${1:-build/jitterentropy}" && cd "${1:-build/jitterentropy}" && pwd)
suites="sid testing" # that has the source package; the first from which it can be had
package=jitterentropy-library

# The one of Debian itself, and not of its security updates.
# shellcheck disable=SC2016 # fields for apt
mirror() {
	apt-get indextargets --format '$(REPO_URI)|$(ORIGIN)|$(LABEL)|$(CREATED_BY)' 2>/dev/null |
		sed -n 's/|Debian|Debian|Packages$//p' | head -n 1
}

apt() {
	apt-get -q -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=- \
		-o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache" \
		-o APT::Sandbox::User= "$@"
}

# fetch_from SUITE: apt checks the signature of the list, and by it the archive.
fetch_from() {
	echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $1 main" \
		>"$folder/sources.list"
	rm -rf "$folder/lists" "$folder/cache"
	mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
	(cd "$folder" && apt update && apt source --tar-only "$package") >>"$folder/apt.log" 2>&1
}

fetch() {
	uri=$(mirror)
	: >"$folder/apt.log"
	if [ -z "$uri" ]; then
		echo "apt knows no mirror of Debian; apt-get update comes first" >"$folder/apt.log"
		return 1
	fi
	for suite in $suites; do
		fetch_from "$suite" && break
	done
	rm -rf "$folder/lists" "$folder/cache" "$folder/sources.list"
	ls "$folder/$package"_*.orig.tar.gz >/dev/null 2>&1
}

build() {
	rm -rf "$folder/source"
	mkdir "$folder/source"
	tar -xzf "$folder/$package"_*.orig.tar.gz -C "$folder/source" --strip-components=1
	# Without optimising, by its makefile: the time that its loops take is what it is for.
	env -u MAKEFLAGS -u CFLAGS -u CPPFLAGS make -s -C "$folder/source" jitterentropy-static \
		>"$folder/make.log" 2>&1
}

if [ ! -e "$folder/built" ]; then
	ls "$folder/$package"_*.orig.tar.gz >/dev/null 2>&1 || fetch || {
		cat "$folder/apt.log" >&2
		exit 1
	}
	build || {
		cat "$folder/make.log" >&2
		exit 1
	}
	touch "$folder/built"
fi
echo "$folder/source"
