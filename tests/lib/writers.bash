# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Machines in which the host's tools write images. Call `vm_setup` of vm.bash before; the folder $EXTRA has the files
# for the machines' initramfs.

# program FILE WHERE: copy a program with its shared libraries.
program() {
	local library
	install -D "$1" "$EXTRA$2"
	{ ldd "$1" || true; } | grep -o '/[^ ]*' | while read -r library; do
		install -D "$(readlink -f "$library")" "$EXTRA$library"
	done
}

# writers_setup: copy the tools, and a tree for a drive.
writers_setup() {
	program "$BUILD/seedrive" /bin/seedrive
	program "$BUILD/seedrive-mkisofs" /bin/seedrive-mkisofs
	program "$BUILD/libexec/seedrive-device" /bin/libexec/seedrive-device
	mkdir -p "$EXTRA/tree/openstack/latest" "$EXTRA/etc" "$EXTRA/tmp"
	cp "$TREE/openstack/latest/meta_data.json" "$EXTRA/tree/openstack/latest/"
	head -c 400000 /dev/urandom >"$EXTRA/tree/large"
}

# old_drive: make files/out.iso from a tree that differs from $EXTRA/tree in the file "large". Sets $seed.
old_drive() {
	mkdir files
	cp -r "$EXTRA/tree" old
	head -c 400000 /dev/urandom | tee old/large >large
	"$BUILD/seedrive" build -q --source kernel -o files/out.iso old
	seed=$(seed_of files/out.iso)
}

# cut_writer WRITER: run the writer in a machine, and print what is on its disk if the power is cut at each flush
# (tests/vm/cut_states.py). WRITER is `build` or `mkisofs`, which replace a drive in a file on ext4; `reseed`, which
# renews that drive; or `disk`, which is build writing to the disk itself. $vm is the folder of the machine.
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
