/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/peer.h"

#include "seed/source/stream.h"

#include <errno.h>
#include <poll.h>

#define SOON_MS  150
#define LATER_MS 20000 /* ms; reached only if the test fails */

static int64_t began;

static int64_t in(int ms)
{
	began = clock_ms();
	return began + ms;
}

/* Checks that the call ended at its own deadline: not before it, and not at the later one. */
static void assert_timed_out(int r)
{
	assert_int_equal(r, -ETIMEDOUT);
	assert_in_range(clock_ms() - began, SOON_MS - 1, LATER_MS - 1);
}

static void test_read(void **state)
{
	uint8_t raw[8] = { 0 };
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(write(pair[1], "abcdef", 6), 6);
	assert_int_equal(stream_quiet(pair[0]), -EPROTO);
	assert_int_equal(stream_read(pair[0], raw, 4, in(LATER_MS)), 0);
	assert_memory_equal(raw, "abcd\0\0\0", 8);
	assert_timed_out(stream_read(pair[0], raw, 4, in(SOON_MS)));
	assert_int_equal(stream_quiet(pair[0]), 0);
	/* After the deadline, no bytes are read, even if they have arrived. */
	assert_int_equal(write(pair[1], "abcdef", 6), 6);
	assert_int_equal(stream_read(pair[0], raw, 4, clock_ms()), -ETIMEDOUT);
	close(pair[1]);
	assert_int_equal(stream_read(pair[0], raw, 7, in(LATER_MS)), -ENODATA);
	assert_int_equal(stream_quiet(pair[0]), 0);
	close(pair[0]);
}

static void test_send(void **state)
{
	static uint8_t raw[1 << 20];
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(stream_send(pair[0], "abcd", 4, in(LATER_MS)), 0);
	/* Nobody reads from the other end, so the socket fills up. */
	assert_timed_out(stream_send(pair[0], raw, sizeof(raw), in(SOON_MS)));
	close(pair[1]);
	assert_int_equal(stream_send(pair[0], "abcd", 4, in(LATER_MS)), -ENODATA);
	close(pair[0]);
}

static void test_wait(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(pipe2(pair, O_NONBLOCK | O_CLOEXEC), 0);
	assert_timed_out(stream_wait(pair[0], POLLIN, in(SOON_MS)));
	assert_int_equal(stream_wait(pair[1], POLLOUT, in(LATER_MS)), 0);
	assert_int_equal(stream_wait(pair[1], POLLOUT, clock_ms()), -ETIMEDOUT);
	assert_timed_out(stream_pause(LATER_MS, in(SOON_MS)));
	assert_int_equal(stream_pause(5, in(LATER_MS)), 0);
	assert_in_range(clock_ms() - began, 4, LATER_MS / 2);
	close(pair[0]);
	close(pair[1]);
}

static void test_unix(void **state)
{
	char path[200];
	struct stat st, node;
	int listener = listen_unix("listener"), fd, queued[64];
	size_t n;

	(void)state;
	fd = stream_unix("listener", &node, in(LATER_MS));
	assert_true(fd >= 0);
	assert_int_equal(stat("listener", &st), 0);
	assert_int_equal(st.st_ino, node.st_ino);
	close(fd);
	file_write("regular", "x", 1);
	assert_int_equal(stream_unix("regular", &node, in(LATER_MS)), -ENOTSOCK);
	assert_int_equal(stream_unix(".", &node, in(LATER_MS)), -EISDIR);
	assert_int_equal(stream_unix("absent", &node, in(LATER_MS)), -ENOENT);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(stream_unix(path, &node, in(LATER_MS)), -ENAMETOOLONG);
	/* The server accepts no connection, so in the end its queue is full. */
	for (n = 0, fd = 0; n < COUNT(queued) && fd >= 0; n++)
		queued[n] = fd = stream_unix("listener", &node, in(SOON_MS));
	assert_timed_out(fd);
	for (n--; n > 0; n--)
		close(queued[n - 1]);
	close(listener);
	assert_int_equal(stream_unix("listener", &node, in(LATER_MS)), -ECONNREFUSED);
}

static void test_tcp(void **state)
{
	char port[8], who[128], want[128];
	int listener = listen_tcp(port), fd;

	(void)state;
	fd = stream_tcp("127.0.0.1", port, in(LATER_MS));
	assert_true(fd >= 0);
	assert_true(stream_peer(fd, who, sizeof(who)));
	snprintf(want, sizeof(want), "tcp loopback:%s", port);
	assert_string_equal(who, want);
	close(fd);
	/* This is the same address, mapped into IPv6. */
	fd = stream_tcp("::ffff:127.0.0.1", port, in(LATER_MS));
	assert_true(fd >= 0);
	assert_true(stream_peer(fd, who, sizeof(who)));
	assert_string_equal(who, want);
	close(fd);
	close(listener);
	assert_int_equal(stream_tcp("127.0.0.1", port, in(LATER_MS)), -ECONNREFUSED);
	assert_int_equal(stream_tcp("no-such-host.invalid", port, in(LATER_MS)), -EADDRNOTAVAIL);
	assert_int_equal(stream_tcp("127.0.0.1", "x", in(LATER_MS)), -EADDRNOTAVAIL);
}

static void test_port(void **state)
{
	static const char *const bad[] = { "", "0", "00000", "65536", "99999", "100000", "000080",
		"-1", "+1", " 1", "1 ", "0x1", "1a" };
	size_t i;

	(void)state;
	assert_true(stream_is_port("1", 1));
	assert_true(stream_is_port("65535", 5));
	assert_true(stream_is_port("2321,host=", 4));
	for (i = 0; i < COUNT(bad); i++)
		assert_false(stream_is_port(bad[i], strlen(bad[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("stream: a read is complete, or fails at its deadline or at the end of the stream",
			test_read),
		TEST("stream: a write that nobody reads is given up at the deadline, and raises no signal",
			test_send),
		TEST("stream: every wait ends at its deadline", test_wait),
		TEST("stream: a path that is no unix socket, and a socket with a full queue, fail",
			test_unix),
		TEST("stream: a TCP peer has one name, and the loopback is recognized", test_tcp),
		TEST("stream: a port is a number from 1 to 65535", test_port),
	};

	return cmocka_run_group_tests_name("stream", tests, temp_enter, temp_leave);
}
