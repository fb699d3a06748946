/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/peer.h"
#include "tests/lib/source_text.h"

#include "seed/source/source.h"
#include "seed/source/stream.h"

#include <errno.h>
#include <sys/sysmacros.h>

#define SOON_MS  150
#define LATER_MS 20000 /* ms; reached only if the test fails */

static int open_arg(const char *arg, int bits, int ms, struct source_handle *h)
{
	struct source_spec spec = {
		.src = &source_egd, .stated = bits >= 0, .stated_mbit = 1000 * (unsigned)bits
	};

	strcpy(spec.arg, arg);
	return source_open(&spec, h, clock_ms() + ms);
}

static void test_check(void **state)
{
	static const struct source_text row[] = {
		{ "egd:unix:/run/egd-pool", NULL },
		{ "egd:unix:a:b,bits=4", NULL },
		{ "egd:tcp:localhost:8888,bits=4", NULL },
		{ "egd:tcp:[::1]:8888", NULL },
		{ "egd:tcp:10.0.0.1:1", NULL },
		{ "egd", "a path is missing" },
		{ "egd:", "a path is missing" },
		{ "egd:/run/egd-pool", "must be unix:PATH or tcp:HOST:PORT" },
		{ "egd:unix:", "must be unix:PATH or tcp:HOST:PORT" },
		{ "egd:udp:a:1", "must be unix:PATH or tcp:HOST:PORT" },
		{ "egd:tcp:", "must be tcp:HOST:PORT" },
		{ "egd:tcp:localhost", "must be tcp:HOST:PORT" },
		{ "egd:tcp::8888", "must be tcp:HOST:PORT" },
		{ "egd:tcp:::1:8888", "an IPv6 address in brackets" },
		{ "egd:tcp:[]:8888", "must be tcp:HOST:PORT" },
		{ "egd:tcp:a:", "must be 1 to 65535" },
		{ "egd:tcp:a:0", "must be 1 to 65535" },
		{ "egd:tcp:a:65536", "must be 1 to 65535" },
		{ "egd:tcp:a:http", "must be 1 to 65535" },
		{ "egd:tcp:a:80,host=b", "unknown setting" },
	};

	(void)state;
	check_source_texts(row, COUNT(row));
	check_socket_path_length("egd:unix:");
}

static void test_worth(void **state)
{
	char port[8], arg[64], device[64];
	int listener = listen_tcp(port), local = listen_unix("pool");
	struct source_handle h;
	struct stat st;

	(void)state;
	snprintf(arg, sizeof(arg), "tcp:127.0.0.1:%s", port);
	snprintf(device, sizeof(device), "tcp loopback:%s", port);
	assert_int_equal(open_arg(arg, -1, LATER_MS, &h), 0);
	assert_int_equal(h.assessed_bits, 0);
	source_egd.close(&h);
	assert_int_equal(open_arg(arg, 4, LATER_MS, &h), 0);
	assert_int_equal(h.assessed_bits, 4);
	assert_string_equal(h.device, device);
	source_egd.close(&h);
	assert_int_equal(open_arg("unix:pool", -1, LATER_MS, &h), 0);
	assert_int_equal(h.assessed_bits, 0);
	source_egd.close(&h);
	assert_int_equal(stat("pool", &st), 0);
	snprintf(device, sizeof(device), "inode %u:%u:%lu", major(st.st_dev), minor(st.st_dev),
		(unsigned long)st.st_ino);
	assert_int_equal(open_arg("unix:./pool", 8, LATER_MS, &h), 0);
	assert_int_equal(h.assessed_bits, 8);
	assert_string_equal(h.device, device);
	source_egd.close(&h);
	close(listener);
	close(local);
}

static void test_none(void **state)
{
	struct source_handle h;
	char port[8], arg[64];

	(void)state;
	close(listen_tcp(port));
	snprintf(arg, sizeof(arg), "tcp:127.0.0.1:%s", port);
	assert_int_equal(open_arg(arg, 4, LATER_MS, &h), -ECONNREFUSED);
	assert_int_equal(h.fd, -1);
	file_write("regular", "x", 1);
	assert_int_equal(open_arg("unix:regular", 4, LATER_MS, &h), -ENOTSOCK);
	assert_int_equal(open_arg("unix:.", 4, LATER_MS, &h), -EISDIR);
	assert_int_equal(open_arg("unix:absent", 4, LATER_MS, &h), -ENOENT);
	assert_int_equal(open_arg("tcp:no-such-host.invalid:1", 4, LATER_MS, &h), -EADDRNOTAVAIL);
	assert_string_equal(source_egd.why(-EADDRNOTAVAIL), "no such host");
	assert_null(source_egd.why(-ETIMEDOUT));
}

/* --- the protocol --- */

static uint8_t raw[1100];

/* Returns the result of a request for @len bytes to a server that behaves as @peer says. */
static int fill_from(const struct peer *peer, size_t len, int ms)
{
	int listener = listen_unix("pool"), r;
	pid_t pid = peer_start(peer, listener);
	struct source_handle h;

	memset(raw, 0x3c, sizeof(raw));
	assert_int_equal(open_arg("unix:pool", 4, ms, &h), 0);
	r = source_egd.fill(&h, raw, len);
	source_egd.close(&h);
	assert_int_equal(h.fd, -1);
	peer_stop(pid);
	close(listener);
	return r;
}

