#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What known callers of mkisofs rely on besides genisoimage's listing: sizes, arguments, and trees that caused problems for
# them.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/mkisofs

setup_file() {
	make_world
}

# --- sizes ---

# multiple OF IMAGE: check that the image's size is a multiple of OF, and equals the size in its descriptor.
multiple() {
	[ $(($(stat -c %s "$2") % $1)) = 0 ] && [ "$(isosize "$2")" = "$(stat -c %s "$2")" ]
}

@test "callers: every image is a multiple of 4096 bytes, written to a file, a pipe or a device" {
	local n
	mkdir tree
	# Some of these images have an odd number of sectors without padding, and some an even number.
	for n in 1 2 3 4; do
		echo x >"tree/f$n"
		for options in "" "-J -r" "-r -V cidata" "-iso-level 4"; do
			# shellcheck disable=SC2086 # several words
			"$MKISOFS" $options -o out.iso tree
			multiple 4096 out.iso
			# shellcheck disable=SC2086 # several words
			"$MKISOFS" $options tree | cat >pipe.iso
			multiple 4096 pipe.iso
		done
		"$TOOL" build -q --source kernel --label cidata -o out.iso tree
		multiple 4096 out.iso
		"$TOOL" build -q --source kernel --label cidata -o - tree >pipe.iso
		multiple 4096 pipe.iso
	done
}

@test "callers: -partition_cyl_align rounds as xorrisofs does" {
	local mode
	no_cloud tree
	for mode in on all auto off; do
		"$MKISOFS" -output out.iso -volid cidata -joliet -rock -partition_cyl_align "$mode" tree
		seeded out.iso
		xorrisofs -quiet -output its.iso -volid cidata -joliet -rock -partition_cyl_align "$mode" tree 2>words
		case $mode in
		on | all)
			multiple 1048576 out.iso
			[ "$(stat -c %s out.iso)" = "$(stat -c %s its.iso)" ]
			;;
		*)
			multiple 4096 out.iso
			[ "$(stat -c %s out.iso)" -lt 102400 ]
			;;
		esac
	done
	fails 1 "seedrive-mkisofs: -partition_cyl_align: maybe: must be on, all, auto or off" \
		"$MKISOFS" -partition_cyl_align maybe -o out.iso tree
}

# opens_direct FILE: check that QEMU can open FILE as a writable disk with O_DIRECT.
opens_direct() {
	printf '%s\n' '{"execute":"qmp_capabilities"}' '{"execute":"quit"}' |
		timeout 60 qemu-system-x86_64 -machine pc -display none -S -serial none -nodefaults -qmp stdio \
			-blockdev "driver=file,filename=$1,node-name=f,cache.direct=on" \
			-blockdev driver=raw,file=f,node-name=r -device virtio-blk-pci,drive=r,write-cache=on
}

