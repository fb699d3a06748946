#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seedrive-mkisofs in place of genisoimage: the same listing, OUT as its callers expect it, and its behaviour on a busy
# host.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/mkisofs

# Nova's command line (nova/virt/configdrive.py), without OUT and DIR.
NOVA_ARGUMENTS=(-ldots -allow-lowercase -allow-multidot -l -publisher "OpenStack Nova 26.2.2"
	-quiet -J -r -V config-2)

setup_file() {
	make_world
}

# no_drive FILE: check that FILE is missing, or that no reader would accept it as an image.
no_drive() {
	[ ! -e "$1" ] || ! grep -q CD001 "$1"
}

# --- the same listing ---

@test "mkisofs: Nova's tree has genisoimage's listing in all three trees, and a seed" {
	paths=("$NOVA")
	alike "${NOVA_ARGUMENTS[@]}"
	seeded ours.iso
	[ "$("$TOOL" inspect ours.iso | sed -n 's/^bound to *//p')" = "$UUID, the instance of the metadata" ]
	[ "$(stat -c %s ours.iso)" -lt $((512 * 1024)) ]
}

@test "mkisofs: each known caller gets genisoimage's listing" {
	local argv word n=0 arguments
	small_tree DIR
	no_cloud DIR
	mkdir IN
	while IFS=$'\t' read -r _ argv _; do
		[[ $argv != *-no-emul-boot* ]] || continue
		# Leave out the program's name, which for xorriso is three words.
		argv=${argv#xorriso -as }
		eval "arguments=(${argv#* })"
		set --
		paths=()
		for word in "${arguments[@]}"; do
			case $word in
			# Only xorrisofs has these two options; the test sets OUT.
			--norock | -partition_cyl_align | on | -o | -output | OUT | DIR/OUT.iso) ;;
			DIR | DIR/* | user-data | meta-data | network-config) paths+=("DIR/${word#DIR}") ;;
			*) set -- "$@" "$word" ;;
			esac
		done
		alike "$@"
		n=$((n + 1))
	done < <(tail -n +2 "$ROOT/tests/data/mkisofs-callers.tsv" | sed 's,DIR/user,user,g; s,DIR/meta,meta,; s,DIR/net,net,')
	[ "$n" -eq 25 ]
}

@test "mkisofs: with each combination of Rock Ridge and Joliet the listing is genisoimage's" {
	local options
	no_cloud tree
	mkdir -p tree/sub/empty
	printf x >tree/sub/run
	chmod 4751 tree/sub/run
	chmod 640 tree/user-data
	chmod 711 tree/sub
	chown 12:34 tree/meta-data 2>/dev/null || true
	paths=(tree)
	for options in "" -J -r -R "-J -r" "-J -R" -JR "-l -J" "-l -R" "-r -R" "-iso-level 2" "-iso-level 3 -r" \
		"-iso-level 4 -J" -U "-N -d" -relaxed-filenames "-l -relaxed-filenames" -allow-lowercase; do
		# shellcheck disable=SC2086 # several words
		alike $options -V test
	done
}

@test "mkisofs: with untranslated names, names of any length give an image, with each of them in Rock Ridge" {
	local options n
	mkdir tree
	for n in 56 57 77 78 96 97 150 255; do
		mkdir "tree/d$(printf 'n%.0s' $(seq 2 "$n"))"
		echo "$n" >"tree/f$(printf 'n%.0s' $(seq 2 "$n"))"
	done
	ls tree >names
	for options in "-U -r" "-iso-level 4 -r" "-U -r -J -V config-2"; do
		# shellcheck disable=SC2086 # several words
		"$MKISOFS" $options -quiet -o out.iso tree 2>said
		isoinfo -R -f -i out.iso | sed -n 's,^/,,p' | grep -v '^seedrive\.' | LC_ALL=C sort | diff <(LC_ALL=C sort names) -
	done
	succeeds "$MKISOFS" -U -quiet -o out.iso tree
	[ "$(isoinfo -f -i out.iso | wc -l)" -eq 16 ]
	# Shorter names are written as they are.
	rm -r tree/?nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn*
	echo x >"tree/a b.C.tar+gz"
	succeeds "$MKISOFS" -U -quiet -o out.iso tree
	[ "$(isoinfo -f -i out.iso | sed 's,^/,,' | LC_ALL=C sort)" = "$(LC_ALL=C ls tree)" ]
}

@test "mkisofs: several paths and graft points have genisoimage's listing" {
	mkdir -p one/sub two/sub/deep 'a=b'
	echo 1 >one/sub/x
	echo 2 >two/sub/deep/y
	echo 3 >file
	echo 4 >'a=b/c'
	paths=(one two file)
	alike -r -J
	paths=(one two/ ./file 'a=b')
	alike -r
	paths=(place/=one other/deeper=two/sub '/named=file' file 'eq\=uals=file' './x//y/=two')
	alike -R -J -graft-points
}

@test "mkisofs: links stay links with Rock Ridge, and are followed with -f" {
	mkdir -p tree/sub elsewhere/below
	echo x >elsewhere/below/file
	ln -s ../elsewhere tree/folder
	ln -s ../elsewhere/below/file tree/file
	paths=(tree)
	alike -R
	alike -r -f -J
	alike -J -follow-links
	paths=(tree/folder tree/file)
	alike -R
	paths=(tree/folder/)
	alike -R -J
	# Links are left out without -r and -R, and Joliet never shows a link, nor an empty file in its place.
	fails 0 "seedrive-mkisofs: warning: 2 symbolic links left out: only Rock Ridge (-r, -R) has them" \
		"$MKISOFS" -J -o out.iso tree
	[ "$(isoinfo -J -f -i out.iso)" = /sub ]
	"$MKISOFS" -J -r -o out.iso tree
	[ "$(isoinfo -J -f -i out.iso)" = /sub ]
}

@test "mkisofs: contents equal those of the tree, with every reader" {
	local way
	"$MKISOFS" "${NOVA_ARGUMENTS[@]}" -V other -o out.iso "$NOVA"
	mkdir tree
	bsdtar -xf out.iso -C tree
	chmod -R u+w tree
	diff -r "$NOVA" tree
	for way in -R -J; do
		isoinfo "$way" -x /openstack/latest/meta_data.json -i out.iso >content
		cmp content "$NOVA/openstack/latest/meta_data.json"
	done
	isoinfo -x '/openstack/latest/meta_data.json;1' -i out.iso >content
	cmp content "$NOVA/openstack/latest/meta_data.json"
}

@test "mkisofs: large files of any length are complete, among small ones, in a file and in a pipe" {
	local size
	mkdir tree
	for size in 0 1 2047 2048 2049 262143 262144 262145 264193 5000001; do
		head -c "$size" /dev/urandom >"tree/$size"
	done
	"$MKISOFS" -r -J -o out.iso tree
	"$MKISOFS" -r -J tree | cat >pipe.iso
	for image in out.iso pipe.iso; do
		mkdir read
		bsdtar -xf "$image" -C read
		chmod -R u+w read
		diff -r tree read
		rm -r read
	done
}

@test "mkisofs: an image in a pipe does not change if its files change later" {
	mkdir tree
	head -c 300000 /dev/zero | tr '\0' A >tree/large
	# The pipe is so large that nobody has to read from it before the end.
	/usr/bin/python3 -c 'import fcntl, os, subprocess, sys
out, to = os.pipe()
fcntl.fcntl(to, fcntl.F_SETPIPE_SZ, 1 << 20)
subprocess.run([sys.argv[1], "-r", "tree"], stdout=to, check=True)
os.close(to)
with open("tree/large", "r+b") as f:
    f.write(b"B" * 300000)
with open(out, "rb") as f, open("out.iso", "wb") as g:
    g.write(f.read())' "$MKISOFS"
	[ "$(content out.iso large | tr -d A | wc -c)" = 0 ]
	[ "$(content out.iso large | wc -c)" = 300000 ]
}

@test "mkisofs: the texts of the volume descriptor are those of the options" {
	no_cloud tree
	"$MKISOFS" -V label -publisher PUB -p PREP -A APP -sysid SYS -volset SET -o out.iso tree
	isoinfo -d -i out.iso >said
	for text in "System id: SYS" "Volume id: label" "Volume set id: SET" "Publisher id: PUB" \
		"Data preparer id: PREP" "Application id: APP"; do
		grep -qx "$text" said || { echo "no $text" && return 1; }
	done
	"$MKISOFS" -o out.iso tree
	isoinfo -d -i out.iso | grep -qx "Volume id: CDROM"
}

@test "mkisofs: two files with one name are named and refused; a link by which a tree contains itself is left out" {
	mkdir one two
	echo 1 >one/x
	echo 2 >two/x
	fails 1 "seedrive-mkisofs: two/x: one/x has that name already" "$MKISOFS" -r -o out.iso one two
	ln -s .. one/up
	holds one two
	fails 0 "seedrive-mkisofs: warning: one/up/one: a link that leads back to a folder above it; left out" \
		"$MKISOFS" -r -f -o out.iso one
	[ "$(isoinfo -R -f -i out.iso | LC_ALL=C sort | paste -sd' ')" = "/up /up/two /up/two/x /x" ]
}

# --- which images get a seed ---

@test "mkisofs: the four labels get a seed; any other, or none, a plain image without a message" {
	local label
	no_cloud tree
	for label in config-2 CONFIG-2 cidata CIDATA; do
		succeeds "$MKISOFS" -quiet -J -r -V "$label" -o out.iso tree
		seeded out.iso
	done
	for label in config-3 Config-2 CDROM VMEDIA_BOOT_ISO OVF-TRANSPORT ""; do
		succeeds "$MKISOFS" -J -r -V "$label" -o out.iso tree
		[ "$(bsdtar -tf out.iso | grep -c seedrive)" = 0 ]
		content out.iso user-data | cmp - tree/user-data
	done
	succeeds "$MKISOFS" -V config-2 -V plain -r -o out.iso tree
	[ "$(bsdtar -tf out.iso | grep -c seedrive)" = 0 ]
	succeeds "$MKISOFS" -V plain -volid config-2 -r -o out.iso tree
	seeded out.iso
}

@test "mkisofs: a plain image may have files with the names of ours, unchanged" {
	mkdir tree
	echo somebody >tree/seedrive.bin
	succeeds "$MKISOFS" -r -o out.iso tree
	[ "$(content out.iso seedrive.bin)" = somebody ]
}

@test "mkisofs: the guest's reader finds the seed also without Rock Ridge and Joliet" {
	no_cloud tree
	for options in "" -J -l "-iso-level 2" -U -allow-lowercase; do
		# shellcheck disable=SC2086 # several words
		"$MKISOFS" --norock $options -V cidata -o out.iso tree
		[ "$(isoinfo -d -i out.iso | grep -c '^NO Rock Ridge')" = 1 ]
		seeded out.iso
	done
}

@test "mkisofs: a file whose plain name would hide the seed is refused, unless there are other names" {
	small_tree tree
	echo another >tree/seedrive.binary
	fails 1 "seedrive-mkisofs: seedrive.bin: without Rock Ridge (-R) another file of the tree gets the same name" \
		"$MKISOFS" -V config-2 -J -o out.iso tree
	[ ! -e out.iso ]
	"$MKISOFS" -V config-2 -r -o out.iso tree
	seeded out.iso
	"$MKISOFS" -V config-2 -l -o out.iso tree
	seeded out.iso
}

@test "mkisofs: random_seed is mixed, and cidata is bound to no instance" {
	small_tree tree
	no_cloud tree
	"$MKISOFS" -r -V config-2 -o out.iso tree
	run -1 cmp <(content out.iso openstack/latest/meta_data.json) tree/openstack/latest/meta_data.json
	# The random_seed is mixed however the file gets into the image: under the other label, by a graft point, or after
	# other paths.
	mkdir other
	for words in "-V cidata tree" "-V cidata -graft-points openstack=tree/openstack" \
		"-V CONFIG-2 -graft-points /openstack/latest/=tree/openstack/latest" "-V cidata other tree/"; do
		# shellcheck disable=SC2086 # several words
		"$MKISOFS" -quiet -r -o out.iso $words
		run -1 cmp <(content out.iso openstack/latest/meta_data.json) tree/openstack/latest/meta_data.json
	done
	rm -r tree/openstack
	"$MKISOFS" -r -V cidata -o out.iso tree
	"$TOOL" inspect --json out.iso >found
	[ "$(member found bound_to)" = None ]
	[ "$(member found ttl)" = 86400 ]
}

# --- OUT ---

@test "mkisofs: an existing OUT keeps inode, owner, mode and links, and a process that has it open reads the image" {
	no_cloud tree
	touch out.iso
	chmod 640 out.iso
	chown 12:34 out.iso 2>/dev/null || true
	ln out.iso other.iso
	ln -s out.iso link.iso
	stat -c '%i %u %g %a %h' out.iso >before
	exec {held}<out.iso
	succeeds "$MKISOFS" -J -r -V cidata -o link.iso tree
	stat -c '%i %u %g %a %h' out.iso | diff before -
	[ -L link.iso ]
	cat <&"$held" >read.iso
	cmp read.iso out.iso
	cmp other.iso out.iso
	seeded read.iso
	# If the old OUT was longer, none of it is left.
	head -c 1000000 /dev/zero >>out.iso
	"$MKISOFS" -J -r -V cidata -o out.iso tree
	[ "$(stat -c %s out.iso)" = "$(stat -c %s read.iso)" ]
}

@test "mkisofs: an open, named temporary file is read again, as Ironic and openstacksdk do" {
	no_cloud tree
	/usr/bin/python3 - "$MKISOFS" <<-'END'
		import gzip, subprocess, sys, tempfile
		with tempfile.NamedTemporaryFile(dir=".") as tmp:
		    subprocess.run([sys.argv[1], "-o", tmp.name, "-ldots", "-allow-lowercase", "-allow-multidot",
		        "-l", "-publisher", "ironic", "-quiet", "-J", "-r", "-V", "config-2", "tree"], check=True)
		    tmp.seek(0)
		    image = tmp.read()
		open("read.iso", "wb").write(image)
	END
	seeded read.iso
}

@test "mkisofs: a new OUT has mode 0600 with any umask, and no other file is made" {
	no_cloud tree
	(umask 0777 && "$MKISOFS" -r -V cidata -o out.iso tree)
	[ "$(stat -c %a out.iso)" = 600 ]
	rm out.iso
	(umask 0 && "$MKISOFS" -r -o out.iso tree)
	[ "$(stat -c %a out.iso)" = 600 ]
	holds out.iso tree
}

@test "mkisofs: an OUT inside DIR is left out, the first time and later" {
	no_cloud tree
	for _ in 1 2; do
		succeeds "$MKISOFS" -r -V cidata -o tree/out.iso tree
		seeded tree/out.iso
		[ "$(bsdtar -tf tree/out.iso | grep -c out.iso)" = 0 ]
		(cd tree && holds meta-data network-config out.iso user-data)
	done
	# OUT is also left out if the shell's * names it, and if it is standard output.
	(cd tree && succeeds "$MKISOFS" -r -V cidata -o out.iso ./*)
	[ "$(bsdtar -tf tree/out.iso | grep -c out.iso)" = 0 ]
	"$MKISOFS" -r -V cidata tree >tree/out.iso
	[ "$(bsdtar -tf tree/out.iso | grep -c out.iso)" = 0 ]
	seeded tree/out.iso
}

@test "mkisofs: a file that goes on the drive is refused as OUT" {
	no_cloud tree
	cp tree/user-data before
	fails 1 "seedrive-mkisofs: tree/user-data: OUT is the same file as one that goes on the drive" \
		"$MKISOFS" -r -V cidata -o tree/user-data tree
	cmp before tree/user-data
}

@test "mkisofs: standard output, a pipe, a FIFO and /dev/stdout get the same bytes" {
	no_cloud tree
	export SOURCE_DATE_EPOCH=1700000000
	"$MKISOFS" -J -r -V other -o want.iso tree
	"$MKISOFS" -J -r -V other tree >file.iso
	"$MKISOFS" -J -r -V other tree | cat >pipe.iso
	"$MKISOFS" -J -r -V other -o - tree | cat >dash.iso
	"$MKISOFS" -J -r -V other -o /dev/stdout tree | cat >dev.iso
	mkfifo fifo
	cat fifo >fifo.iso &
	"$MKISOFS" -J -r -V other -o fifo tree
	wait $!
	{ printf before && "$MKISOFS" -J -r -V other tree; } >behind.iso
	{ printf '' >append.iso && "$MKISOFS" -J -r -V other tree; } >>append.iso
	for name in file pipe dash dev fifo append; do
		cmp want.iso "$name.iso"
	done
	cmp want.iso <(tail -c +7 behind.iso)
	[ ! -e - ]
}

@test "mkisofs: a seeded drive can be written through a pipe, as by Proxmox" {
	no_cloud tree
	"$MKISOFS" -quiet -iso-level 3 -R -V cidata tree | dd of=out.iso bs=64k status=none
	seeded out.iso
}

@test "mkisofs: the same tree gives the same bytes, and its size does not depend on the seed" {
	small_tree tree
	export SOURCE_DATE_EPOCH=1700000000
	"$MKISOFS" -J -r -o one.iso tree
	"$MKISOFS" -J -r -o two.iso tree
	cmp one.iso two.iso
	"$MKISOFS" -J -r -V config-2 -o one.iso tree
	"$MKISOFS" -J -r -V config-2 -o two.iso tree
	run -1 cmp -s one.iso two.iso
	[ "$(stat -c %s one.iso)" = "$(stat -c %s two.iso)" ]
}

# --- what it does not support ---

@test "mkisofs: the version goes to standard output, help to standard error, both with status 0" {
	for option in -version --version; do
		run -0 --separate-stderr "$MKISOFS" "$option"
		[[ $output =~ ^seedrive-mkisofs\ [0-9.]+$ ]]
		[ "$stderr" = "" ]
	done
	for option in -help --help; do
		run -0 --separate-stderr "$MKISOFS" "$option"
		[ "$output" = "" ]
		[[ $stderr = "usage: seedrive-mkisofs [-as NAME] [OPTION...] [-o OUT] PATH..."* ]]
	done
	fails 1 "seedrive-mkisofs: standard output: No space left on device" \
		sh -c '"$MKISOFS" -version >/dev/full'
}

@test "mkisofs: an unsupported option is named and refused, and OUT is unchanged" {
	no_cloud tree
	echo old >out.iso
	fails 1 "seedrive-mkisofs: -b: not an option of seedrive-mkisofs, which makes no boot images" \
		"$MKISOFS" -o out.iso -V cidata -b isolinux.bin -c boot.cat -no-emul-boot tree
	fails 1 "seedrive-mkisofs: --for_backup: not an option of seedrive-mkisofs, which keeps no ACLs, extended attributes, checksums or hard links" \
		"$MKISOFS" --for_backup -o out.iso tree
	fails 1 "seedrive-mkisofs: no file or folder is named that goes into the image" "$MKISOFS" -o out.iso
	fails 1 "seedrive-mkisofs: nowhere: No such file or directory" "$MKISOFS" -o out.iso nowhere
	[ "$(cat out.iso)" = old ]
}

@test "mkisofs: with a fallback the whole command line is handed over unchanged" {
	need_mounts
	no_cloud tree
	cat >peer <<-'END'
		#!/bin/sh
		printf '%s\n' "$0" "$@" >peer.said
		exit 7
	END
	chmod 755 peer
	conf "fallback = $PWD/peer"
	run -7 --separate-stderr with_etc "$MKISOFS" -o out.iso -V 'a b' -b x '' tree
	[ "$stderr$output" = "" ]
	diff - peer.said <<-END
		$PWD/peer
		-o
		out.iso
		-V
		a b
		-b
		x

		tree
	END
	# A call that the program supports is not handed over to the fallback.
	rm peer.said
	with_etc "$MKISOFS" -r -V cidata -o out.iso tree
	[ ! -e peer.said ]
	seeded out.iso
}

@test "mkisofs: the real xorrisofs makes the boot image that is handed over to it" {
	need_mounts
	no_cloud tree
	head -c 2048 /dev/zero >tree/boot.img
	conf "fallback = $(command -v xorrisofs)"
	with_etc "$MKISOFS" -quiet -o out.iso -V test -b boot.img -no-emul-boot tree 2>words
	isoinfo -d -i out.iso | grep -q '^El Torito VD version 1 found'
}

@test "mkisofs: a fallback that is this program, or is missing, is an error" {
	need_mounts
	no_cloud tree
	ln -s "$MKISOFS" mkisofs
	conf "fallback = $PWD/mkisofs"
	fails 1 "seedrive-mkisofs: -z: not an option of seedrive-mkisofs, which compresses no files; and the fallback $PWD/mkisofs is seedrive-mkisofs itself" \
		with_etc "$MKISOFS" -z -o out.iso tree
	conf "fallback = /nowhere/xorrisofs"
	fails 1 "seedrive-mkisofs: -z: not an option of seedrive-mkisofs, which compresses no files; and the fallback /nowhere/xorrisofs: No such file or directory" \
		with_etc "$MKISOFS" -z -o out.iso tree
}

@test "mkisofs: a fallback that calls seedrive-mkisofs in its turn is called once" {
	need_mounts
	no_cloud tree
	printf '#!/bin/sh\necho called >>calls\nexec "%s" "$@"\n' "$MKISOFS" >peer
	chmod 755 peer
	conf "fallback = $PWD/peer"
	run -1 --separate-stderr with_etc "$MKISOFS" -z -o out.iso tree
	[ "$stderr" = "seedrive-mkisofs: -z: not an option of seedrive-mkisofs, which compresses no files; and the fallback $PWD/peer has called seedrive-mkisofs in its turn" ]
	[ "$(wc -l <calls)" -eq 1 ]
}

@test "mkisofs: a fallback does not get our own option" {
	need_mounts
	no_cloud tree
	printf '#!/bin/sh\nprintf "%%s " "$@" >peer.said\n' >peer
	chmod 755 peer
	conf "fallback = $PWD/peer"
	succeeds with_etc "$MKISOFS" -seed off -z -V seed -o out.iso tree --seed=mix -- -seed
	[ "$(cat peer.said)" = "-z -V seed -o out.iso tree -- -seed " ]
}

# --- entropy and configuration: the image is made ---

@test "mkisofs: errors of the configuration are warnings, and the image has its seed" {
	need_mounts
	no_cloud tree
	conf "bist = 3" "ttl = yesterday"
	fails 0 "seedrive-mkisofs: warning: /etc/seedrive.conf:2: bist: unknown key
seedrive-mkisofs: warning: /etc/seedrive.conf:3: ttl: yesterday: must be whole seconds up to 4294967295, as in 90s, 15m, 12h, 1d or 2w" \
		with_etc "$MKISOFS" -quiet -r -V cidata -o out.iso tree
	seeded out.iso
	# For a plain image the configuration is not even read.
	succeeds with_etc "$MKISOFS" -r -o out.iso tree
	conf "strict = yes" "bist = 3"
	rm out.iso
	fails 2 "seedrive-mkisofs: /etc/seedrive.conf:3: bist: unknown key" \
		with_etc "$MKISOFS" -r -V cidata -o out.iso tree
	[ ! -e out.iso ]
}

@test "mkisofs: seed, ttl, bind and bits come from the configuration" {
	need_mounts
	small_tree tree
	conf "seed = mix"
	succeeds with_etc "$MKISOFS" -r -V config-2 -o out.iso tree
	[ "$(bsdtar -tf out.iso | grep -c seedrive)" = 0 ]
	run -1 cmp <(content out.iso openstack/latest/meta_data.json) tree/openstack/latest/meta_data.json
	conf "seed = off"
	succeeds with_etc "$MKISOFS" -r -V config-2 -o out.iso tree
	[ "$(bsdtar -tf out.iso | grep -c seedrive)" = 0 ]
	content out.iso openstack/latest/meta_data.json | cmp - tree/openstack/latest/meta_data.json
	conf "source = kernel" "ttl = 2h" "bind = none" "bits = 16"
	succeeds with_etc "$MKISOFS" -r -V config-2 -o out.iso tree
	"$TOOL" inspect --json out.iso >found
	[ "$(member found ttl) $(member found bound_to) $(member found credit_bits)" = "7200 None 16" ]
}

@test "mkisofs: with too little entropy it claims less and warns; with shortfall = fail it is an error" {
	need_mounts
	no_cloud tree
	conf "source = kernel" "bits = 512"
	fails 0 "seedrive-mkisofs: warning: less entropy than asked for: the sources gave 256 of 512 bits: kernel passed" \
		with_etc "$MKISOFS" -r -V cidata -o out.iso tree
	seeded out.iso 256
	run -3 "$TOOL" inspect --min-bits 257 out.iso
	conf "source = kernel" "bits = 512" "shortfall = fail"
	rm out.iso
	fails 3 "seedrive-mkisofs: too little entropy: the sources gave 256 of 512 bits: kernel passed" \
		with_etc "$MKISOFS" -r -V cidata -o out.iso tree
	[ ! -e out.iso ]
}

# claims IMAGE CREDIT HARDWARE: check that the image claims these bits.
claims() {
	"$TOOL" inspect --json "$1" >claimed
	[ "$(member claimed credit_bits) $(member claimed hardware_bits)" = "$2 $3" ]
}

@test "mkisofs: a requirement that is not met limits the claim with a warning, and the image is made" {
	need_mounts
	no_cloud tree
	key fifo
	key stuck head -c 16384 /dev/zero
	conf "source = kernel" "require = hardware"
	fails 0 "seedrive-mkisofs: warning: hardware: required, but gave 0 of 256 bits
seedrive-mkisofs: warning: less entropy than asked for: the sources gave 0 of 256 bits: kernel passed" \
		with_etc "$MKISOFS" -r -V cidata -o out.iso tree
	claims out.iso 0 0
	# If the requirement is met, the image claims everything, without a warning.
	conf "source = file:fifo,bits=4" "require = hardware,file" "bits = 300"
	succeeds with_etc "$MKISOFS" -r -V cidata -o out.iso tree
	claims out.iso 300 300
	# If a required source fails, nothing is claimed, although another one passed.
	conf "source = file:fifo,bits=4,file:stuck,bits=4" "require = file"
	run -0 --separate-stderr with_etc "$MKISOFS" -quiet -r -V cidata -o out.iso tree
	[[ ${stderr_lines[0]} == "seedrive-mkisofs: warning: file:stuck: "* ]]
	[[ ${stderr_lines[1]} == "seedrive-mkisofs: warning: less entropy than asked for: the sources gave 0 of 256 bits: file:fifo passed; file:stuck failed a test: "*"; kernel passed" ]]
	[ "${#stderr_lines[@]}" -eq 2 ]
	claims out.iso 0 0
	# All requirements count, in any order.
	for list in hardware,rdrand rdrand,hardware; do
		conf "source = kernel" "require = $list"
		run -0 --separate-stderr with_etc "$MKISOFS" -quiet -r -V cidata -o out.iso tree
		[ "${#stderr_lines[@]}" -eq 3 ]
		[[ $stderr == *"warning: hardware: required, but gave 0 of 256 bits"* ]]
		[[ $stderr == *"warning: rdrand: required, but not among the sources"* ]]
		claims out.iso 0 0
	done
	conf "source = kernel" "require = hardware" "shortfall = fail"
	fails 3 "seedrive-mkisofs: hardware: required, but gave 0 of 256 bits" \
		with_etc "$MKISOFS" -r -V cidata -o new.iso tree
	[ ! -e new.iso ]
}

@test "mkisofs: without any entropy it makes an image without a seed" {
	need_mounts
	small_tree tree
	conf "source = kernel"
	fails 0 "seedrive-mkisofs: warning: less entropy than asked for: the sources gave 0 of 256 bits: kernel gave nothing: Input/output error" \
		with_etc env LD_PRELOAD="$BATS_FILE_TMPDIR/preload.so" ASAN_OPTIONS=verify_asan_link_order=0 \
		GETRANDOM=fail "$MKISOFS" -J -r -V config-2 -o out.iso tree
	[ "$(bsdtar -tf out.iso | grep -c seedrive)" = 0 ]
	content out.iso openstack/latest/meta_data.json | cmp - tree/openstack/latest/meta_data.json
	content out.iso openstack/latest/user_data | cmp - tree/openstack/latest/user_data
}

@test "mkisofs: an older drive's record is put on no image, even without memory for secrets" {
	drive old.iso
	small_tree tree
	bsdtar -xf old.iso -C tree seedrive.bin seedrive.json
	run -0 --separate-stderr env ASAN_OPTIONS=detect_leaks=0 strace -f -o trace -e trace=prctl -e inject=prctl:error=EPERM \
		"$MKISOFS" -V config-2 -r -o out.iso tree
	grep -q INJECTED trace
	[[ $stderr == *"core dumps: cannot be turned off: Operation not permitted"*"seedrive.bin: left out"* ]]
	[ "$(bsdtar -tf out.iso | grep -c seedrive)" = 0 ]
}

@test "mkisofs: each drive has one entry in the journal, and a plain image none" {
	need_mounts
	small_tree tree
	conf "source = kernel"
	export SEEDRIVE_ETC=$PWD/etc
	own_run unshare --mount sh -c 'mount --bind etc /etc && exec "$@"' sh \
		/usr/bin/python3 - "$MKISOFS" <<-'END'
		import os, socket, subprocess, sys
		journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		journal.bind("/run/systemd/journal/socket")
		journal.settimeout(600)

		def mkisofs(*arguments):
		    done = subprocess.run([sys.argv[1], "-quiet", *arguments], capture_output=True, text=True)
		    return done.returncode, done.stderr

		def entry():
		    return dict(line.split("=", 1) for line in journal.recv(65536).decode().splitlines())

		def conf(text):
		    open(os.environ["SEEDRIVE_ETC"] + "/seedrive.conf", "w").write("[mkisofs]\nsource = kernel\n" + text)

		assert mkisofs("-r", "-V", "config-2", "-o", "out.iso", "tree") == (0, "")
		e = entry()
		assert e["SYSLOG_IDENTIFIER"] == "seedrive-mkisofs" and e["PRIORITY"] == "6", e
		assert e["MESSAGE"] == "out.iso: seed of 256 bits, 0 bits from hardware", e
		assert e["SEEDRIVE_INSTANCE"] == os.environ["UUID"] and e["SEEDRIVE_SOURCES"] == "kernel", e
		assert e["SEEDRIVE_BITS"] == "256" and e["SEEDRIVE_HARDWARE_BITS"] == "0", e
		assert e["SEEDRIVE_OUT"] == "out.iso" and e["SEEDRIVE_LABEL"] == "config-2", e
		assert "SEEDRIVE_SHORT" not in e, e
		said = subprocess.check_output([os.environ["TOOL"], "inspect", "out.iso"], text=True)
		assert "seed          " + e["SEEDRIVE_SEED_ID"] + "\n" in said, (said, e)

		conf("bits = 300\nbist = 3\n")
		assert mkisofs("-r", "-V", "config-2", "-o", "out.iso", "tree")[0] == 0
		e = entry()
		assert e["PRIORITY"] == "4" and e["SEEDRIVE_SHORT"] == "44", e
		assert e["MESSAGE"] == ("out.iso: seed of 256 bits, 0 bits from hardware; warnings: /etc/seedrive.conf:4: bist:"
		    " unknown key; less entropy than asked for: the sources gave 256 of 300 bits: kernel passed"), e

		assert mkisofs("-r", "-V", "config-2", "-o", "nowhere/out.iso", "tree")[0] == 1
		e = entry()
		assert e["PRIORITY"] == "3" and "SEEDRIVE_SEED_ID" not in e, e
		assert e["MESSAGE"] == "nowhere/out.iso: not made: /etc/seedrive.conf:4: bist: unknown key; No such file or directory", e

		conf("seed = off\n")
		assert mkisofs("-r", "-V", "config-2", "-o", "out.iso", "tree") == (0, "")
		e = entry()
		assert e["MESSAGE"] == "out.iso: without a seed: seed = off in /etc/seedrive.conf:3" and "SEEDRIVE_BITS" not in e, e

		# If there are more warnings than fit into the entry, it has as many as fit, and the number of the others.
		conf("".join("bits%02d = 1\n" % i for i in range(60)))
		assert mkisofs("-r", "-V", "config-2", "-o", "out.iso", "tree")[0] == 0
		first, said = entry()["MESSAGE"].split("; warnings: ")
		said = said.split("; ")
		assert first == "out.iso: seed of 256 bits, 0 bits from hardware", first
		assert said[0] == "/etc/seedrive.conf:3: bits00: unknown key", said
		assert len(said) > 15 and said[-1] == "and %d more" % (61 - len(said)), said

		assert mkisofs("-r", "-o", "out.iso", "tree") == (0, "")
		journal.setblocking(False)
		try:
		    assert not journal.recv(65536)
		except BlockingIOError:
		    pass
	END
}

# --- the environment ---

@test "mkisofs: it works with any locale, TZ and environment, closed descriptors, and without locked memory" {
	small_tree tree
	mkdir -p "tree/sub"
	echo x >"tree/sub/grün"
	for world in "env LC_ALL=C" "env LC_ALL=xx_YY.UTF-8" "env LANG=de_DE.ISO-8859-1" "env TZ=Pacific/Apia" \
		"env TZ=nonsense" "env -i" "env -i PATH=" "prlimit --memlock=0:0"; do
		rm -f out.iso
		# shellcheck disable=SC2086 # several words
		run -0 $world "$MKISOFS" "${NOVA_ARGUMENTS[@]}" -o out.iso tree
		seeded out.iso
		[ "$(content out.iso sub/grün)" = x ]
		[ "$(isoinfo -J -f -i out.iso | grep -c sub/gr)" = 1 ]
	done
	rm out.iso
	"$MKISOFS" "${NOVA_ARGUMENTS[@]}" -o out.iso tree <&- >&- 2>&-
	seeded out.iso
	fails 1 "seedrive-mkisofs: standard output: Bad file descriptor" \
		sh -c '"$MKISOFS" -r -V cidata tree >&-'
}

@test "mkisofs: if faccessat2(2) is forbidden, as by filters of older containers, random_seed is still mixed" {
	small_tree tree
	env ASAN_OPTIONS=detect_leaks=0 strace -f -o trace -e trace=faccessat2 -e inject=faccessat2:error=EPERM \
		"$MKISOFS" -V config-2 -r -o out.iso tree
	grep -q 'openstack.*INJECTED' trace
	seeded out.iso
	run -1 cmp <(content out.iso openstack/latest/meta_data.json) tree/openstack/latest/meta_data.json
}

@test "mkisofs: neither /etc nor /run is needed" {
	need_mounts
	small_tree tree
	mkdir etc run
	with_etc unshare --mount sh -c 'mount --bind run /run && exec "$@"' sh \
		"$MKISOFS" "${NOVA_ARGUMENTS[@]}" -o out.iso tree
	seeded out.iso
}

# gives_up WORDS COMMAND...: check that COMMAND fails with one line that ends with WORDS, and leaves no drive in
# out.iso.
gives_up() {
	local words=$1
	shift
	run -1 --separate-stderr "$@"
	[ "$output" = "" ]
	[[ $stderr = "seedrive-mkisofs: "*"$words" ]] || { echo "$stderr" && return 1; }
	no_drive out.iso
}

@test "mkisofs: a full disk is reported before the first byte is written, and the old OUT is kept" {
	need_mounts
	small_tree tree
	head -c 300000 /dev/urandom >tree/large
	fails 1 "seedrive-mkisofs: disk/out.iso: No space left on device" \
		mounted 128k sh -c '"$MKISOFS" -r -V config-2 -o disk/out.iso tree
			status=$?; [ -z "$(ls disk)" ] || status=9; exit $status'
	fails 1 "seedrive-mkisofs: disk/out.iso: No space left on device" \
		mounted 128k sh -c 'echo old >disk/out.iso; "$MKISOFS" -r -V config-2 -o disk/out.iso tree
			status=$?; [ "$(cat disk/out.iso)" = old ] || status=9; exit $status'
	gives_up "standard output: No space left on device" sh -c '"$MKISOFS" -r tree >/dev/full'
	gives_up "/dev/full: No space left on device" "$MKISOFS" -r -o /dev/full tree
}

# last_close: print the number of the close(2) that closes OUT.
last_close() {
	traced -y -e trace=close "$MKISOFS" -r -o count.iso tree
	awk 'NR == 1 { pid = $1 } $1 == pid { n++ } /count.iso>/ { last = n } END { print last }' \
		"$BATS_TEST_TMPDIR/trace"
}

@test "mkisofs: an error of the target in any of its calls leaves no drive" {
	local call n
	small_tree tree
	for old in "" old; do
		# The descriptors of an old image are erased first.
		for call in ftruncate:1+ write:1 write:2 write:3 write:4 pwrite64:1 fdatasync:1 fdatasync:2 \
			${old:+pwrite64:2 fdatasync:3} fallocate:1 close:last; do
			n=${call#*:}
			rm -f out.iso
			[ ! "$old" ] || echo old >out.iso
			[ "$n" != last ] || n=$(last_close)
			gives_up "out.iso: Input/output error" traced -e trace="${call%:*}" \
				-e inject="${call%:*}:error=EIO:when=$n" "$MKISOFS" -r -o out.iso tree
		done
	done
}

@test "mkisofs: on a file system without preallocation an old OUT is overwritten and truncated" {
	small_tree tree
	"$MKISOFS" -r -V config-2 -o out.iso tree
	truncate -s +1M out.iso
	traced -e trace=fallocate -e inject=fallocate:error=EOPNOTSUPP "$MKISOFS" -r -V config-2 -o out.iso tree
	seeded out.iso
	"$MKISOFS" -r -V config-2 -o other.iso tree
	[ "$(stat -c %s out.iso)" = "$(stat -c %s other.iso)" ]
}

@test "mkisofs: a target that may not be written is an error" {
	need_mounts
	no_cloud tree
	mkdir locked
	echo old >out
	chmod 555 locked
	chmod 444 out
	fails 1 "seedrive-mkisofs: locked/out.iso: Permission denied" \
		unprivileged "$MKISOFS" -r -V cidata -o locked/out.iso tree
	fails 1 "seedrive-mkisofs: out: Permission denied" unprivileged "$MKISOFS" -r -V cidata -o out tree
	[ "$(cat out)" = old ]
	fails 1 "seedrive-mkisofs: tree: Is a directory" "$MKISOFS" -r -o tree tree
	fails 1 "seedrive-mkisofs: disk/out.iso: Read-only file system" \
		mounted 1m sh -c 'mount -o remount,bind,ro disk && "$MKISOFS" -r -V cidata -o disk/out.iso tree'
}

@test "mkisofs: a file that may not be read is an error, and is not silently left out" {
	no_cloud tree
	chmod 000 tree/user-data
	echo old >out.iso
	fails 1 "seedrive-mkisofs: tree/user-data: Permission denied" \
		unprivileged "$MKISOFS" -r -V cidata -o out.iso tree
	[ "$(cat out.iso)" = old ]
}

# changed WORDS CALL:PATH COMMAND: run COMMAND, which changes the tree, while the image is made; check that this fails
# with WORDS.
changed() {
	local words=$1 at=$2 command=$3
	rm -rf tree out.iso
	small_tree tree
	gives_up "$words" world AT="$at" DO="$command" "$MKISOFS" -r -V config-2 -o out.iso tree
}

@test "mkisofs: if the tree changes meanwhile, it fails and leaves no drive" {
	changed "user_data: No such file or directory" openat:latest/user_data "rm tree/openstack/latest/user_data"
	changed "user_data: vanished while the image was made" pread:latest/user_data \
		"rm tree/openstack/latest/user_data"
	changed "user_data: grew while the image was made" pread:latest/user_data \
		"echo more >>tree/openstack/latest/user_data"
	changed "user_data: shrank while the image was made" pread:latest/user_data \
		"echo >tree/openstack/latest/user_data"
	changed "user_data: changed while the image was made" pread:latest/user_data \
		"touch -d @1 tree/openstack/latest/user_data"
	changed "user_data: became a symbolic link" openat:latest/user_data \
		"ln -sf /etc/passwd tree/openstack/latest/user_data"
}

@test "mkisofs: a changed mode, owner or number of links does not count as a change of content" {
	local command
	for command in "chmod 600 user_data" "ln user_data ../../../backup" "chown 12:34 user_data" "rm ../../../backup" \
		"setfattr -n user.test -v x user_data"; do
		small_tree tree
		[ -e backup ] || ln tree/openstack/latest/user_data backup
		[[ $command != ln* ]] || rm -f backup
		succeeds world AT=pread:latest/user_data DO="cd tree/openstack/latest && $command 2>/dev/null; touch $PWD/ran" \
			"$MKISOFS" -r -V config-2 -o out.iso tree
		seeded out.iso
		[ -e ran ]
		succeeds world AT=pread:latest/user_data DO="cd tree/openstack/latest && $command 2>/dev/null; touch $PWD/ran" \
			"$TOOL" build -q --source kernel -o out.iso tree
		rm -r tree ran
	done
}

# --- interrupted ---

@test "mkisofs: SIGTERM or SIGKILL at any system call leaves no drive or a complete one" {
	need_mounts
	local signal call n status whole=0 none=0 calls i
	small_tree tree
	conf "source = kernel"
	with_etc "$MKISOFS" -r -V config-2 -o want.iso tree
	list_calls "$MKISOFS" -r -V config-2 -o out.iso tree
	for i in "${!calls[@]}"; do
		signal=$([ $((i % 2)) = 0 ] && echo KILL || echo TERM)
		call=${calls[i]% *} n=${calls[i]#* } status=0
		# The old file is larger than the image that overwrites it.
		cp want.iso out.iso
		truncate -s +64K out.iso
		chmod 640 out.iso
		traced -e trace="$call" -e inject="$call:signal=$signal:when=$n" \
			"$MKISOFS" -r -V config-2 -o out.iso tree 2>words || status=$?
		[ "$status" -ne 0 ] || continue
		[ "$status" -eq $((128 + $(kill -l "$signal"))) ] || { cat words && return 1; }
		[ "$(stat -c %a out.iso)" = 640 ]
		if no_drive out.iso; then
			none=$((none + 1))
		else
			seeded out.iso
			[ "$(content out.iso openstack/latest/user_data)" = "$(cat tree/openstack/latest/user_data)" ]
			whole=$((whole + 1))
		fi
		holds etc out.iso tree want.iso words
	done
	echo "${#calls[@]} calls, $whole with a whole drive, $none with none"
	# The signals came both before OUT was changed and while it was not a drive.
	[ "$whole" -gt 40 ] && [ "$none" -gt 4 ]
}

@test "mkisofs: fifty at once all succeed" {
	local i pids=()
	small_tree tree
	for i in $(seq 50); do
		"$MKISOFS" "${NOVA_ARGUMENTS[@]}" -o "$i.iso" tree &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	for i in $(seq 50); do
		seeded "$i.iso"
	done
	# No two have the same seed.
	[ "$(for i in $(seq 50); do "$TOOL" inspect "$i.iso" | grep '^seed '; done | sort -u | wc -l)" = 50 ]
}
