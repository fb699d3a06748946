# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# Shared by the suites in which a machine's virtio-rng reads from the daemon. Load vm.bash and daemon.bash before.

# rng_setup: make a kernel and an initramfs. In the machine, the program `hwrng` reads from /dev/hwrng; "tpm-and-hwrng"
# looks for a TPM first; and `scs` is the test SCS-0101 of the Sovereign Cloud Stack, for the kernel's generator and for
# virtio-rng.
rng_setup() {
	local extra=$BATS_FILE_TMPDIR/extra
	mkdir -p "$extra/bin"
	# The program reads 256 bytes ROUNDS times, and prints the hash of each 256 bytes with the time since the boot.
	cat >"$extra/bin/hwrng" <<-'END'
		#!/bin/sh
		echo "is $(cat /sys/class/misc/hw_random/rng_current)"
		read -r line </proc/cmdline
		rounds=${line##*sd.rounds=}
		rounds=${rounds%% *}
		round=0
		while [ $round -lt "$rounds" ]; do
			round=$((round + 1))
			dd if=/dev/hwrng bs=64 count=4 2>/dev/null >/got
			read -r up _ </proc/uptime
			echo "round $round $(stat -c %s /got) $(sha256sum </got | tr -d ' -') at $up"
			[ "$rounds" -lt 100 ] || sleep 0.2
		done
	END
	printf '#!/bin/sh\necho "has $(cat /sys/class/tpm/tpm0/tpm_version_major) $(ls /dev/tpm0)"\nexec hwrng\n' \
		>"$extra/bin/tpm-and-hwrng"
	cat >"$extra/bin/scs" <<-'END'
		#!/bin/sh
		echo "entropy_avail $(cat /proc/sys/kernel/random/entropy_avail)"
		for from in random random hwrng; do
			rngtest -c 1000 <"/dev/$from" 2>/got
			echo "$from: $(grep 'FIPS 140-2 \(successes\|failures\)' /got | cat | tr '\n' ' ')"
		done
	END
	chmod 755 "$extra"/bin/*
	install_into "$extra" rngtest
	MODULES="virtio_rng tpm_tis" EXTRA=$extra \
		"$VM/initramfs.sh" "$("$VM/kernel.sh")" "$BUILD/guest/seedrive-guest" "$BATS_FILE_TMPDIR/vm"
}

# by_egd: set $egd to QEMU's options for a virtio-rng by EGD.
by_egd() {
	egd=(-chardev "socket,id=r,path=$PWD/run/egd.sock,reconnect=1" -object "rng-egd,id=g,chardev=r"
		-device "virtio-rng-pci,rng=g")
}

# serve_guests [LINE...]: start a daemon for guests, with these lines in the section of its listener.
serve_guests() {
	printf '%s\n' '[listen egd]' 'protocol = egd' "address = unix:$PWD/run/egd.sock" "$@" >conf
	start --config conf --source kernel
	by_egd
	devices=("${egd[@]}")
}

# rounds LOG: print each round's number, bytes and time.
rounds() {
	sed -nE 's/.* vm: exec: round ([0-9]+) 256 ([0-9a-f]+) at ([0-9.]+).*/\1 \2 \3/p' "$1"
}

# went_on LOG ROUNDS: check that the machine read ROUNDS times, got different bytes each time, and never waited long.
went_on() {
	local longest
	[ "$(rounds "$1" | wc -l)" -eq "$2" ]
	[ "$(rounds "$1" | cut -d' ' -f2 | sort -u | wc -l)" -eq "$2" ]
	longest=$(rounds "$1" | awk 'NR > 1 && $3 - before > longest { longest = $3 - before } { before = $3 } END { print longest }')
	echo "the longest time between two rounds: $longest s"
	awk -v longest="$longest" 'BEGIN { exit longest > 20 }'
}

# hold_fifo: hold the FIFO open, as systemd does, so that no QEMU sees an end of file.
hold_fifo() {
	mkfifo -m 640 run/rng
	# shellcheck disable=SC2034 # open until the test ends
	exec {HOLDER}<>run/rng
	printf '%s\n' '[listen fifo]' 'protocol = fifo' "address = fifo:$PWD/run/rng" >conf
	devices=(-object "rng-random,id=g,filename=$PWD/run/rng" -device "virtio-rng-pci,rng=g$1")
}