# bats test_tags=root
@test "callers: QEMU can open the image with O_DIRECT on a disk with sectors of 4 KiB, and a device can hold it" {
	need_mounts
	mkdir tree
	echo x >tree/file
	truncate -s 32M disk
	attach disk --sector-size 4096
	mkfs.ext4 -q -b 4096 "$DEV"
	mkdir at
	cat >inner <<-'END'
		mount "$DEV" at && "$MKISOFS" -quiet -V cfgdata -J -r -partition_cyl_align off -o at/one.iso tree &&
			echo y >tree/other && "$MKISOFS" -quiet -V cfgdata -J -r -o at/two.iso tree &&
			head -c 71680 at/two.iso >at/odd.iso &&
			for name in one two odd; do opens_direct "$PWD/at/$name.iso" >$name.said 2>&1; echo $?; done
	END
	export -f opens_direct
	export DEV
	run -0 unshare --mount bash inner
	[ "$output" = "0
0
1" ]
	grep -q 'Cannot get .write. permission\|not a multiple\|alignment\|sector' odd.said
	# seedrive-mkisofs and build both write directly to the device.
	succeeds "$MKISOFS" -r -V cidata -o "$DEV" tree
	seeded "$DEV"
	succeeds "$TOOL" build -q --force --label cidata --source kernel -o "$DEV" tree
	seeded "$DEV"
}

# --- arguments ---

@test "callers: every option that genisoimage and xorrisofs list in their help is in our table" {
	{
		genisoimage -help 2>&1
		xorrisofs -help 2>&1
	} | grep -oE '(^|,) +--?[A-Za-z][A-Za-z0-9_-]*' | sed 's/^[, ]*-*//' | LC_ALL=C sort -u >theirs
	[ "$(wc -l <theirs)" -gt 250 ]
	"$B/unit/cli/test_mkisofs_args" --print | cut -d' ' -f2 | LC_ALL=C sort -u >ours
	[ "$(LC_ALL=C comm -23 theirs ours | paste -sd' ')" = "" ]
}

@test "callers: owners and modes are forced as by genisoimage, except on the seed" {
	local options
	mkdir -p tree/sub
	echo 1 >tree/a.o
	echo 2 >tree/sub/run
	chmod 4751 tree/sub/run
	chmod 640 tree/a.o
	chmod 711 tree/sub
	ln -s a.o tree/link
	chown 12:34 tree/a.o 2>/dev/null || true
	paths=(tree)
	for options in "-uid 0" "-uid 5 -gid 6" "-r -uid 5" "-uid 0x10 -r" "-gid 010" "-R -file-mode 0444" \
		"-file-mode 640 -dir-mode 0555" "-r -file-mode 600" "-r -dir-mode 700" \
		"-R -uid 0 -gid 0 -dir-mode 0555 -file-mode 0444"; do
		# shellcheck disable=SC2086 # several words
		alike $options
	done
	paths=(new/deep=tree)
	for options in -R "-r -new-dir-mode 0711" "-new-dir-mode 0700" "-dir-mode 0701" "-r -new-dir-mode 0711 -dir-mode 0500"; do
		# shellcheck disable=SC2086 # several words
		alike $options -graft-points
	done
	"$MKISOFS" -quiet -r -V cidata -uid 7 -gid 8 -file-mode 0644 -dir-mode 0755 -o out.iso tree
	[ "$(bsdtar -tvf out.iso --numeric-owner | awk '{ print $1, $3, $4, $NF }' | LC_ALL=C sort)" = "$(LC_ALL=C sort <<-'END'
		drwxr-xr-x 7 8 .
		drwxr-xr-x 7 8 sub
		lr-xr-xr-x 7 8 a.o
		-rw-r--r-- 7 8 a.o
		-rw-r--r-- 7 8 sub/run
		-r-------- 0 0 seedrive.bin
		-r--r--r-- 0 0 seedrive.json
	END
	)" ]
}

@test "callers: -m, -x, -exclude and -no-bak leave out what genisoimage leaves out" {
	local pattern
	mkdir -p tree/sub
	touch tree/a.o tree/sub/e.o tree/b~ 'tree/c#c' tree/d.bak tree/sub/f tree/sub/bak tree/.hidden
	paths=(tree)
	for pattern in '*.o' sub 'tree/sub' 'tree/sub/e.o' sub/e.o '*/e.o' './tree/sub' '[ab]*' '*d*' nothing; do
		for option in -m -x -exclude -old-exclude; do
			alike -R -J "$option" "$pattern"
		done
	done
	alike -R -m '*.o' -x 'tree/sub/f' -no-bak
	alike -R -nobak
	# A path on the command line is included, even if a pattern matches it.
	paths=(tree/a.o tree/sub)
	alike -R -m '*.o' -m sub
}

@test "callers: with SOURCE_DATE_EPOCH=0 an image has no other time than the beginning of 1970" {
	no_cloud tree
	SOURCE_DATE_EPOCH=0 "$MKISOFS" -J -r -V X -o out.iso tree
	# The dates of the primary volume descriptor: creation, modification, expiration, effective.
	[ "$(dd if=out.iso bs=1 skip=$((32768 + 813)) count=68 status=none | tr '\0' .)" = \
		"1970010100000000.1970010100000000.0000000000000000.0000000000000000." ]
}

@test "callers: graft points have at most as many levels as a folder on disk, and the one that is too many is named" {
	local deep
	deep=$(printf 'd/%.0s' {1..99})
	echo x >file
	mkdir -p "folder/$(printf 'e/%.0s' {1..50})"
	succeeds "$MKISOFS" -quiet -r -graft-points -o out.iso "${deep}file=file"
	for words in "${deep}d/file=file" "$(printf 'd/%.0s' {1..60})=folder" "$(printf 'd/%.0s' {1..60})name=folder" \
		"$(printf 'd/%.0s' {1..2000})file=file"; do
		run -1 --separate-stderr "$MKISOFS" -quiet -r -graft-points -o out.iso "$words"
		[[ $stderr == "seedrive-mkisofs: "*": too many levels of folders" ]]
	done
}

@test "callers: options without effect are accepted, and have no effect" {
	local words
	no_cloud tree
	echo list >order
	export SOURCE_DATE_EPOCH=1700000000
	"$MKISOFS" -J -r -V X -o want.iso tree
	while read -r words; do
		# shellcheck disable=SC2086 # several words
		succeeds "$MKISOFS" -J -r -V X $words -o out.iso tree
		cmp want.iso out.iso || { echo "$words" && return 1; }
	done <<-'END'
		-input-charset iso8859-1
		-input-charset ISO-8859-15 -output-charset cp437
		-jcharset koi8-r
		-hide-joliet-trans-tbl
		-hide-rr-moved
		-no-emul-boot
		-boot-load-size 4 -boot-info-table
		-ignore-error
		-allow-limited-size
		-log-file log
		-gui
		-no-bak
		-sort order
		-ucs-level 3
		-debug -no-pad --no_rc --old-empty -apple
		--sort-weight 3 / --stdio_sync off
	END
}

@test "callers: non-ASCII names are UTF-8; another character set is refused, or handed over to the fallback" {
	need_mounts
	no_cloud tree
	echo x >tree/grün
	fails 1 "seedrive-mkisofs: tree/grün: the name is not ASCII, and the character set iso8859-1 is not supported, only utf-8" \
		"$MKISOFS" -J -r -input-charset iso8859-1 -o out.iso tree
	[ ! -e out.iso ]
	succeeds "$MKISOFS" -J -r -input-charset UTF8 -o out.iso tree
	printf '#!/bin/sh\nprintf "%%s " "$@" >peer.said\n' >peer
	chmod 755 peer
	conf "fallback = $PWD/peer"
	succeeds with_etc "$MKISOFS" -J -r -jcharset iso8859-1 -o new.iso tree
	[ "$(cat peer.said)" = "-J -r -jcharset iso8859-1 -o new.iso tree " ]
	[ ! -e new.iso ]
	rm peer.said tree/grün
	touch "$(printf 'tree/gr\374n')"
	succeeds with_etc "$MKISOFS" -J -r -input-charset iso8859-1 -o new.iso tree
	[ -e peer.said ]
}

@test "callers: the fallback finds a FIFO and its signals as they were" {
	need_mounts
	no_cloud tree
	echo x >tree/grün
	mkfifo out
	cat >peer <<-'END'
		#!/bin/sh
		grep SigIgn /proc/$$/status >peer.ignores
		sleep 0.3
		echo image >out
	END
	chmod 755 peer
	conf "fallback = $PWD/peer"
	timeout 20 cat out >got &
	succeeds with_etc timeout 20 "$MKISOFS" -J -r -jcharset iso8859-1 -o out tree
	wait $!
	[ "$(cat got)" = image ]
	# shellcheck disable=SC2016 # the inner shell expands it
	with_etc timeout 20 sh -c 'grep SigIgn /proc/$$/status' | diff - peer.ignores
}

@test "callers: a refused option is named as it was typed, with the reason" {
	no_cloud tree
	while IFS='|' read -r words line; do
		# shellcheck disable=SC2086 # several words
		fails 1 "seedrive-mkisofs: $line" "$MKISOFS" $words -o out.iso tree
		[ ! -e out.iso ]
	done <<-'END'
		-UDF|-UDF: not an option of seedrive-mkisofs
		-udf|-udf: not an option of seedrive-mkisofs, which makes no UDF
		--udf|--udf: not an option of seedrive-mkisofs, which makes no UDF
		-Jb x|-b: not an option of seedrive-mkisofs, which makes no boot images
		-correct-inodes|-correct-inodes: not an option of seedrive-mkisofs
		-data-change-warn|-data-change-warn: not an option of seedrive-mkisofs
		-hide-j x|-hide-j: not an option of seedrive-mkisofs; it could be -hide-joliet-trans-tbl, -hide-joliet, -hide-joliet-list
		-uid root|-uid: root: must be a number from 0 to 4294967294
	END
}

@test "callers: in place of xorriso, -as and a name as the first words give what xorriso makes" {
	local name
	no_cloud tree
	ln -s "$MKISOFS" xorriso
	for name in mkisofs genisoimage genisofs xorrisofs; do
		succeeds ./xorriso -as "$name" -quiet -o out.iso tree
		xorriso -as "$name" -quiet -o its.iso tree 2>words
		[ "$(listing -R out.iso)" = "$(listing -R its.iso)" ]
		[ "$(isoinfo -d -i out.iso | grep '^Volume id')" = "Volume id: ISOIMAGE" ]
	done
	# These are command lines of Packer, OpenNebula and kata.
	succeeds ./xorriso -as genisoimage -rock -joliet -volid cidata -output out.iso tree
	seeded out.iso
	[ "$(isoinfo -R -f -i out.iso | LC_ALL=C sort | paste -sd' ')" = \
		"/meta-data /network-config /seedrive.bin /seedrive.json /user-data" ]
	[ "$(isoinfo -J -f -i out.iso | grep -c -e '^/user-data$' -e '^/meta-data$')" = 2 ]
	succeeds ./xorriso -as mkisofs -R -V config-2 -o out.iso tree
	seeded out.iso
	# Commands of xorriso around these words, an address in its words, and an image without content.
	succeeds ./xorriso -no_rc -as mkisofs -quiet -V cidata -J -r -o "stdio:$PWD/out.iso" tree -- -commit -end
	seeded out.iso
	succeeds ./xorriso -report_about WARNING -abort_on FAILURE -as mkisofs -volid TEST -output out.iso
	[ "$(isoinfo -R -f -i out.iso)" = "" ]
	SOURCE_DATE_EPOCH=86400 ./xorriso -as mkisofs -quiet -o out.iso
	[[ $(xorriso -indev out.iso -lsdl / 2>words) == "drwxr-xr-x "*" Jan  2  1970 '/'" ]]
	fails 1 "seedrive-mkisofs: -volume_date: xorriso commands are not supported" \
		./xorriso -as mkisofs -o new.iso tree -- -volume_date all_file_dates =1
	fails 1 "seedrive-mkisofs: -as: cdrecord: must be mkisofs, genisoimage, genisofs or xorrisofs" \
		./xorriso -as cdrecord -o new.iso tree
	[ ! -e new.iso ]
}

@test "callers: without -quiet, standard error ends with the size, in the words of genisoimage or xorriso" {
	no_cloud tree
	sectors() {
		echo $(($(stat -c %s "$1") / 2048))
	}
	run -0 --separate-stderr "$MKISOFS" -V config-2 -J -r -o out.iso tree
	[ "$stderr" = "$(sectors out.iso) extents written (0 MB)" ]
	truncate -s 5M tree/large
	run -0 --separate-stderr sh -c '"$MKISOFS" -r tree | cat >out.iso'
	[ "$stderr" = "$(sectors out.iso) extents written (5 MB)" ]
	run -0 --separate-stderr "$MKISOFS" -as mkisofs -o out.iso tree
	[ "$stderr" = "ISO image produced: $(sectors out.iso) sectors
Writing to 'stdio:out.iso' completed successfully." ]
	run -0 "$MKISOFS" -quiet -r -o out.iso tree
	[ "$output" = "" ]
	# An image that fails has no such line.
	fails 1 "seedrive-mkisofs: none: No such file or directory" "$MKISOFS" -o out.iso none
	run -1 "$MKISOFS" -o out.iso none
	[[ $output != *extents* ]]
}

@test "callers: under the name xorrisofs, it has the defaults of xorrisofs" {
	no_cloud tree
	mkdir bin
	ln -s "$MKISOFS" bin/xorrisofs
	succeeds bin/xorrisofs -quiet -o out.iso tree
	xorrisofs -quiet -o its.iso tree 2>words
	[ "$(listing -R out.iso)" = "$(listing -R its.iso)" ]
	[ "$(isoinfo -d -i out.iso | grep '^Volume id')" = "Volume id: ISOIMAGE" ]
}

@test "callers: a fallback that is not xorriso itself does not get -as and the name" {
	need_mounts
	no_cloud tree
	printf '#!/bin/sh\nprintf "%%s " "$@" >peer.said\n' >peer
	chmod 755 peer
	mkdir bin
	cp peer bin/xorriso
	conf "fallback = $PWD/peer"
	succeeds with_etc "$MKISOFS" -as mkisofs -z -o out.iso tree
	[ "$(cat peer.said)" = "-z -o out.iso tree " ]
	succeeds with_etc "$MKISOFS" -no_rc -as mkisofs -z -o out.iso tree
	[ "$(cat peer.said)" = "-z -o out.iso tree " ]
	conf "fallback = $PWD/bin/xorriso"
	succeeds with_etc "$MKISOFS" -as mkisofs -z -o out.iso tree
	[ "$(cat peer.said)" = "-as mkisofs -z -o out.iso tree " ]
	# Without these words, xorriso would take the rest for its own commands.
	succeeds with_etc "$MKISOFS" -z -o out.iso tree
	[ "$(cat peer.said)" = "-as mkisofs -z -o out.iso tree " ]
	# Only xorriso itself can do the work of another program.
	succeeds with_etc "$MKISOFS" -no_rc -as cdrecord -v x.iso
	[ "$(cat peer.said)" = "-no_rc -as cdrecord -v x.iso " ]
	conf "fallback = $PWD/peer"
	fails 1 "seedrive-mkisofs: -as: cdrecord: must be mkisofs, genisoimage, genisofs or xorrisofs; and the fallback $PWD/peer is not xorriso" \
		with_etc "$MKISOFS" -as cdrecord -v x.iso
}

@test "callers: without -R and -J a drive with a seed label gets Rock Ridge, any other image neither" {
	local label
	no_cloud tree
	chmod 600 tree/user-data
	for label in config-2 CONFIG-2 cidata CIDATA; do
		succeeds "$MKISOFS" -V "$label" -o out.iso tree
		seeded out.iso
		"$MKISOFS" -V "$label" -r -o want.iso tree
		[ "$(listing -R out.iso)" = "$(listing -R want.iso)" ]
		content out.iso user-data | cmp - tree/user-data
	done
	# An option about plain names does not count as a request for a tree.
	succeeds "$MKISOFS" -V cidata -l -iso-level 3 -allow-lowercase -o out.iso tree
	isoinfo -d -i out.iso | grep -q '^Rock Ridge'
	paths=(tree)
	alike -V cidat
	alike -V OEMDRV
	# If one tree is requested, only that one is made.
	"$MKISOFS" -V cidata -J -o out.iso tree
	[ "$(isoinfo -d -i out.iso | grep -c '^NO Rock Ridge')" = 1 ]
	fails 0 "seedrive-mkisofs: warning: neither Rock Ridge nor Joliet: guests may not find user-data; leave out --norock, or add -J" \
		"$MKISOFS" -V cidata --norock -o out.iso tree
	seeded out.iso
	[ "$(isoinfo -d -i out.iso | grep -c '^NO Rock Ridge')" = 1 ]
}

# --- large files ---

@test "callers: -iso-level 3 and -allow-limited-size allow files of 4 GiB and more; otherwise these are refused" {
	local options
	mkdir tree
	truncate -s 4296000000 tree/install.wim
	printf 'the end' | overwrite tree/install.wim 4295999993
	echo a >tree/a
	for options in "-J -r" "" -l "-iso-level 2" "-r -V cidata"; do
		# shellcheck disable=SC2086 # several words
		fails 1 "seedrive-mkisofs: tree/install.wim: 4 GiB or larger: such files need -iso-level 3 or -allow-limited-size" \
			"$MKISOFS" $options -o out.iso tree
		[ ! -e out.iso ]
	done
	for options in "-J -r -allow-limited-size" "-iso-level 3" "-iso-level 4 -r" "-r -V cidata -l -allow-limited-size"; do
		# The reader ends early, which is not a fault of the image.
		# shellcheck disable=SC2086 # several words
		"$MKISOFS" $options tree 2>words | head -c 200000 >head.iso
		[ "$(cat words)" = "seedrive-mkisofs: standard output: Broken pipe" ]
		truncate -s 4300000000 head.iso
		case $options in
		*-r*) [ "$(bsdtar -tvf head.iso | awk '$NF == "install.wim" { print $5 }')" = 4296000000 ] ;;
		*) [ "$(bsdtar -tvf head.iso | awk '$NF == "INSTALL.WIM" { print $5 }')" = 4296000000 ] ;;
		esac
	done
	# All bytes are at the right offset.
	"$MKISOFS" -J -r -allow-limited-size tree | tail -c 1048576 >last
	[ "$(grep -c 'the end' last)" = 1 ]
	# The largest file that fits into one extent is accepted, and a file of one byte more is refused.
	rm tree/install.wim
	truncate -s 4294967295 tree/most
	"$MKISOFS" -r tree 2>words | head -c 100000 >head.iso
	[ "$(cat words)" = "seedrive-mkisofs: standard output: Broken pipe" ]
	truncate -s 4294967296 tree/most
	fails 1 "seedrive-mkisofs: tree/most: 4 GiB or larger: such files need -iso-level 3 or -allow-limited-size" \
		"$MKISOFS" -r -o out.iso tree
}

