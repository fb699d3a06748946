#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Nova as packaged by Debian makes config drives with seedrive-mkisofs, as a user without privileges, and cloud-init as
# packaged by Debian reads them.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper

# A working folder that as_nova's user can reach too: bats' own folders are closed to other users.
setup() {
	here=$(mktemp -d)
	chmod 777 "$here"
	cd "$here" || return
}

teardown() {
	chmod -R u+rwX "$here"
	rm -rf "$here"
}

# as_nova COMMAND...: run COMMAND as a user without privileges and without a home.
as_nova() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent "$@"
	else
		env HOME=/nonexistent "$@"
	fi
}

# nova OUT [MKISOFS]: have Nova make the config drive OUT of an instance; the folder `written` has the tree from which
# Nova made it.
nova() {
	cp "$ROOT/tests/lib/nova_drive.py" "${2:-$MKISOFS}" .
	chmod 755 "./$(basename "${2:-$MKISOFS}")" nova_drive.py
	as_nova /usr/bin/python3 nova_drive.py "$PWD/$(basename "${2:-$MKISOFS}")" "$PWD/$1" "$UUID" "$PWD/written"
}

# without_seeds FOLDER: blank each random_seed, because these values always differ.
without_seeds() {
	chmod -R u+rwX "$1"
	sed -i 's/"random_seed": "[^"]*"/"random_seed": ""/' "$1"/openstack/*/meta_data.json
}

@test "nova: its own ConfigDriveBuilder makes a drive, and all its files arrive" {
	nova disk.config
	[ "$(stat -c %a disk.config)" = 600 ]
	[ "$(stat -c %s disk.config)" -lt $((512 * 1024)) ]
	"$TOOL" inspect --min-bits 256 --json disk.config >found
	[ "$(member found label) $(member found bound_to)" = "config-2 $UUID" ]
	# Every version of the metadata except the oldest has a random_seed; a newer Nova writes more versions.
	count=$(grep -l '"random_seed"' written/openstack/*/meta_data.json | wc -l)
	[ "$count" -ge 9 ]
	[ "$(find written/openstack -name meta_data.json | wc -l)" -eq $((count + 1)) ]
	[ "$(member found random_seed_values) $(member found random_seed_repeated)" = "$count 0" ]
	mkdir read
	bsdtar -xf disk.config -C read
	chmod -R u+w read
	[ "$(stat -c %s read/seedrive.bin read/seedrive.json | paste -sd ' ')" = "2048 2048" ]
	rm read/seedrive.bin read/seedrive.json
	[ "$(find written -type f | wc -l)" -ge 45 ]
	# Each random_seed is new, and as long as Nova's.
	cat {read,written}/openstack/*/meta_data.json | grep -o '"random_seed": "[^"]*"' >seeds
	[ "$(wc -l <seeds)" -eq $((2 * count)) ]
	[ "$(sort -u seeds | wc -l)" -eq $((2 * count)) ]
	[ "$(awk '{ print length }' seeds | sort -u | wc -l)" = 1 ]
	without_seeds read
	without_seeds written
	diff -r written read
}

@test "nova: the drive has the same listing as genisoimage's, except for our two files" {
	local tree
	nova ours.config
	rm -r written
	nova its.config "$(command -v genisoimage)"
	for tree in "" -R -J; do
		isoinfo ${tree:+"$tree"} -f -i ours.config | grep -v -i '/seedrive\.' | sort >have
		isoinfo ${tree:+"$tree"} -f -i its.config | sort >want
		diff want have
	done
}

@test "nova: a drive that cannot be made fails the spawn" {
	mkdir locked
	chmod 555 locked
	run -1 nova locked/disk.config
	[[ $output == *ProcessExecutionError* ]]
	[[ $output == *"seedrive-mkisofs: "*"locked/disk.config: Permission denied"* ]]
}

@test "nova: cloud-init's ConfigDrive source accepts it, and cc_seed_random writes the new seed" {
	nova disk.config
	mkdir read
	bsdtar -xf disk.config -C read
	chmod -R u+rwX written read
	/usr/bin/python3 - "$UUID" <<-'END'
		import inspect, logging, sys
		from types import SimpleNamespace
		from cloudinit.config import cc_seed_random
		from cloudinit.sources import DataSourceConfigDrive as source
		want, have = map(source.read_config_drive, ("written", "read"))
		old, new = (d["metadata"].pop("random_seed") for d in (want, have))
		assert len(old) == len(new) == 512 and old != new
		assert have["metadata"]["uuid"] == sys.argv[1], have
		assert want == have, (want, have)
		cloud = SimpleNamespace(datasource=SimpleNamespace(metadata={"random_seed": new}))
		# Handlers of cloud-init 22 take a logger as an argument, those of 25 do not.
		logger = [logging.getLogger()] if "log" in inspect.signature(cc_seed_random.handle).parameters else []
		cc_seed_random.handle("seed_random", {"random_seed": {"file": "./seed"}}, cloud, *logger, [])
		assert open("seed", "rb").read() == new
	END
}

@test "nova: cloud-init's NoCloud source accepts a cidata drive" {
	mkdir tree
	printf 'instance-id: i-1\nlocal-hostname: one\n' >tree/meta-data
	printf '#cloud-config\nhostname: one\n' >tree/user-data
	printf 'version: 2\nethernets: {}\n' >tree/network-config
	"$MKISOFS" -output drive.iso -volid cidata -joliet -rock tree/user-data tree/meta-data tree/network-config
	"$TOOL" inspect --min-bits 256 drive.iso >said
	mkdir read
	bsdtar -xf drive.iso -C read
	/usr/bin/python3 - <<-'END'
		from unittest import mock
		from cloudinit import helpers
		from cloudinit.sources import DataSourceNoCloud as source
		paths = helpers.Paths({"cloud_dir": "cloud", "run_dir": "run"})
		with mock.patch.object(source.dmi, "read_dmi_data", return_value=None), \
		        mock.patch.object(source.util, "get_cmdline", return_value=""), \
		        mock.patch.object(source.util, "find_devs_with", return_value=[]):
		    found = source.DataSourceNoCloud({}, None, paths)
		    found.seed_dirs = ["read"]
		    assert found._get_data(), found
		assert found.metadata["instance-id"] == "i-1", found.metadata
		assert found.userdata_raw == b"#cloud-config\nhostname: one\n", found.userdata_raw
		assert found.network_config == {"version": 2, "ethernets": {}}, found.network_config
	END
}

# bats test_tags=root
@test "nova: with the broker the drive's seed comes from hardware that Nova's user may not open" {
	need_root
	need_mounts
	chown 65534 .
	key fifo head -c 65536 /dev/urandom
	chmod 600 fifo
	own_run bash -euc "$(declare -f nova as_nova)"'
		"$TOOL" serve --source file:fifo,bits=4,deadline=60s >log 2>&1 3>&- &
		daemon=$!
		trap "kill $daemon; wait $daemon || true" EXIT
		until "$TOOL" draw --source broker -o seed -n 32 2>/dev/null; do
			kill -0 "$daemon"
			sleep 0.05
		done
		chmod 755 /run/seedrive
		nova disk.config'
	"$TOOL" inspect --json --min-bits 256 disk.config >found
	[ "$(member found hardware_bits)" = 256 ]
	[ "$(member found bound_to)" = "$UUID" ]
}
