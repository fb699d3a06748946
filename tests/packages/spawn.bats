#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Uses only the packages and doc/nova.md, in clean Debian systems: apt installs the parts for host and guest as the page
# says, Debian's Nova makes a drive, Debian's libvirt and QEMU start a machine, and the machine credits the seed.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

# bats file_tags=root

load ../lib/packages

# the_page_says: print the commands in the page's section on packages, for a host and for an image, one on a line.
the_page_says() {
	sed -n '/^## From packages$/,/^From outside/s/^    # //p' "$ROOT/doc/nova.md"
}

setup_file() {
	need_mounts
	packages_built
	make_bare_root
	DEB=$(echo "$DEBS"/seedrive-guest_*_*.deb) "$ROOT/tests/vm/debian.sh" "$BATS_FILE_TMPDIR/vm"
}

# What a compute host already has: Nova's code, libvirt and QEMU, each from Debian, and a nova.conf.
add_host() {
	in_root 'apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends python3-nova libvirt-daemon \
		libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86' >host.log || { tail -n 20 host.log; return 1; }
	mkdir -p root/etc/nova root/etc/libvirt root/spawn
	printf '[DEFAULT]\n' >root/etc/nova/nova.conf
	# On a complete host, Nova's packages would create this user and this group.
	echo 'libvirt-qemu:x:64055:64055::/:/usr/sbin/nologin' >>root/etc/passwd
	echo 'libvirt-qemu:x:64055:' >>root/etc/group
	printf '%s\n' 'auth_unix_rw = "none"' >root/etc/libvirt/libvirtd.conf
	printf '%s\n' 'security_driver = "none"' 'user = "root"' 'group = "root"' 'namespaces = []' 'stdio_handler = "file"' \
		>root/etc/libvirt/qemu.conf
	cp "$ROOT/tests/lib/nova_drive.py" root/spawn/
	cp --sparse=always "$BATS_FILE_TMPDIR/vm/root.img" root/spawn/
	cp "$BATS_FILE_TMPDIR"/vm/tools/{vmlinuz,initramfs} root/spawn/
	chmod 777 root/spawn
}

domain() {
	cat <<-END
		<domain type='qemu'>
		  <name>one</name>
		  <uuid>$UUID</uuid>
		  <memory unit='MiB'>512</memory>
		  <os>
		    <type arch='x86_64' machine='pc'>hvm</type>
		    <kernel>/spawn/vmlinuz</kernel>
		    <initrd>/spawn/initramfs</initrd>
		    <cmdline>console=ttyS0 no_timer_check printk.devkmsg=on random.trust_cpu=off root=LABEL=root ro panic=-1</cmdline>
		  </os>
		  <cpu mode='custom' match='exact'><model>qemu64</model></cpu>
		  <on_reboot>destroy</on_reboot>
		  <devices>
		    <emulator>/usr/bin/qemu-system-x86_64</emulator>
		    <disk type='file' device='disk'>
		      <driver name='qemu' type='raw'/><source file='/spawn/root.img'/><target dev='vda' bus='virtio'/>
		    </disk>
		    <disk type='file' device='cdrom'>
		      <driver name='qemu' type='raw'/><source file='/spawn/disk.config'/><target dev='hda' bus='ide'/><readonly/>
		    </disk>
		    <serial type='file'><source path='/spawn/console'/></serial>
		  </devices>
		</domain>
	END
}

# spawn: print commands that do what Nova, as its user, and libvirt do at a spawn, until the guest has credited a seed
# or has ended.
spawn() {
	cat <<-'END'
		umount -q -l -R /sys/fs/cgroup || true
		install -d -o nobody /spawn/nova
		cd /spawn/nova
		runuser -u nobody -- python3 /spawn/nova_drive.py /etc/nova/nova.conf /spawn/nova/disk.config "$1" /spawn/nova/tree
		mv disk.config ..
		seedrive inspect /spawn/disk.config
		libvirtd >/spawn/libvirtd.log 2>&1 &
		until virsh -q uri >/dev/null 2>&1; do
			kill -0 "$!" || { cat /spawn/libvirtd.log; exit 1; }
			sleep 0.1
		done
		virsh define /spawn/domain.xml
		virsh start one
		until grep -qs 'seedrive-guest: credited' /spawn/console || [ "$(virsh domstate one)" != running ]; do
			sleep 1
		done
		virsh destroy one
	END
}

@test "spawn: the packages and the guide's four commands are enough for a guest that credits the seed of Nova's drive" {
	bare_root
	the_page_says >commands
	[ "$(wc -l <commands)" -eq 4 ]
	[ "$(sed -n 4p commands)" = 'apt-get install -y ./seedrive-guest_*.deb' ]
	add_host
	began=$SECONDS
	while read -r command; do
		case $command in
		systemctl* | *seedrive-guest*) ;;
		*) in_root "cd /mnt && $command" ;;
		esac
	done <commands
	grep -qx 'mkisofs_cmd = /usr/bin/seedrive-mkisofs' root/etc/nova/nova.conf
	domain >root/spawn/domain.xml
	spawn >root/spawn/run
	run in_root "timeout 900 unshare --mount --pid --fork --kill-child --mount-proc sh -eu /spawn/run $UUID"
	echo "$output"
	[ "$status" -eq 0 ]
	seed=$(sed -n 's/^seed  *\([0-9a-f]*\)$/\1/p' <<<"$output")
	[ "${#seed}" -eq 32 ]
	grep -E 'seedrive-guest|vm: ' root/spawn/console
	grep -qE "\] seedrive-guest: credited 256 bits seed=$seed drive=/dev/sr0 ledger=dir" root/spawn/console
	echo "from the first command to the credited guest: $((SECONDS - began)) s" >&3
	[ $((SECONDS - began)) -le 600 ]
}
