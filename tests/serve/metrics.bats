#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The daemon's metrics and the alerts on them, with Debian's Prometheus.

# Each test is a subshell of its own, `run` sets variables, and quoted commands are for inner shells.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

load ../lib/helper
load ../lib/daemon

export PYTHONPATH=$ROOT/tests/lib

# metrics_with OPTION...: start a daemon with one listener of each kind.
metrics_with() {
	cat >conf <<-END
		[listen metrics]
		protocol = metrics
		address = unix:$PWD/run/metrics.sock
		[listen http]
		protocol = http
		address = unix:$PWD/run/http.sock
		[listen egd]
		protocol = egd
		address = unix:$PWD/run/egd.sock
	END
	start --config conf "$@"
}

# page PATH: print the body of the page; the status is 1 unless the daemon answers with 200.
page() {
	/usr/bin/python3 -c 'import sys, http_raw as h
a = h.ask(h.connect(sys.argv[1]), h.get(sys.argv[2]))
sys.stdout.write(a.body.decode())
sys.exit(a.status != 200)' "$PWD/run/metrics.sock" "$1"
}

# value NAME [LABELS]: print the value of a metric.
value() {
	page /metrics | sed -n "s/^seedrive_$1 //p"
}

stocked() {
	[ "$(value stock_blocks)" -eq "$1" ]
}

@test "metrics: promtool finds no fault in them, and each has a help and a type" {
	metrics_with --source kernel,rdrand
	page /metrics >all
	promtool check metrics <all
	# promtool does report faults.
	sed 's/^\(# TYPE seedrive_blocks_issued_total\) counter/\1 gauge/' all >wrong
	run ! promtool check metrics <wrong
	grep -v '^#' all | sed 's/[ {].*//' | sort -u >named
	sed -n 's/^# TYPE \([^ ]*\) \(counter\|gauge\)$/\1/p' all | sort >typed
	sed -n 's/^# HELP \([^ ]*\) .*\.$/\1/p' all | sort >helped
	diff named typed
	diff named helped
	# The request is like that of Prometheus.
	/usr/bin/python3 - "$PWD/run/metrics.sock" <<-'END'
		import sys, http_raw as h
		s = h.connect(sys.argv[1])
		a = h.ask(s, b"GET /metrics HTTP/1.1\r\nHost: h\r\nUser-Agent: Prometheus/2.42.0\r\nAccept: application/openmetrics-text;"
		          b"version=1.0.0,text/plain;version=0.0.4;q=0.5\r\nAccept-Encoding: gzip\r\n\r\n")
		assert a.status == 200 and a.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8", a.fields
		b = h.ask(s, h.get("/metrics", "HEAD"), head_only=True)
		assert abs(int(b.fields["content-length"]) - len(a.body)) < 100
		assert h.ask(s, h.get("/healthz", "HEAD"), head_only=True).status == 200
		for path in ("/", "/vendordata", "/metrics/", "/metrics?x", "/healthz/x"):
		    assert h.ask(s, h.get(path)).status == 404
		a = h.ask(s, h.get("/metrics", "DELETE"))
		assert a.status == 405 and a.fields["allow"] == "GET, HEAD", a.fields
	END
	stop
}

@test "metrics: everything given, sent and refused is counted, and no instance or client adds a line" {
	metrics_with --source kernel --reservoir 8
	until_true stocked 8
	page /metrics | grep -v '^#' | sed 's/ [^ ]*$//' >before
	"$CLIENT" ask "$SOCKET" 2 >/dev/null
	/usr/bin/python3 - "$PWD/run" <<-'END'
		import sys, uuid, egd, http_raw as h
		egd.read(egd.connect(sys.argv[1] + "/egd.sock"), 10000)
		s = h.connect(sys.argv[1] + "/http.sock")
		one = uuid.uuid4()
		for i in range(15):
		    h.ask(s, h.post(h.body(one)))
		    h.record(h.ask(s, h.post(h.body())))
		assert h.ask(s, h.get("/x")).status == 404
	END
	page /metrics >after
	grep -v '^#' after | sed 's/ [^ ]*$//' | diff before -
	for line in 'seeds_issued_total{protocol="broker"} 1' 'seeds_issued_total{protocol="http"} 25' 'blocks_issued_total 2' \
		'refusals_total{reason="instance"} 5' 'http_answers_total{code="4xx"} 1' \
		'listener_sent_bytes_total{listener="egd",protocol="egd"} 10000' 'source_up{source="kernel"} 1' \
		"build_info{version=\"$("$TOOL" --version | sed 's/.* //')\"} 1" 'stock_target_blocks 8'; do
		grep -qxF "seedrive_$line" after || { echo "not there: $line"; cat after; return 1; }
	done
	[ "$(sed -n 's/^seedrive_listener_sent_bytes_total{listener="http",.*} //p' after)" -gt $((25 * 2800)) ]
	[ "$(sed -n 's/^seedrive_generator_bytes_total //p' after)" -eq $((25 * 80 + 10000)) ]
	stop
}

@test "metrics: /healthz is 200 while a source passes and the stock is not empty, else 503 with the reason" {
	mkfifo fifo
	# shellcheck disable=SC2034 # open until the test ends
	exec {HELD}<>fifo
	metrics_with --source "file:fifo,bits=4,deadline=600s" --reservoir 4
	run -1 page /healthz
	[ "$output" = "503 Service Unavailable: the stock is empty" ]
	# The daemon has two sources, and only the kernel passes.
	stop
	metrics_with --source "file:fifo,bits=4,deadline=300ms,kernel" --reservoir 4
	until_true stocked 4
	run -1 page /healthz
	[[ $output == "503 Service Unavailable: no source passes its tests; file:fifo"*": "?* ]]
	stop
	metrics_with --source kernel
	until_true page /healthz >/dev/null
	[ "$(page /healthz)" = ok ]
	stop
}

