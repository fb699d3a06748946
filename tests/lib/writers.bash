# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Machines in which the host's tools write images. `vm_setup` of vm.bash comes first; $EXTRA is the folder of what goes
# into their initramfs.

# program FILE WHERE: with the libraries that it is linked with.
program() {
	local library
	install -D "$1" "$EXTRA$2"
	{ ldd "$1" || true; } | grep -o '/[^ ]*' | while read -r library; do
		install -D "$(readlink -f "$library")" "$EXTRA$library"
	done
}

# The tools, and a tree for a drive.
writers_setup() {
	program "$BUILD/seedrive" /bin/seedrive
	program "$BUILD/seedrive-mkisofs" /bin/seedrive-mkisofs
	program "$BUILD/libexec/seedrive-device" /bin/libexec/seedrive-device
	mkdir -p "$EXTRA/tree/openstack/latest" "$EXTRA/etc" "$EXTRA/tmp"
	cp "$TREE/openstack/latest/meta_data.json" "$EXTRA/tree/openstack/latest/"
	head -c 400000 /dev/urandom >"$EXTRA/tree/large"
}

# old_drive: out.iso, whose contents are no longer those of the tree; these are in the file "large". Sets $seed.
old_drive() {
	mkdir files
	cp -r "$EXTRA/tree" old
	head -c 400000 /dev/urandom | tee old/large >large
	"$BUILD/seedrive" build -q --source kernel -o files/out.iso old
	seed=$(seed_of files/out.iso)
}

# cut_writer WRITER: build or mkisofs makes a new drive in place of the old one, a file on ext4, reseed renews that, or build
# makes one on the disk itself ("disk"). Prints what is on the disk if the power is cut at whatever flush of it
# (tests/vm/cut_states.py). $vm is the machine's folder.
# shellcheck disable=SC2154
cut_writer() {
	local writer=$1 socket=$PWD/socket server seed new=$EXTRA/tree/large
	[ "$writer" != reseed ] || new=large
	old_drive
	truncate -s 64M disk
	if [ "$writer" = disk ]; then
		dd if=files/out.iso of=disk conv=notrunc status=none
	else
		cp large files/other
		mkfs.ext4 -q -d files disk 60M
	fi
	cp --sparse=always disk base
	/usr/bin/python3 "$VM/nbd.py" --record record "$socket" disk >flushes 3>&- &
	server=$!
	while [ ! -S "$socket" ]; do
		kill -0 "$server" || return
	done
	"$VM/boot.sh" -c max -a "random.trust_cpu=on sd.exec=/try-writer sd.end=crash writer=$writer" "$vm" \
		-drive "if=none,format=raw,id=disk,file=nbd:unix:$socket" -device virtio-blk-pci,drive=disk >log
	wait "$server"
	grep -q 'vm: exec: writer: status 0' log || { cat log; return 1; }
	/usr/bin/python3 "$VM/cut_states.py" base record image "$VM/found-on" image "$seed" large "$new"
}
