#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `make install-guest` adds to an initramfs, made by Debian's own mkinitramfs, and to a system, checked by systemd and
# udev. tests/vm/vm-boot.bats tests that it works there.

# Each test runs in a subshell, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

# bats file_tags=root

load ../lib/helper

# Makes an initramfs that also has scripts of other packages, which ask for udev first, and a file of settings.
setup_file() {
	export INITRD=$BATS_FILE_TMPDIR/initrd
	has_mounts || return 0
	"$ROOT/tests/vm/initrd.sh" "$("$ROOT/tests/vm/kernel.sh")" "$INITRD" -- sh -c '
		cd /etc/initramfs-tools/scripts
		for script in init-bottom/aaa init-bottom/zzz; do
			printf "#!/bin/sh\n[ \"\$1\" != prereqs ] || echo udev\n" >$script
			chmod 755 $script
		done
		mkdir -p /etc/default
		echo OPTIONS=--stock-credit >/etc/default/seedrive-guest'
	unmkinitramfs "$INITRD/initramfs" "$INITRD/files"
}

# order FOLDER: print the scripts of initramfs-tools in the order in which they run.
order() {
	sed -n 's|^/scripts/[a-z-]*/\([^ ]*\) "$@"$|\1|p' "$INITRD/files/scripts/$1/ORDER" | paste -sd ' '
}

@test "initramfs: the hook adds the program, guest-stage, the udev rule, and the settings" {
	need_mounts
	cmp "$INITRD/files/sbin/seedrive-guest" "$ROOT/build/guest/seedrive-guest"
	cmp "$INITRD/files/lib/seedrive/guest-stage" "$ROOT/build/guest/guest-stage"
	[ "$(stat -c %a "$INITRD"/files/sbin/seedrive-guest "$INITRD"/files/lib/seedrive/guest-stage | sort -u)" = 755 ]
	[ "$(cat "$INITRD/files/etc/default/seedrive-guest")" = OPTIONS=--stock-credit ]
	cmp "$INITRD/files/lib/udev/rules.d/72-seedrive-guest.rules" \
		<(sed 's|@libdir@|/usr/lib/seedrive|' "$ROOT/dist/guest/udev/72-seedrive-guest.rules.in")
	[ "$INITRD/files/usr/lib/seedrive/guest-stage" -ef "$INITRD/files/lib/seedrive/guest-stage" ]
	# guest-stage looks for the program in this place.
	grep -q '"../../sbin/" PROGRAM_NAME' "$ROOT/guest/stage/program.c"
	[ "$INITRD/files/lib/seedrive/../../sbin/seedrive-guest" -ef "$INITRD/files/sbin/seedrive-guest" ]
}

@test "initramfs: the stage 'root' runs after udev and overlayroot" {
	need_mounts
	run -0 order init-bottom
	[[ " $output " == *" udev "*" seedrive "* ]]
	[[ " $output " == *" overlayroot "*" seedrive "* ]]
}

