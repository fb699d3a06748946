# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Starts servers, which a suite's tests use as sources, and ends them after each test.

# Ends only the processes whose ids are in the file `pids`.
teardown() {
	local pid
	while read -r pid; do
		kill "$pid" 2>/dev/null || true
	done < <(cat "$BATS_TEST_TMPDIR/pids" 2>/dev/null)
	make_removable
}

# until_there PATH: wait until a server that runs in the background has created PATH.
# shellcheck disable=SC2016 # the inner shell's
until_there() {
	timeout 300 sh -c 'while [ ! -e "$0" ]; do :; done' "$1"
}

# swtpm_starts SOCKET [OPTION...]: start a software TPM without sending it TPM2_Startup.
swtpm_starts() {
	local socket=$1
	shift
	mkdir "state.$socket"
	swtpm socket --daemon --tpmstate "dir=${STATE-$PWD}/state.$socket" --pid "file=$PWD/pid.$socket" \
		--server "type=unixio,path=$PWD/$socket" --ctrl "type=unixio,path=$PWD/control.$socket" \
		--log file=/dev/null "$@" 3>&-
	until_there "pid.$socket"
	awk 1 "pid.$socket" >>"$BATS_TEST_TMPDIR/pids" # the file's line has no newline
}

# tpm2 SOCKET: start a software TPM, and send it TPM2_Startup.
tpm2() {
	swtpm_starts "$1" --tpm2 --flags not-need-init,startup-clear
}

# proxy WHERE [FAULT [AFTER]]: start tests/lib/tpm_proxy.py in front of the TPM at `real`.
proxy() {
	"$ROOT/tests/lib/tpm_proxy.py" real "$@" 3>&- >>"$BATS_TEST_TMPDIR/pids"
}
