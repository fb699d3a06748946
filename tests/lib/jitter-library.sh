#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds libjitterentropy from the source package of a newer Debian, and prints the folder of the library, for `make
# JITTER=...`. If it has been built in FOLDER already, it is not built again.
#
#   tests/lib/jitter-library.sh [FOLDER]
#
# The mirror is the one that apt uses. apt's own lists and sources are not changed.
set -eu

folder=$(mkdir -p "${1:-build/jitterentropy}" && cd "${1:-build/jitterentropy}" && pwd)
suites="sid testing" # the source package is taken from the first of these that has it
package=jitterentropy-library

# Prints Debian's own mirror, and not the one of its security updates.
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

# fetch_from SUITE: fetch the source package; apt checks the signature of the list, which in turn has the archive's
# digest.
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
	# The library's own makefile turns optimization off, because the time that its loops take is its source of entropy.
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