@test "initramfs: it has a driver for each bus that a drive may be on, even if the machine does not need it" {
	need_mounts
	find "$INITRD/files/" -name '*.ko' -printf '%f\n' | tr - _ >modules
	# In the kernels of Debian 13 some drivers of virtio are built in.
	sed 's|.*/||' "$INITRD"/files/lib/modules/*/modules.builtin | tr - _ >builtin
	for driver in libata ata_piix ata_generic scsi_mod cdrom sr_mod sd_mod virtio virtio_ring virtio_pci virtio_mmio \
		virtio_blk virtio_scsi nvme_core nvme xen_blkfront xen_scsifront hv_vmbus hv_storvsc pci_hyperv vmw_pvscsi \
		efivarfs; do
		grep -qx "$driver.ko" modules builtin
	done
	# With MODULES=list, the drivers of the running machine are not included.
	run -1 grep -x 'virtio_net.ko' modules
}

@test "initramfs: dracut's module asks for the drivers that initramfs-tools' hook asks for, also in an initramfs for one host" {
	drivers() {
		tr -d '\\\n' <"$1" | grep -oE "$2 [a-z0-9_-]+[a-z0-9_[:space:]-]*" | tr -s '[:space:]' '\n' | sed '1d; /^$/d' |
			LC_ALL=C sort
	}
	drivers "$ROOT/dist/guest/initramfs-tools/hook.in" manual_add_modules >tools
	drivers "$ROOT/dist/guest/dracut/90seedrive/module-setup.sh.in" instmods >dracut
	[ "$(wc -l <tools)" -ge 18 ]
	diff tools dracut
	grep -qE "^[[:space:]]hostonly='' instmods " "$ROOT/dist/guest/dracut/90seedrive/module-setup.sh.in"
}

@test "initramfs: AHCI is included if the kernel has a module for it" {
	need_mounts
	"$ROOT/tests/vm/initrd.sh" "$("$ROOT/tests/vm/kernel.sh" linux-image-amd64)" out
	lsinitramfs out/initramfs >files
	grep -q '/ahci\.ko$' files
	grep -q '/ata_piix\.ko$' files
	# The drivers for VMware's older disks are included, too.
	grep -q '/mptspi\.ko$' files
	grep -q '/mptsas\.ko$' files
}

@test "initramfs: the build fails if the program is missing" {
	need_mounts
	run ! "$ROOT/tests/vm/initrd.sh" "$("$ROOT/tests/vm/kernel.sh")" out -- rm /usr/sbin/seedrive-guest
	[[ $output == *"hooks/seedrive failed"* ]]
	[ ! -e out/vmlinuz ]
}

@test "initramfs: each shell that may run the scripts of initramfs-tools accepts them" {
	for script in "$ROOT"/dist/guest/{initramfs-tools/*,sysvinit/*,openrc/*,mkinitcpio/hook.in,dracut/90seedrive/root.sh.in}; do
		dash -n "$script"
		busybox sh -n "$script"
		/usr/lib/klibc/bin/sh -n "$script"
	done
}

# installed COMMAND...: run it in a system where the guest's files are installed in /usr.
installed() {
	ordinary_make build/guest/{seedrive-guest,guest-stage,seedrive-refresh}
	mkdir -p layers
	as_root unshare --mount sh -euc '
		mount -t tmpfs layers layers
		for dir in usr var/lib; do
			mkdir -p "layers/$dir/upper" "layers/$dir/work"
			mount -t overlay overlay -o "lowerdir=/$dir,upperdir=layers/$dir/upper,workdir=layers/$dir/work" "/$dir"
		done
		make -s -C "$ROOT" install-guest PREFIX=/usr
		"$@"' sh "$@"
}

@test "units: systemd-analyze finds no fault in them" {
	need_mounts
	# What systemd-analyze reports about other units does not matter here.
	installed systemd-analyze verify --recursive-errors=no \
		/usr/lib/systemd/system/seedrive-{guest,carry-over,guest@sr0,search,refresh,watch}.service \
		/usr/lib/systemd/system/seedrive-refresh.timer /usr/lib/seedrive/initrd/seedrive-{root,guest@sr0}.service 2>said
	[ "$(cat said)" = "" ]
	sed 's/^ExecStart=/&none /' "$ROOT/dist/guest/systemd/seedrive-guest.service.in" >bad.service
	run ! systemd-analyze verify --recursive-errors=no ./bad.service
}

# filter UNIT: print the system calls that the unit's filter allows.
filter() {
	sed -n '/^SystemCallFilter=/,/[^\\]$/{s/^SystemCallFilter=//; s/\\$//; p}' "$ROOT/dist/guest/systemd/$1.service.in" |
		tr -s ' \t' '\n' | sed '/^$/d' | LC_ALL=C sort
}

@test "units: each lets through the system calls in the sources of what it runs, and no other" {
	# clone and exit are added by hand: guest/start.c makes these calls by their numbers, not by their names.
	{
		grep -hoE '\<SYS_[A-Za-z0-9_]+' "$ROOT"/guest/*.c "$ROOT"/guest/stage/*.c "$ROOT/iso/read.c" |
			sed 's/^SYS_//' | tr '[:upper:]' '[:lower:]'
		printf '%s\n' clone exit
	} | LC_ALL=C sort -u >made
	[ "$(wc -l <made)" -gt 30 ]
	for unit in seedrive-guest seedrive-guest@ seedrive-search seedrive-carry-over; do
		diff made <(filter "$unit")
		# A call that is refused fails with EPERM, and does not end the program.
		grep -qx SystemCallErrorNumber=EPERM "$ROOT/dist/guest/systemd/$unit.service.in"
	done
}

@test "units: when enabled, each starts with its part of the system, and nothing else changes" {
	need_mounts
	installed sh -euc '
		mkdir -p tree/usr/lib/systemd/system
		cp /usr/lib/systemd/system/seedrive-*.service tree/usr/lib/systemd/system/
		cp /usr/lib/systemd/system/seedrive-refresh.timer tree/usr/lib/systemd/system/
		systemctl --root="$PWD/tree" -q enable seedrive-guest.service seedrive-carry-over.service seedrive-refresh.timer \
			seedrive-watch.service'
	diff - <(cd tree/etc/systemd/system && find . ! -type d -printf '%P %l\n' | LC_ALL=C sort) <<-END
		multi-user.target.wants/seedrive-carry-over.service /usr/lib/systemd/system/seedrive-carry-over.service
		multi-user.target.wants/seedrive-watch.service /usr/lib/systemd/system/seedrive-watch.service
		sysinit.target.wants/seedrive-guest.service /usr/lib/systemd/system/seedrive-guest.service
		timers.target.wants/seedrive-refresh.timer /usr/lib/systemd/system/seedrive-refresh.timer
	END
}

@test "units: units that make unique values, or run at the first boot, come after the stage 'system'" {
	before=$(sed -n 's/^Before=//p' "$ROOT/dist/guest/systemd/seedrive-guest.service.in" | paste -sd ' ')
	for unit in first-boot-complete.target cloud-init-local.service sysinit.target; do
		[[ " $before " == *" $unit "* ]]
	done
	# The file system of the ledger is mounted when the unit runs: the first unit runs after all local file systems, the
	# second one requires this mount.
	grep -qE '^After=.*\<local-fs.target\>' "$ROOT"/dist/guest/systemd/seedrive-guest.service.in
	grep -qx 'RequiresMountsFor=/var/lib/seedrive' "$ROOT"/dist/guest/systemd/seedrive-carry-over.service.in
	grep -qx 'DefaultDependencies=no' "$ROOT"/dist/guest/systemd/seedrive-guest.service.in
}

# cycles: print the ordering cycles that systemd finds in the tree, unit by unit.
cycles() {
	systemd-analyze verify --man=no --root="$PWD/tree" default.target 2>&1 | grep -E 'ordering cycle|Found dependency'
}

# A system with systemd's own units and ours, and a network that starts late, like NetworkManager. If /var is on the network,
# systemd's own units make a cycle, and systemd reports only one cycle at a time: so here these units do not need /var.
late_network_tree() {
	local dir=tree/etc/systemd/system
	mkdir -p "$dir/network-online.target.wants" "$dir/remote-fs.target.requires" tree/usr/lib/systemd tree/usr/bin
	cp -a /usr/lib/systemd/system tree/usr/lib/systemd/
	find tree/usr/lib/systemd/system -type f -exec sed -i -E 's,^(Requires|Wants)MountsFor=.*/var,#&,' {} +
	ln -s usr/lib tree/lib
	cp /usr/bin/true tree/usr/bin/
	for unit in guest carry-over; do
		sed 's|@libdir@/guest-stage|/usr/bin/true|' "$ROOT/dist/guest/systemd/seedrive-$unit.service.in" \
			>"tree/usr/lib/systemd/system/seedrive-$unit.service"
	done
	printf '[Service]\nType=oneshot\nExecStart=/usr/bin/true\n[Unit]\nBefore=network.target network-online.target\n' \
		>"$dir/late.service"
	ln -s ../late.service "$dir/network-online.target.wants/"
	systemctl --root="$PWD/tree" -q enable seedrive-guest.service seedrive-carry-over.service
}