@test "callers: a file that is too large for ISO 9660 is reported" {
	mkdir tree
	truncate -s 5T tree/one
	truncate -s 5T tree/two
	fails 1 "seedrive-mkisofs: image: the files are larger than 8 TiB, which is all that ISO 9660 can hold" \
		"$MKISOFS" -r -iso-level 3 -o out.iso tree
	[ ! -e out.iso ]
}

# --- many files ---

@test "callers: more files than may be open at a time give the same image as without a limit" {
	local limit
	export SOURCE_DATE_EPOCH=1700000000
	mkdir -p tree/sub other
	for limit in {1..1100}; do
		echo "$limit" >"tree/f$limit"
		echo "$limit" >"tree/sub/g$limit"
	done
	head -c 300000 /dev/urandom >other/large
	ln -s tree/f1 link
	"$MKISOFS" -J -r -graft-points -o want.iso tree place/=other x/y=tree/f7 /deep/=tree
	[ "$(isoinfo -R -f -i want.iso | wc -l)" = 4407 ]
	for limit in 24 64 200 1024; do
		succeeds prlimit --nofile="$limit:$limit" \
			"$MKISOFS" -J -r -graft-points -o out.iso tree place/=other x/y=tree/f7 /deep/=tree
		cmp want.iso out.iso
		prlimit --nofile="$limit:$limit" \
			"$MKISOFS" -J -r -graft-points tree place/=other x/y=tree/f7 /deep/=tree | cmp - want.iso
	done
	succeeds prlimit --nofile=64:64 "$MKISOFS" -r -f -o out.iso tree link
	succeeds prlimit --nofile=64:64 "$MKISOFS" -r -V cidata -o out.iso tree
	seeded out.iso
}

