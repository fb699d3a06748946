/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

/* The source file is included a second time, so that the tests can call its timers, and decide whether the thread that
 * draws is late. */
#define serve          looped_serve
#define refill_is_late fake_is_late
#define log_late       fake_log_late
#include "serve/loop.c"
#undef log_late
#undef refill_is_late
#undef serve

#include <sys/socket.h>
#include <sys/un.h>

#define NOTIFY "notify"

static bool late, restarts;
static unsigned entries;

bool fake_is_late(struct refill *r, int64_t now_ms)
{
	(void)r;
	(void)now_ms;
	return late;
}

void fake_log_late(bool watched)
{
	entries++;
	restarts = watched;
}

static void open_server(struct server *s)
{
	*s = (struct server){ .reservoir = reservoir_new(4), .refill = (struct refill *)s };
	assert_non_null(s->reservoir);
	restored_init(&s->restored, VMCLOCK_DEVICE);
	subuids_init(&s->subuids, "absent", "absent");
}

static void close_server(struct server *s)
{
	subuids_clear(&s->subuids);
	restored_clear(&s->restored);
	reservoir_free(s->reservoir);
}

static int open_manager(void)
{
	const struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = NOTIFY };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char *path = realpath(".", NULL);
	char name[4096];

	assert_true(fd >= 0);
	assert_non_null(path);
	snprintf(name, sizeof(name), "%s/" NOTIFY, path);
	free(path);
	unlink(NOTIFY);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

/* Takes all messages from the socket. Returns: how many of them were @word. */
static unsigned count(int fd, const char *word)
{
	char line[512];
	unsigned n = 0;
	ssize_t len;

	while ((len = recv(fd, line, sizeof(line), 0)) > 0)
		n += (size_t)len == strlen(word) && memcmp(line, word, (size_t)len) == 0;
	return n;
}

static void fill(void)
{
	while (notify("X=1") == 0)
		;
}

static int refuse(void *to, struct serve_options *ret, struct fault *f)
{
	(void)to;
	(void)ret;
	return fault_set(f, -EINVAL, "refused");
}

static void ready_again(void **state)
{
	struct server s;
	int manager;

	(void)state;
	manager = open_manager();
	open_server(&s);
	fill();
	on_tick(-1, 0, &s);
	assert_int_equal(count(manager, "READY=1"), 0);
	on_tick(-1, 0, &s);
	assert_int_equal(count(manager, "READY=1"), 1);
	on_tick(-1, 0, &s);
	assert_int_equal(count(manager, "READY=1"), 0);
	/* systemd waits for the same message after a reload. */
	s.parts.streams = &s.streams;
	s.options = &(struct serve_options){ .reread = refuse };
	fill();
	on_hangup(-1, 0, &s);
	assert_int_equal(count(manager, "READY=1"), 0);
	on_tick(-1, 0, &s);
	assert_int_equal(count(manager, "READY=1"), 1);
	unsetenv("NOTIFY_SOCKET");
	close(manager);
	close_server(&s);
}

static void hangs(void **state)
{
	struct server s;

	(void)state;
	unsetenv("WATCHDOG_USEC");
	open_server(&s);
	late = false;
	on_tick(-1, 0, &s);
	assert_false(s.parts.late);
	late = true;
	on_tick(-1, 0, &s);
	assert_true(s.parts.late);
	assert_int_equal(entries, 1);
	assert_false(restarts);
	on_tick(-1, 0, &s);
	assert_int_equal(entries, 1);
	late = false;
	on_tick(-1, 0, &s);
	assert_false(s.parts.late);
	setenv("WATCHDOG_USEC", "60000000", 1);
	late = true;
	on_tick(-1, 0, &s);
	assert_int_equal(entries, 2);
	assert_true(restarts);
	unsetenv("WATCHDOG_USEC");
	close_server(&s);
}

/* Once the tick has noticed that the thread is late, the watchdog is not notified either. */
static void watchdog(void **state)
{
	struct server s;
	int manager;

	(void)state;
	manager = open_manager();
	setenv("WATCHDOG_USEC", "60000000", 1);
	open_server(&s);
	late = false;
	entries = 0;
	on_watchdog(-1, 0, &s);
	assert_int_equal(count(manager, "WATCHDOG=1"), 1);
	late = true;
	on_watchdog(-1, 0, &s);
	on_tick(-1, 0, &s);
	on_watchdog(-1, 0, &s);
	assert_int_equal(count(manager, "WATCHDOG=1"), 0);
	assert_int_equal(entries, 1);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	close(manager);
	close_server(&s);
}

static void vmclock_late(void **state)
{
	/* Magic, size and version; see linux/vmclock-abi.h. */
	static const uint8_t page[4096] = { 'V', 'C', 'L', 'K', 0, 16, 0, 0, 1 };
	struct server s;

	(void)state;
	late = false;
	open_server(&s);
	restored_clear(&s.restored);
	restored_init(&s.restored, "vmclock");
	file_write("vmclock", page, sizeof(page));
	on_tick(-1, 0, &s);
	assert_non_null(s.restored.page);
	close_server(&s);
}

static int enter(void **state)
{
	return secret_setup() < 0 ? -1 : temp_enter(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("loop: if the service manager's socket is full, READY is sent again",
			ready_again),
		TEST("loop: a thread that hangs is reported once, also without a watchdog", hangs),
		TEST("loop: while the thread hangs, the watchdog is not notified", watchdog),
		TEST("loop: a vmclock page that appears late is found at a tick", vmclock_late),
	};

	return cmocka_run_group_tests_name("loop", tests, enter, temp_leave);
}