@test "units: there is no ordering cycle if /var, or a part of it, is on a network" {
	late_network_tree
	for path in var var-lib var-lib-seedrive; do
		# This is the unit that systemd-fstab-generator would make.
		printf '[Unit]\nBefore=remote-fs.target\n[Mount]\nWhat=server:/x\nWhere=/%s\nType=nfs\nOptions=_netdev\n' \
			"${path//-//}" >"tree/etc/systemd/system/$path.mount"
		ln -s "../$path.mount" tree/etc/systemd/system/remote-fs.target.requires/
		run -1 cycles
		rm "tree/etc/systemd/system/$path.mount" "tree/etc/systemd/system/remote-fs.target.requires/$path.mount"
	done
	# If there is a cycle, this check finds it.
	sed -i 's|^After=local-fs.target|RequiresMountsFor=/srv\n&|' tree/usr/lib/systemd/system/seedrive-guest.service
	printf '[Unit]\nBefore=remote-fs.target\n[Mount]\nWhat=server:/x\nWhere=/srv\nType=nfs\nOptions=_netdev\n' \
		>tree/etc/systemd/system/srv.mount
	cycles
}

# generate CRYPTTAB: run the generator on a system that has this crypttab(5), and put its drop-in into the tree.
generate() {
	rm -rf crypttab generated tree/etc/systemd/system/seedrive-guest.service.d
	mkdir generated
	[ "$1" = none ] || printf '%b' "$1" >crypttab
	sed 's|/etc/crypttab|crypttab|g' "$ROOT/dist/guest/systemd/seedrive-guest-generator" >generator
	sh generator generated/normal generated/early generated/late
	cp -r generated/normal/. tree/etc/systemd/system/ 2>/dev/null || true
}

