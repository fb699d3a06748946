#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian's own libvirtd and QEMU start, save, restore and migrate a machine with the hook enabled.

# Each test runs in a subshell, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

# bats file_tags=root

load ../lib/helper

HOST=01234567-89ab-cdef-0123-456789abcdef

# on_a_host COMMAND...: run it on a host with its own libvirtd and folders; all of them end with the command.
on_a_host() {
	mkdir -p etc/libvirt/hooks/qemu.d
	cp hook etc/libvirt/hooks/qemu.d/seedrive
	printf '%s\n' 'auth_unix_rw = "none"' "host_uuid = \"$HOST\"" >etc/libvirt/libvirtd.conf
	printf '%s\n' 'security_driver = "none"' 'user = "root"' 'group = "root"' 'namespaces = []' \
		'stdio_handler = "file"' >etc/libvirt/qemu.conf
	# Usually libvirt's package makes this user and this group.
	{ cat /etc/passwd; echo 'libvirt-qemu:x:64055:64055::/:/usr/sbin/nologin'; } >etc/passwd
	{ cat /etc/group; echo 'libvirt-qemu:x:64055:'; } >etc/group
	unshare --mount --pid --fork --kill-child --mount-proc bash -euo pipefail -c '
		# libvirtd works without control groups; it may not be able to write to those of this host.
		umount -q -l -R /sys/fs/cgroup || true
		for path in /run /var/lib /var/log /var/cache; do
			mount -t tmpfs host "$path"
		done
		mkdir -p /etc/libvirt
		mount --bind etc/libvirt /etc/libvirt
		for file in passwd group; do
			mount --bind "etc/$file" "/etc/$file"
		done
		PATH=$PATH:/usr/sbin
		libvirtd >libvirtd.log 2>&1 3>&- &
		daemon=$!
		until virsh -q uri >/dev/null 2>&1; do
			kill -0 "$daemon" || { cat libvirtd.log; exit 1; }
			sleep 0.1
		done
		"$@"' bash "$@"
}

# seed: print the id of the drive's seed.
seed() {
	"$TOOL" inspect --json disk.config | sed -n 's/.*"seed_id":"\(.*\)",/\1/p'
}

setup() {
	need_root
	mkdir -p "$BATS_TEST_TMPDIR/here/bin"
	cd "$BATS_TEST_TMPDIR/here" || return
	ln -s "$TOOL" bin/seedrive
	printf '#!/bin/sh\necho "$6" >>"%s"\n' "$PWD/journal" >bin/logger
	chmod 755 bin/logger
	sed "s|@bindir@|$PWD/bin|" "$ROOT/dist/host/libvirt-hook.in" >hook
	chmod 755 hook
	drive disk.config
	cat >domain.xml <<-END
		<domain type='qemu'>
		  <name>one</name>
		  <uuid>$UUID</uuid>
		  <memory unit='MiB'>64</memory>
		  <os><type arch='x86_64' machine='q35'>hvm</type></os>
		  <devices>
		    <emulator>/usr/bin/qemu-system-x86_64</emulator>
		    <disk type='file' device='cdrom'>
		      <driver name='qemu' type='raw'/>
		      <source file='$PWD/disk.config'/>
		      <target dev='sda' bus='sata'/>
		      <readonly/>
		    </disk>
		  </devices>
		</domain>
	END
}

# life: start, save and restore a machine; print a line for each seed that its drive had.
life() {
	virsh define domain.xml
	echo "made $(seed)" >>seeds
	virsh start one
	echo "started $(seed)" >>seeds
	"$TOOL" reseed disk.config 2>locked || echo "status $?" >>locked
	virsh save one saved
	virsh restore saved
	echo "restored $(seed)" >>seeds
	virsh managedsave one
	virsh start one
	echo "resumed $(seed)" >>seeds
	virsh destroy one
	virsh start one
	echo "again $(seed)" >>seeds
	virsh destroy one
}

@test "libvirt: a machine has a fresh seed at each start, and keeps it when it continues from memory" {
	need_mounts
	export -f life seed
	on_a_host bash -euo pipefail -c life
	cat seeds
	[ "$(awk '{ print $1 }' seeds | paste -sd ' ')" = "made started restored resumed again" ]
	of() {
		awk -v when="$1" '$1 == when { print $2 }' seeds
	}
	[[ $(of made) =~ ^[0-9a-f]{32}$ ]]
	[ "$(of made)" != "$(of started)" ]
	[ "$(of started)" = "$(of restored)" ]
	[ "$(of started)" = "$(of resumed)" ]
	[ "$(of started)" != "$(of again)" ]
	diff - locked <<-END
		seedrive: reseed: disk.config: locked: in use by a running virtual machine or another run of seedrive
		status 1
	END
	diff - <(sed -E 's/[0-9a-f]{32}.*/ID/' journal) <<-END
		one: $PWD/disk.config: fresh seed ID
		one: resumes from memory: its drives stay as they are
		one: resumes from memory: its drives stay as they are
		one: $PWD/disk.config: fresh seed ID
	END
}