@test "metrics: with a source that has quotes in its name, and 16 listeners, Prometheus accepts the text" {
	mkfifo 'a"b\c'
	for i in $(seq 15); do
		printf '[listen name-of-32-characters-at-most-%s]\nprotocol = egd\naddress = unix:%s/run/e%s.sock\n' "$i" "$PWD" "$i"
	done | sed 's/\(name-of-32-characters-at-\)most/\1m/' >conf
	printf '[listen metrics]\nprotocol = metrics\naddress = unix:%s/run/metrics.sock\n' "$PWD" >>conf
	start --config conf --source 'file:a"b\c,bits=4,deadline=100ms,kernel'
	tried() {
		page /metrics | grep -q '^seedrive_source_up{source="file:a'
	}
	until_true tried
	page /metrics | promtool check metrics
	page /metrics | grep -F 'source="file:a\"b\\c'
	[ "$(page /metrics | grep -c '^seedrive_listener_clients')" -eq 17 ]
	stop
}

# --- alerts ---

@test "metrics: each alert fires at the failure that it is for, and not otherwise" {
	cp "$ROOT/doc/prometheus-rules.yml" "$ROOT/tests/data/prometheus-tests.yml" .
	promtool check rules prometheus-rules.yml
	promtool test rules prometheus-tests.yml
	sed -n 's/^ *- alert: //p' prometheus-rules.yml | sort >alerts
	for word in fires 'is quiet'; do
		sed -n "s/^ *- name: \(.*\) $word\$/\1/p" prometheus-tests.yml | sort | diff alerts -
	done
	# The test of the rules fails if a threshold is one that no value reaches, or one that each value reaches.
	sed 's/seedrive_stock_blocks == 0/seedrive_stock_blocks == -1/' "$ROOT/doc/prometheus-rules.yml" >prometheus-rules.yml
	run ! promtool test rules prometheus-tests.yml
	sed 's/seedrive_stock_blocks == 0/seedrive_stock_blocks >= 0/' "$ROOT/doc/prometheus-rules.yml" >prometheus-rules.yml
	run ! promtool test rules prometheus-tests.yml
}

@test "metrics: each metric that an alert names exists" {
	metrics_with --source kernel
	until_true stocked 256
	page /metrics >all
	grep -oE 'seedrive_[a-z_]+' "$ROOT/doc/prometheus-rules.yml" | sort -u >named
	[ "$(wc -l <named)" -ge 14 ]
	while read -r name; do
		grep -q "^${name}[ {]" all || { echo "$name is not there"; return 1; }
	done <named
	# Each reason and each code that an alert names exists, too.
	grep -ohE '(reason|code)(=|=~)"[^"]+"' "$ROOT/doc/prometheus-rules.yml" | sed 's/.*"\(.*\)"/\1/' | tr '|' '\n' | sort -u >words
	while read -r word; do
		grep -qE "(reason|code)=\"$word\"" all || { echo "$word is not there"; return 1; }
	done <words
	stop
}

@test "metrics: Debian's Prometheus scrapes them under load without a gap, and has the right numbers" {
	port=$(/usr/bin/python3 -c 'import socket
s = [socket.socket() for _ in range(2)]
for one in s:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in s))')
	web=${port% *} port=${port#* }
	metrics_with --source kernel
	stop
	sed "s|^address = unix:.*metrics.sock|address = tcp:127.0.0.1:$port|" conf >tcp
	start --config tcp --source kernel
	cp "$ROOT/doc/prometheus-rules.yml" .
	cat >prometheus.yml <<-END
		global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 1s}
		rule_files: [prometheus-rules.yml]
		scrape_configs:
		  - job_name: seedrive
		    static_configs: [{targets: ['127.0.0.1:$port']}]
	END
	promtool check config prometheus.yml
	prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$web" >prometheus.log 2>&1 3>&- &
	echo "$!" >>servers
	/usr/bin/python3 - "$PWD/run" "$web" <<-'END'
		import json, sys, time, urllib.parse, urllib.request, egd, http_raw as h
		def query(q):
		    url = f"http://127.0.0.1:{sys.argv[2]}/api/v1/query?" + urllib.parse.urlencode({"query": q})
		    try:
		        return json.load(urllib.request.urlopen(url, timeout=60))["data"]["result"]
		    except OSError:
		        return []
		end = time.monotonic() + 600
		while not query("up") and time.monotonic() < end:
		    time.sleep(0.2)
		s, e, n = h.connect(sys.argv[1] + "/http.sock"), egd.connect(sys.argv[1] + "/egd.sock"), 0
		begin = time.monotonic()
		while time.monotonic() < begin + 20:
		    for _ in range(50):
		        h.record(h.ask(s, h.post(h.body())))
		        n += 1
		    egd.read(e, 4096)
		    time.sleep(0.05)
		while not (got := query('seedrive_seeds_issued_total{protocol="http"}')) or int(got[0]["value"][1]) < n:
		    assert time.monotonic() < end
		    time.sleep(0.2)
		assert int(got[0]["value"][1]) == n
		assert query("min_over_time(up[20s])")[0]["value"][1] == "1"
		assert int(query("count_over_time(up[20s])")[0]["value"][1]) > 20
		firing = [a["metric"]["alertname"] for a in query('ALERTS{alertstate="firing"}')]
		# This daemon has no source but the kernel, and no alert is fired because of that.
		assert not firing, firing
		print(n, "records")
	END
	stop
}