/* The client must send exactly these requests to the server. */
static void test_exact(void **state)
{
	/* The requests for 265 bytes, and for 335 more. */
	static const uint8_t want[] = { 2, 10, 2, 255, 2, 255, 2, 80 };
	static uint8_t pool[600];
	int listener = listen_unix("pool"), fd, status;
	struct source_handle h;
	uint8_t request[2];
	uint64_t rng = 4;
	size_t i, at = 0;
	pid_t pid;

	(void)state;
	random_fill(&rng, pool, sizeof(pool));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		fd = accept(listener, NULL, NULL);
		for (i = 0; i < sizeof(want); i += 2) {
			if (recv(fd, request, 2, MSG_WAITALL) != 2 ||
				memcmp(request, want + i, 2) != 0)
				_exit(1);
			/* Each answer comes in two pieces. */
			if (send(fd, pool + at, 3, 0) != 3 ||
				send(fd, pool + at + 3, request[1] - 3u, 0) != request[1] - 3)
				_exit(2);
			at += request[1];
		}
		_exit(recv(fd, request, 2, MSG_WAITALL) == 0 ? 0 : 3);
	}
	assert_int_equal(open_arg("unix:pool", 4, LATER_MS, &h), 0);
	assert_int_equal(source_egd.fill(&h, raw, 265), 0);
	assert_int_equal(source_egd.fill(&h, raw + 265, 335), 0);
	assert_memory_equal(raw, pool, 600);
	source_egd.close(&h);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(listener);
}

static void test_hangs_up(void **state)
{
	struct reply reply[] = { { .len = 10 }, { .len = 255 }, { .len = 100 } };
	const struct peer half = { reply, 3, true, false, 2 }, none = { reply, 0, true, false, 2 };
	const struct peer at_once = { reply, 1, true, false, 2 };

	(void)state;
	assert_int_equal(fill_from(&half, 600, LATER_MS), -ENODATA);
	assert_int_equal(fill_from(&none, 600, LATER_MS), -ENODATA);
	assert_int_equal(fill_from(&at_once, 11, LATER_MS), -ENODATA);
	assert_string_equal(source_egd.why(-ENODATA),
		"the server closed the connection before it had sent all bytes");
}

static void test_silent(void **state)
{
	struct reply reply[] = { { .len = 10 }, { .len = 100 } };
	const struct peer half = { reply, 2, false, false, 2 },
			  none = { reply, 0, false, false, 2 };
	int64_t began = clock_ms();

	(void)state;
	assert_int_equal(fill_from(&half, 265, SOON_MS), -ETIMEDOUT);
	assert_in_range(clock_ms() - began, SOON_MS - 1, LATER_MS - 1);
	assert_int_equal(fill_from(&none, 265, SOON_MS), -ETIMEDOUT);
	assert_int_equal(raw[0], 0x3c);
}

static void test_surplus(void **state)
{
	struct reply reply[] = { { .len = 10 }, { .len = 256 } }, early[] = { { .len = 4 } };
	struct reply at_once[] = { { .len = 11 } };
	const struct peer behind = { reply, 2, false, false, 2 };
	const struct peer first = { early, 1, false, true, 2 };
	const struct peer more = { at_once, 1, true, false, 2 };
	struct source_handle h;
	int listener;
	pid_t pid;

	(void)state;
	assert_int_equal(fill_from(&behind, 265, LATER_MS), -EPROTO);
	assert_int_equal(fill_from(&more, 10, LATER_MS), -EPROTO);
	/* This server sends bytes before the first request; the test waits until they have arrived. */
	listener = listen_unix("pool");
	pid = peer_start(&first, listener);
	assert_int_equal(open_arg("unix:pool", 4, LATER_MS, &h), 0);
	while (stream_quiet(h.fd) == 0)
		assert_int_equal(stream_pause(5, h.deadline_ms), 0);
	memset(raw, 0x3c, sizeof(raw));
	assert_int_equal(source_egd.fill(&h, raw, 10), -EPROTO);
	assert_int_equal(raw[0], 0x3c);
	source_egd.close(&h);
	peer_stop(pid);
	close(listener);
	assert_non_null(strstr(source_egd.why(-EPROTO), "is it an EGD server?"));
}

/* A server with a text protocol takes a request for a line, and answers like this. */
static void test_http(void **state)
{
	struct reply reply[] = {
		{ .bytes = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" }
	};
	const struct peer closes = { reply, 1, true, false, 2 },
			  stays = { reply, 1, false, false, 2 };

	(void)state;
	reply[0].len = strlen((char *)reply[0].bytes);
	assert_int_equal(fill_from(&closes, 1024, LATER_MS), -EPROTO);
	assert_int_equal(fill_from(&stays, 1024, LATER_MS), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("source: egd: a malformed argument is refused before anything is opened",
			test_check),
		TEST("source: egd: a stated assessment counts for a server on this machine; one server has one "
		     "name",
			test_worth),
		TEST("source: egd: a folder, a file and a missing server are distinguished",
			test_none),
		TEST("source: egd: exact lengths are requested, 255 bytes at a time after the first 10",
			test_exact),
		TEST("source: egd: a server that closes the connection, at once or half way, has failed",
			test_hangs_up),
		TEST("source: egd: a server that stops answering is given up at the deadline",
			test_silent),
		TEST("source: egd: one byte more than requested, before or after the answer, fails it",
			test_surplus),
		TEST("source: egd: a server of a text protocol, such as HTTP, is not taken for an EGD server",
			test_http),
	};

	return cmocka_run_group_tests_name("source-egd", tests, temp_enter, temp_leave);
}
