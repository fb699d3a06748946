#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The SELinux module and the AppArmor rules in dist/host/: each compiles, allows the accesses that it was written for,
# and allows no others. No kernel enforces them here.

bats_require_minimum_version 1.5.0

load ../lib/helper

PATH=$PATH:/usr/sbin

# module: build the module with the commands in its first lines.
module() {
	cp "$ROOT"/dist/host/selinux/seedrive.* .
	checkmodule -M -m -o seedrive.mod seedrive.te
	semodule_package -o seedrive.pp -m seedrive.mod -f seedrive.fc
}

# base: print the smallest policy that has all types and classes that the module requires.
base() {
	local class type
	for class in dir fifo_file sock_file unix_stream_socket process; do
		echo "class $class"
	done
	echo 'sid kernel'
	echo 'class dir { add_name create getattr open read remove_name search setattr write }'
	echo 'class fifo_file { create getattr ioctl open read setattr write }'
	echo 'class sock_file { create getattr open setattr unlink write }'
	echo 'class unix_stream_socket { connectto }'
	echo 'class process { transition }'
	echo 'sensitivity s0; dominance { s0 } category c0; level s0:c0;'
	echo 'mlsconstrain process transition (h1 dom h2);'
	echo 'attribute file_type; attribute non_security_file_type; attribute pidfile;'
	for type in init_t nova_t svirt_t unconfined_service_t; do
		[ "$type" = "${1:-}" ] || echo "type $type;"
	done
	echo 'role system_r; role system_r types { init_t svirt_t unconfined_service_t };'
	echo 'allow init_t self:process transition;'
	echo 'user system_u roles { system_r } level s0 range s0 - s0:c0;'
	echo 'sid kernel system_u:system_r:init_t:s0'
}

@test "selinux: the module compiles, and its package labels the daemon's folder" {
	module
	semodule_unpackage seedrive.pp unpacked.mod unpacked.fc
	cmp unpacked.mod seedrive.mod
	diff unpacked.fc "$ROOT/dist/host/selinux/seedrive.fc"
	[ "$(grep -cE '^(/var)?/run/seedrive\(/\.\*\)\?'$'\t''system_u:object_r:seedrive_runtime_t:s0$' unpacked.fc)" = 2 ]
}

@test "selinux: linked with a policy, it opens the sockets to nova_t and svirt_t, the FIFO to svirt_t, and nothing else" {
	module
	base >base.conf
	checkmodule -M -o base.mod base.conf
	semodule_package -o base.pp -m base.mod
	semodule_link -o linked.pp base.pp seedrive.pp
	semodule_expand linked.pp policy
	checkpolicy -M -b -F -o decompiled policy
	grep '^allow' decompiled | grep -v '^allow init_t' | LC_ALL=C sort >have
	for type in nova_t svirt_t; do
		echo "allow $type init_t:unix_stream_socket { connectto };"
		echo "allow $type seedrive_runtime_t:dir { getattr search };"
		case $type in
		nova_t) echo "allow $type seedrive_runtime_t:fifo_file { getattr };" ;;
		svirt_t) echo "allow $type seedrive_runtime_t:fifo_file { getattr ioctl open read };" ;;
		esac
		echo "allow $type seedrive_runtime_t:sock_file { getattr write };"
		echo "allow $type unconfined_service_t:unix_stream_socket { connectto };"
	done >want
	diff want have
}

@test "selinux: the module cannot be loaded into a policy without Nova, not even a part of it" {
	module
	base nova_t >base.conf
	checkmodule -M -o base.mod base.conf
	semodule_package -o base.pp -m base.mod
	run ! semodule_link -o linked.pp base.pp seedrive.pp
	# shellcheck disable=SC2154 # run sets it
	[[ $output == *nova_t* ]]
}

# compiles PROFILE: compile it completely, but do not load it into the kernel.
compiles() {
	apparmor_parser -Q -K "$1"
}

@test "apparmor: the daemon's profile compiles, and is not attached to the path of a program" {
	compiles "$ROOT/dist/host/apparmor/seedrived"
	[ "$(apparmor_parser -N "$ROOT/dist/host/apparmor/seedrived")" = seedrived ]
	run ! grep -E '^profile seedrived /' "$ROOT/dist/host/apparmor/seedrived"
}

@test "apparmor: the rules for libvirt's guests compile inside a profile" {
	{
		echo 'profile libvirt-guest {'
		cat "$ROOT/dist/host/apparmor/libvirt-qemu"
		echo '}'
	} >guest
	compiles guest
	# The parser reports a typing mistake.
	sed -i 's/r,$/r/' guest
	run ! compiles guest
}