@test "units: systemd-random-seed comes after the stage 'system', unless a volume with a random key makes that a cycle" {
	local dir=tree/etc/systemd/system
	late_network_tree
	for table in none '' 'root UUID=1 none luks\nhome /dev/vdc /etc/keys/random luks' '# tmp /dev/vdb /dev/urandom'; do
		generate "$table"
		grep -qx 'Before=systemd-random-seed.service' "$dir/seedrive-guest.service.d/50-order.conf"
		run -1 cycles
	done
	# These are the parts of the units that systemd-cryptsetup-generator and systemd-fstab-generator would make.
	mkdir "$dir/local-fs.target.requires"
	printf '[Unit]\nDefaultDependencies=no\nAfter=systemd-random-seed.service\n[Service]\nType=oneshot\nExecStart=/usr/bin/true\n' \
		>"$dir/scratch.service"
	printf '[Unit]\nBefore=local-fs.target\nRequires=scratch.service\nAfter=scratch.service\n[Mount]\nWhat=/dev/mapper/x\nWhere=/scratch\n' \
		>"$dir/scratch.mount"
	ln -s ../scratch.mount "$dir/local-fs.target.requires/"
	for table in 'root UUID=1 none luks\ntmp /dev/vdb /dev/urandom tmp\n' 'tmp\t/dev/vdb\t/dev/random' 'a /dev/vdb /dev/hw_random' 'a /dev/vdb /dev/hwrng'; do
		generate "$table"
		[ ! -e "$dir/seedrive-guest.service.d" ]
		run -1 cycles
	done
	# If there is a cycle, this check finds it.
	generate none
	cycles
}

@test "udev: udev reads the rule and finds no fault in it" {
	need_mounts
	installed udevadm test /sys/class/mem/null >said 2>&1
	grep -q 'Reading rules file: .*/72-seedrive-guest.rules' said
	run -1 grep '72-seedrive-guest.rules:' said
	# udev does report an incorrect rule.
	installed sh -c 'echo "NONE==1" >>/usr/lib/udev/rules.d/72-seedrive-guest.rules; udevadm test /sys/class/mem/null' \
		>said 2>&1
	grep -q '72-seedrive-guest.rules:' said
}

@test "units: presets enable them in an image, and an image without /var gets the ledger's folder" {
	need_mounts
	installed sh -euc '
		mkdir -p tree/usr/lib/systemd tree/usr/lib/tmpfiles.d tree/etc
		cp -r /usr/lib/systemd/system-preset tree/usr/lib/systemd/
		mkdir tree/usr/lib/systemd/system
		cp /usr/lib/systemd/system/seedrive-*.service tree/usr/lib/systemd/system/
		# All other units are disabled by default, so that only our preset can enable ours.
		echo "disable *" >tree/usr/lib/systemd/system-preset/99-default.preset
		cp /usr/lib/systemd/system/seedrive-refresh.timer tree/usr/lib/systemd/system/
		systemctl --root="$PWD/tree" -q preset seedrive-guest.service seedrive-carry-over.service seedrive-refresh.timer \
			seedrive-watch.service
		cp /usr/lib/tmpfiles.d/seedrive-guest.conf tree/usr/lib/tmpfiles.d/
		cp /etc/passwd /etc/group tree/etc/
		systemd-tmpfiles --root="$PWD/tree" --create seedrive-guest.conf'
	[ -L tree/etc/systemd/system/sysinit.target.wants/seedrive-guest.service ]
	[ -L tree/etc/systemd/system/multi-user.target.wants/seedrive-carry-over.service ]
	[ -L tree/etc/systemd/system/multi-user.target.wants/seedrive-watch.service ]
	[ -L tree/etc/systemd/system/timers.target.wants/seedrive-refresh.timer ]
	[ "$(stat -c %a tree/var/lib/seedrive)" = 700 ]
}
