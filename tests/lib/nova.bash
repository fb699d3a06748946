# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Starts Debian's own Nova with the daemon as its target. Load daemon.bash before.

export PYTHONPATH=$ROOT/tests/lib

# target_with: start the daemon, and set VENDORDATA to two targets of Nova in it, with a token; both are reached by TCP.
target_with() {
	port=$(free_port)
	printf '0123456789-abcdefghi\n' >token
	chmod 640 token
	printf '%s\n' '[listen http]' 'protocol = http' "address = tcp:127.0.0.1:$port" "token-file = $PWD/token" >conf
	start --config conf --source kernel
	export VENDORDATA="seedrive@http://127.0.0.1:$port/vendordata/0123456789-abcdefghi
		cloud-init@http://127.0.0.1:$port/cloud-init/0123456789-abcdefghi"
}

# nova ask UUID: print the vendordata that Nova gets for the instance UUID.
nova() {
	/usr/bin/python3 "$ROOT/tests/lib/nova_metadata.py" "$@" 2>nova.log
}

# serve_metadata: start Nova's metadata service for the instance $UUID, on a port of the loopback; the port's number is
# in the file `port`.
serve_metadata() {
	/usr/bin/python3 "$ROOT/tests/lib/nova_metadata.py" serve "$UUID" port >nova.log 2>&1 3>&- &
	echo "$!" >>servers
	until_true test -e port
}