@test "callers: if statx(2) is forbidden, as by filters of older containers, files are still opened again" {
	mkdir tree
	for n in {1..40}; do
		echo "$n" >"tree/f$n"
	done
	prlimit --nofile=64:64 "$MKISOFS" -r -o want.iso tree
	for error in EPERM ENOSYS; do
		prlimit --nofile=64:64 env ASAN_OPTIONS=detect_leaks=0 strace -f -o trace -e trace=statx -e inject=statx:error="$error" \
			"$MKISOFS" -r -o out.iso tree
		grep -q INJECTED trace
		[ "$(isoinfo -R -f -i out.iso | wc -l)" = 40 ]
		[ "$(content out.iso f33)" = 33 ]
	done
}

# --- warnings about losses ---

@test "callers: names that Joliet shortens or changes cause one warning with the first, and the image is made" {
	local long way
	mkdir tree
	echo 1 >tree/$'\360\237\230\200 setup.ps1'
	way="in Joliet, which takes 64 characters of UCS-2 without * / : ; ? \\"
	fails 0 "seedrive-mkisofs: warning: tree/😀 setup.ps1: the name is cut or changed $way" \
		"$MKISOFS" -joliet -volid OEM -o out.iso tree
	fails 0 "seedrive-mkisofs: warning: tree/😀 setup.ps1: the name is cut or changed $way" \
		"$MKISOFS" -J -r -V cidata -o out.iso tree
	seeded out.iso
	[ "$(content out.iso '😀 setup.ps1')" = 1 ]
	# Nothing is lost without Joliet, or if Joliet's names are in UTF-16.
	succeeds "$MKISOFS" -r -o out.iso tree
	succeeds "$MKISOFS" -joliet-utf16 -o out.iso tree
	LC_ALL=C grep -qaP '\xd8\x3d\xde\x00' out.iso
	long=$(printf '%090d' 0)
	echo 2 >"tree/$long"
	echo 3 >'tree/a:b'
	fails 0 "seedrive-mkisofs: warning: tree/$long and 2 others: the names are cut or changed $way" \
		"$MKISOFS" -J -r -o out.iso tree
	fails 0 "seedrive-mkisofs: warning: tree/a:b and 1 other: the names are cut or changed in Joliet, which takes 103 characters of UCS-2 without * / : ; ? \\" \
		"$MKISOFS" -joliet-long -o out.iso tree
	[ "$(isoinfo -J -f -i out.iso | grep -cx "/$long")" = 1 ]
	fails 0 "seedrive: build: warning: tree/$long and 2 others: the names are cut or changed $way" \
		"$TOOL" build -q --source kernel --label cidata -o out.iso tree
}

