# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Shared by the suites of seedrive-mkisofs.

# no_cloud DIR: make a tree with the three files of NoCloud.
no_cloud() {
	mkdir -p "$1"
	printf 'instance-id: i-1\nlocal-hostname: one\n' >"$1/meta-data"
	printf '#cloud-config\n{}\n' >"$1/user-data"
	printf 'version: 2\n' >"$1/network-config"
}

# seeded IMAGE [BITS]: check that the image is valid, and has a record that claims at least BITS bits (default 256).
seeded() {
	"$TOOL" inspect --min-bits "${2:-256}" "$1" >/dev/null
}

# conf [SECTION-LINE...]: write these lines, in the section [mkisofs], to the configuration that with_etc uses.
conf() {
	mkdir -p etc
	printf '%s\n' '[mkisofs]' "$@" >etc/seedrive.conf
}

# listing OPTION IMAGE: print isoinfo's listing of one tree, sorted. Left out are: extents and dates; the number of
# links, which is 1 in our images; `..`, for which genisoimage itself is not consistent; and our two files.
listing() {
	isoinfo ${1:+"$1"} -l -i "$2" | sed -E 's/\[ *[0-9]+ 0[0-9]\]//; s/[A-Z][a-z]{2} +[0-9]+ +[0-9]{4}//
		s/^([-a-z]{10}) +[0-9]+/\1/; s/ +/ /g; /^[-d].* seedrive\.(bin|json?)(;1)? $/Id
		/ \.\. $/d; /^Joliet /d' |
		LC_ALL=C awk '/^Directory/ { folder = $4 } NF { print folder, $0 }' | LC_ALL=C sort
}

# alike ARGUMENT...: check that, with these arguments and for the paths in the array `paths`, our image has the same
# listings as genisoimage's in all three trees.
alike() {
	local tree
	rm -f its.iso ours.iso
	genisoimage -quiet "$@" -o its.iso "${paths[@]}" 2>words || { cat words && return 1; }
	"$MKISOFS" "$@" -o ours.iso "${paths[@]}"
	for tree in "" -R -J; do
		listing "$tree" its.iso >want
		listing "$tree" ours.iso >have
		diff want have || { echo "tree '$tree' of: $*" && return 1; }
	done
	[ "$(isoinfo -d -i ours.iso | grep -E '^(Volume id|Joliet|NO Joliet|Rock|NO Rock)')" = \
		"$(isoinfo -d -i its.iso | grep -E '^(Volume id|Joliet|NO Joliet|Rock|NO Rock)')" ]
}