# neighbour: start a second libvirtd, which libvirt regards as another host; its socket is in the folder `there`.
neighbour() {
	mkdir -p there
	sed "s/$HOST/fedcba98-7654-3210-fedc-ba9876543210/" /etc/libvirt/libvirtd.conf >there/libvirtd.conf
	echo "unix_sock_dir = \"$PWD/there\"" >>there/libvirtd.conf
	unshare --mount bash -euc '
		for path in /run /var/lib /var/log /var/cache; do
			mount -t tmpfs neighbour "$path"
		done
		exec libvirtd -f there/libvirtd.conf -p there/pid >there/log 2>&1 3>&-' &
	until virsh -q -c "$THERE" uri >/dev/null 2>&1; do
		kill -0 "$!" || { cat there/log; return 1; }
		sleep 0.1
	done
}

# move: migrate a running machine to the second host, where its drive is in a file that no process has locked.
move() {
	neighbour
	virsh define domain.xml
	virsh start one
	cp disk.config other.config
	sed "s/disk.config/other.config/" domain.xml >other.xml
	mv journal journal.here
	virsh migrate --live --unsafe --xml other.xml one "$THERE" --migrateuri "unix://$PWD/there/migration"
	virsh -q -c "$THERE" domstate one >state
	virsh -c "$THERE" destroy one
}

@test "libvirt: a machine that migrates here while it runs keeps its drive" {
	need_mounts
	THERE="qemu:///system?socket=$PWD/there/libvirt-sock"
	export THERE HOST
	export -f neighbour move
	on_a_host bash -euo pipefail -c move
	[ "$(head -n 1 state)" = running ]
	cmp disk.config other.config
	diff - journal <<-END
		one: resumes from memory: its drives stay as they are
	END
}

# with_rng ELEMENT: print the domain with a virtio-rng device, which has this element as its backend.
with_rng() {
	sed "s|^  </devices>|<rng model='virtio'><rate bytes='4096' period='1000'/>$1</rng></devices>|" domain.xml >rng.xml
}

# novas_rng: print the domain with the virtio-rng device that Nova's own driver makes, with its option rng_dev_path set, for a
# flavor with a rate.
novas_rng() {
	/usr/bin/python3 - >element <<-'END'
		import types
		import nova.conf
		from nova.virt.libvirt import driver

		nova.conf.CONF.set_override("rng_dev_path", "/run/seedrive/rng", group="libvirt")
		flavor = types.SimpleNamespace(extra_specs={"hw_rng:rate_bytes": "4096", "hw_rng:rate_period": "1000"})
		guest = types.SimpleNamespace(add_device=lambda device: print(device.to_xml()))
		driver.LibvirtDriver._add_rng_device(None, guest, flavor, None)
	END
	sed "/^  <\/devices>/e cat element" domain.xml >rng.xml
}

# guests: start three guests, one after another: two use the FIFO, through the device that Nova writes and through one
# written by hand, and one uses EGD; doc/guests.md shows these devices.
guests() {
	install -d -m 755 /run/seedrive
	printf '%s\n' '[listen egd]' 'protocol = egd' 'address = unix:/run/seedrive/egd.sock' 'framing = qemu' \
		'[listen fifo]' 'protocol = fifo' 'address = fifo:/run/seedrive/rng' >conf
	with_rng "<backend model='random'>/run/seedrive/rng</backend>"
	# On a host without the FIFO, libvirt cannot start the domain, and Nova would not even try to.
	virsh create rng.xml 2>refused || echo "status $?" >>refused
	novas_rng 2>nova-refused || true
	mkfifo -m 640 /run/seedrive/rng
	exec 8<>/run/seedrive/rng
	"$TOOL" serve --config conf --source kernel >served 2>&1 3>&- &
	until "$TOOL" serve --status --json >status 2>/dev/null; do
		sleep 0.1
	done
	novas_rng
	virsh create rng.xml
	tr '\0' '\n' <"/proc/$(cat /run/libvirt/qemu/one.pid)/cmdline" >nova-words
	virsh destroy one
	with_rng "<backend model='random'>/run/seedrive/rng</backend>"
	virsh create rng.xml
	tr '\0' '\n' <"/proc/$(cat /run/libvirt/qemu/one.pid)/cmdline" >fifo-words
	virsh save one saved
	virsh restore saved
	virsh destroy one
	with_rng "<backend model='egd' type='unix'><source mode='connect' path='/run/seedrive/egd.sock'><reconnect enabled='yes' timeout='1'/></source></backend>"
	virsh create rng.xml
	until "$TOOL" serve --status --json >status && grep -q '"clients": *1' status; do
		sleep 0.1
	done
	virsh destroy one
}

@test "libvirt: a domain has virtio-rng by the FIFO or by EGD, and does not start if the FIFO is missing" {
	need_mounts
	rm -rf hook
	printf '#!/bin/sh\n' >hook
	chmod 755 hook
	export -f guests with_rng novas_rng
	TOOL="$TOOL" run on_a_host guests
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q '^status 1$' refused
	grep -q '/run/seedrive/rng' refused
	grep -q 'RngDeviceNotExist' nova-refused
	# The domain by Nova and the domain by hand have the same device and the same rate.
	diff <(grep -E 'rng' nova-words) <(grep -E 'rng' fifo-words)
	grep -q 'max-bytes.*4096' nova-words
	grep -q 'rng-random.*"filename":"/run/seedrive/rng"\|rng-random,id=objrng0,filename=/run/seedrive/rng' fifo-words
	/usr/bin/python3 -c 'import json
(client,) = json.load(open("status"))["clients"]
assert client["listener"] == "egd", client'
}