@test "callers: links of a seed drive that lead to nothing on it cause one warning with the first" {
	local word
	no_cloud store
	mkdir tree
	ln -s "$PWD/store/user-data" "$PWD/store/meta-data" tree
	fails 0 "seedrive-mkisofs: warning: tree/meta-data and 1 other: the links lead to nothing on the drive; -f includes the targets of links" \
		"$MKISOFS" -V cidata -J -r -o out.iso tree
	fails 0 "seedrive: build: warning: tree/meta-data and 1 other: the links lead to nothing on the drive; use a copy made by cp -rL to include the targets of links" \
		"$TOOL" build -q --source kernel -o out.iso tree
	succeeds "$MKISOFS" -V cidata -J -r -f -o out.iso tree
	content out.iso user-data | cmp - store/user-data
	# On any other image, a link may lead to a file on the machine that reads the image, so there is no warning.
	succeeds "$MKISOFS" -V OEMDRV -J -r -o out.iso tree
	# There is no warning either for a link that leads through another link and stays in the tree, as in mounts of
	# Kubernetes.
	rm tree/*
	mkdir tree/..2026
	cp store/* tree/..2026
	ln -s ..2026 tree/..data
	ln -s ..data/user-data ..data/meta-data tree
	succeeds "$MKISOFS" -V cidata -r -o out.iso tree
	for word in ../store/user-data nowhere ..data/nowhere; do
		ln -sfn "$word" tree/user-data
		fails 0 "seedrive-mkisofs: warning: tree/user-data: the link leads to nothing on the drive; -f includes the targets of links" \
			"$MKISOFS" -V cidata -r -o out.iso tree
		seeded out.iso
	done
}

@test "callers: sockets, FIFOs, devices and, with -f, links to nowhere are left out with a warning" {
	local kind="only files, folders and symbolic links go on a drive"
	# A folder of a virtual machine also has the monitor of its QEMU.
	no_cloud vm
	/usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("vm/qmp.sock")'
	fails 0 "seedrive-mkisofs: warning: vm/qmp.sock: is a socket: $kind; left out" \
		"$MKISOFS" -quiet -J -r -V CIDATA -o vm/seed.iso vm
	seeded vm/seed.iso
	[ "$(isoinfo -R -f -i vm/seed.iso | paste -sd ' ')" = "/meta-data /network-config /seedrive.bin /seedrive.json /user-data" ]
	mkfifo vm/pipe
	fails 0 "seedrive-mkisofs: warning: vm/pipe: is a FIFO: $kind; left out, with 1 other" \
		"$MKISOFS" -quiet -J -r -V CIDATA -o vm/seed.iso vm
	# An empty drive is made of a device.
	fails 0 "seedrive-mkisofs: warning: /dev/null: is a device: $kind; left out" \
		"$MKISOFS" -output out.iso -volid cidata -joliet -rock /dev/null
	seeded out.iso
	mkdir tree
	echo 1 >tree/file
	ln -s nowhere tree/broken
	ln -s . tree/loop
	ln -s ring tree/ring
	fails 0 "seedrive-mkisofs: warning: tree/broken: No such file or directory; left out, with 2 others" \
		"$MKISOFS" -quiet -f -J -r -V DATA -o out.iso tree
	[ "$(isoinfo -R -f -i out.iso)" = /file ]
	# A path on the command line must exist.
	fails 1 "seedrive-mkisofs: tree/broken: No such file or directory" "$MKISOFS" -f -r -o new.iso tree/broken
	[ ! -e new.iso ]
}

@test "callers: if a fallback makes a drive without a seed, standard error and the journal say so" {
	need_mounts
	no_cloud tree
	conf "fallback = $(command -v xorrisofs)"
	with_etc "$MKISOFS" -quiet -V cidata -J -r -z -o out.iso tree 2>words
	[ "$(head -1 words)" = "seedrive-mkisofs: warning: out.iso: left to $(command -v xorrisofs), which adds no seed: -z: not an option of seedrive-mkisofs, which compresses no files" ]
	[ "$(isoinfo -R -f -i out.iso | grep -c seedrive)" = 0 ]
	# The same holds if the label comes later, or if only the tree shows that something is not supported.
	with_etc "$MKISOFS" -quiet -z -J -r -o out.iso tree -volid CONFIG-2 2>words
	grep -q "^seedrive-mkisofs: warning: out.iso: left to .*, which adds no seed: -z" words
	echo x >tree/grün
	with_etc "$MKISOFS" -quiet -J -r -V cidata -input-charset iso8859-1 -o out.iso tree 2>words || true
	grep -q "^seedrive-mkisofs: warning: out.iso: left to .*, which adds no seed: tree/gr" words
	# For any other image there is no message.
	with_etc "$MKISOFS" -quiet -V OEMDRV -J -r -z -o out.iso tree 2>words
	run ! grep -q seedrive-mkisofs words
	export SEEDRIVE_ETC=$PWD/etc
	own_run unshare --mount sh -c 'mount --bind etc /etc && exec "$@"' sh \
		/usr/bin/python3 - "$MKISOFS" <<-'END'
		import os, socket, subprocess, sys
		journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		journal.bind("/run/systemd/journal/socket")
		journal.settimeout(600)

		def entry(*arguments):
		    subprocess.run([sys.argv[1], *arguments], capture_output=True)
		    return dict(line.split("=", 1) for line in journal.recv(65536).decode().splitlines())

		e = entry("-quiet", "-z", "-r", "-V", "cidata", "-o", "out.iso", "tree")
		assert e["PRIORITY"] == "4" and e["SEEDRIVE_LABEL"] == "cidata", e
		assert e["MESSAGE"].startswith("out.iso: left to /"), e
		assert "which adds no seed: -z: not an option" in e["MESSAGE"], e
		# There is also an entry for a drive that was not made.
		open(os.environ["SEEDRIVE_ETC"] + "/seedrive.conf", "w").write("")
		e = entry("-z", "-r", "-V", "cidata", "-o", "out.iso", "tree")
		assert e["PRIORITY"] == "3", e
		assert e["MESSAGE"] == "out.iso: not made: -z: not an option of seedrive-mkisofs, which compresses no files", e
		e = entry("-V", "config-2", "-o", "out.iso")
		assert e["MESSAGE"] == "out.iso: not made: no file or folder is named that goes into the image", e
	END
}

# --- no seed on purpose ---

@test "callers: --seed=off, SEEDRIVE_SEED or the configuration, in this order, leave out the seed of an image" {
	need_mounts
	local make seeds words
	small_tree tree
	no_cloud tree
	conf
	printf 'source = kernel\nseed = off\n' >off.conf
	: >on.conf
	made() {
		rm -f out.iso
		cp "$1" etc/seedrive.conf
		shift
		with_etc "$@" || return
		seeds=$(bsdtar -tf out.iso | grep -c seedrive || true)
	}
	for make in "$MKISOFS -quiet -r -V cidata" "$TOOL build -q --source kernel"; do
		# shellcheck disable=SC2086 # several words
		while read -r config environment option want; do
			words=()
			[ "$option" = - ] || words=("$option")
			[ "$environment" != - ] || environment=
			SEEDRIVE_SEED=$environment made "$config.conf" $make "${words[@]}" -o out.iso tree
			[ "$seeds" = "$want" ] || { echo "$make: $config $environment $option" && return 1; }
		done <<-'END'
			on - - 2
			off - - 0
			on off - 0
			off on - 2
			on mix - 0
			on - --seed=off 0
			off - --seed=on 2
			on off --seed=on 2
			off on --seed=off 0
		END
	done
	cp on.conf etc/seedrive.conf
	# No random_seed is mixed, and nothing else differs.
	succeeds with_etc "$MKISOFS" -quiet -r -V config-2 --seed off -o out.iso tree
	content out.iso openstack/latest/meta_data.json | cmp - tree/openstack/latest/meta_data.json
	fails 1 "seedrive-mkisofs: --seed: no: must be on, mix or off" \
		with_etc "$MKISOFS" -r -V cidata --seed=no -o new.iso tree
	fails 2 "seedrive-mkisofs: SEEDRIVE_SEED: no: must be on, mix or off" \
		with_etc env SEEDRIVE_SEED=no "$MKISOFS" -r -V cidata -o new.iso tree
	fails 2 "seedrive: build: --seed: no: must be on, mix or off" "$TOOL" build --seed=no -o new.iso tree
	fails 2 "seedrive: build: SEEDRIVE_SEED: no: must be on, mix or off" \
		env SEEDRIVE_SEED=no "$TOOL" build -o new.iso tree
	[ ! -e new.iso ]
	"$TOOL" build --seed=off -o out.iso tree >said
	grep -q 'without a seed: --seed=off' said
}

# --- one static file ---

# bats test_tags=root
@test "callers: make STATIC=1 gives a program that makes drives in an empty folder" {
	mkdir -p built empty
	# Reuse the objects of the ordinary build, but not those of another one, such as a sanitizer's, which need its libraries.
	[ "$B" != "$ROOT/build" ] || cp -a "$B/host" built
	ordinary_make B="$PWD/built" STATIC=1 "$PWD/built/seedrive-mkisofs" 2>words || { cat words && return 1; }
	# The program needs no loader and no library.
	run -0 readelf -ld built/seedrive-mkisofs
	[[ $output == *LOAD* && $output != *INTERP* && $output != *NEEDED* ]]
	no_cloud empty/tree
	echo x >empty/tree/grün
	cp built/seedrive-mkisofs empty/mkisofs
	succeeds chroot empty /mkisofs -quiet -J -r -V cidata -o /out.iso /tree
	seeded empty/out.iso
	"$MKISOFS" -quiet -J -r -V cidata -o want.iso empty/tree
	[ "$(listing -R empty/out.iso)" = "$(listing -R want.iso)" ]
	[ "$(listing -J empty/out.iso)" = "$(listing -J want.iso)" ]
	content empty/out.iso grün | cmp - empty/tree/grün
	(cd empty && holds mkisofs out.iso tree)
}
