/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "util/journal.h"
#include "util/notify.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>

static int no_namespace; /* 0, or the errno because of which there is no mount namespace */

static void need_run(void)
{
	if (no_namespace == 0)
		return;
	print_message("# needs a mount namespace, and / to be a mount point: %s\n",
		strerror(no_namespace));
	skip();
}

static int listen_at(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(a.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

/* Receives the datagram that is waiting, and puts a zero byte after it. Returns the datagram's length. */
static size_t get(int fd, char out[8192])
{
	const ssize_t n = recv(fd, out, 8191, MSG_DONTWAIT);

	assert_true(n > 0);
	out[n] = '\0';
	return (size_t)n;
}

static void fields(void **state)
{
	int fd;
	struct journal j;
	char got[8192];

	(void)state;
	need_run();
	fd = listen_at(JOURNAL_SOCKET);
	journal_begin(&j, "tool", JOURNAL_WARNING, "gave %d blocks", 2);
	journal_field(&j, "TOOL_UID", "%u", 42u);
	journal_field(&j, "TOOL_EMPTY", "%s", "");
	journal_send(&j);
	get(fd, got);
	assert_string_equal(got,
		"MESSAGE=gave 2 blocks\nPRIORITY=4\nSYSLOG_IDENTIFIER=tool\nTOOL_UID=42\nTOOL_EMPTY=\n");
	close(fd);
	unlink(JOURNAL_SOCKET);
}

static void newline(void **state)
{
	int fd;
	static const char want[] = "MESSAGE\n\7\0\0\0\0\0\0\0a\nB=c\nd\nPRIORITY=6\n";
	struct journal j;
	char got[8192];

	(void)state;
	need_run();
	fd = listen_at(JOURNAL_SOCKET);
	/* A newline in a value does not begin another field. */
	journal_begin(&j, "tool", JOURNAL_INFO, "a\nB=c\nd");
	journal_send(&j);
	assert_true(get(fd, got) > sizeof(want));
	assert_memory_equal(got, want, sizeof(want) - 1);
	close(fd);
	unlink(JOURNAL_SOCKET);
}

static void too_long(void **state)
{
	int fd;
	struct journal j;
	char got[8192], value[2000];
	int i;

	(void)state;
	need_run();
	fd = listen_at(JOURNAL_SOCKET);
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	journal_begin(&j, "tool", JOURNAL_INFO, "%s%s%s", value, value, value);
	for (i = 0; i < 4; i++)
		journal_field(&j, "LONG", "%.1000s", value);
	journal_field(&j, "LAST", "%d", 1);
	journal_send(&j);
	/* The message is cut and ends in "..."; if a field does not fit, all of it is left out. */
	assert_true(get(fd, got) < sizeof(j.text) + 1);
	assert_true(j.full);
	assert_non_null(strstr(got, "xxx...\nPRIORITY="));
	assert_non_null(strstr(got, "\nLAST=1\n"));
	assert_int_equal(got[strlen(got) - 1], '\n');
	close(fd);
	unlink(JOURNAL_SOCKET);
}

static void attached(void **state)
{
	static char value[20001], got[32768];
	struct journal j;
	ssize_t n;
	int fd;

	(void)state;
	need_run();
	fd = listen_at(JOURNAL_SOCKET);
	memset(value, 'x', sizeof(value) - 1);
	journal_begin(&j, "tool", JOURNAL_INFO, "all of it");
	journal_field(&j, "SHORT", "%d", 1);
	journal_attach(&j, "LONG", value);
	journal_send(&j);
	n = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);
	assert_int_equal(n, j.len + strlen("LONG=\n") + sizeof(value) - 1);
	got[n] = '\0';
	assert_non_null(strstr(got, "\nSHORT=1\nLONG=xxx"));
	assert_int_equal(strspn(strstr(got, "LONG=") + 5, "x"), sizeof(value) - 1);
	assert_string_equal(got + n - 2, "x\n");
	/* A newline in a value does not begin another field. */
	journal_begin(&j, "tool", JOURNAL_INFO, "all of it");
	journal_attach(&j, "LONG", "1\nPRIORITY=0");
	journal_send(&j);
	assert_true(j.full);
	get(fd, got);
	assert_null(strstr(got, "LONG"));
	close(fd);
	unlink(JOURNAL_SOCKET);
}

/* Sends the entry, and puts what that writes to standard error into @out. */
static void send_to_stderr(struct journal *j, char out[16384])
{
	const int before = dup(STDERR_FILENO);
	int ends[2];
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	journal_send(j);
	dup2(before, STDERR_FILENO);
	close(before);
	close(ends[1]);
	n = read(ends[0], out, 16383);
	close(ends[0]);
	assert_true(n >= 0);
	out[n] = '\0';
}

static void no_journal(void **state)
{
	struct journal j;
	char got[16384], value[3000];
	int fd;

	(void)state;
	need_run();
	journal_begin(&j, "tool", JOURNAL_INFO, "one \33[31m\nline");
	journal_field(&j, "TOOL_UID", "%u", 42u);
	send_to_stderr(&j, got);
	assert_string_equal(got, "tool: one \\x1b[31m\\x0aline\n");
	/* No process reads this socket any more. */
	fd = listen_at(JOURNAL_SOCKET);
	close(fd);
	journal_begin(&j, "tool", JOURNAL_INFO, "%s", "plain");
	send_to_stderr(&j, got);
	assert_string_equal(got, "tool: plain\n");
	unlink(JOURNAL_SOCKET);
	memset(value, 1, sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	journal_begin(&j, value, JOURNAL_INFO, "%s", value);
	send_to_stderr(&j, got);
	assert_int_equal(got[strlen(got) - 1], '\n');
	assert_true(strlen(got) > 8000);
}

static void stuck_journal(void **state)
{
	int fd;
	struct journal j;
	char got[8192], err[16384];
	unsigned sent = 0, found = 0;

	(void)state;
	need_run();
	fd = listen_at(JOURNAL_SOCKET);
	/* No process reads the socket, and more entries are sent than any queue holds. That must print no message, and
	 * must not wait for ever. */
	for (sent = 0; sent < 2000; sent++) {
		journal_begin(&j, "tool", JOURNAL_INFO, "entry %u", sent);
		send_to_stderr(&j, err);
		assert_string_equal(err, "");
	}
	while (recv(fd, got, sizeof(got), MSG_DONTWAIT) > 0)
		found++;
	assert_in_range(found, 1, 1999);
	/* The next entry says how many entries were lost; the entry after that does not. */
	journal_begin(&j, "tool", JOURNAL_INFO, "again");
	journal_send(&j);
	get(fd, got);
	snprintf(err, sizeof(err), "\nSEEDRIVE_LOST=%u\n", sent - found);
	assert_non_null(strstr(got, err));
	journal_begin(&j, "tool", JOURNAL_INFO, "again");
	journal_send(&j);
	get(fd, got);
	assert_null(strstr(got, "SEEDRIVE_LOST"));
	close(fd);
	unlink(JOURNAL_SOCKET);
}

static void notified(void **state)
{
	int fd;
	char got[8192];

	(void)state;
	need_run();
	fd = listen_at("/run/notify");
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(notify("READY=1"), 0);
	setenv("NOTIFY_SOCKET", "/run/notify", 1);
	assert_int_equal(notify("READY=%d\nSTATUS=%s", 1, "well"), 0);
	get(fd, got);
	assert_string_equal(got, "READY=1\nSTATUS=well");
	assert_int_equal(notify("%01000d", 0), 0);
	assert_int_equal(get(fd, got), 511);
	close(fd);
	assert_int_equal(notify("READY=1"), -ECONNREFUSED);
	unlink("/run/notify");
	assert_int_equal(notify("READY=1"), -ENOENT);
	setenv("NOTIFY_SOCKET", "relative", 1);
	assert_int_equal(notify("READY=1"), -EINVAL);
	setenv("NOTIFY_SOCKET", "", 1);
	assert_int_equal(notify("READY=1"), -EINVAL);
	unsetenv("NOTIFY_SOCKET");
}

static void notified_abstract(void **state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char name[64], got[8192];
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)state;
	snprintf(name, sizeof(name), "@seedrive-test-%d", (int)getpid());
	memcpy(a.sun_path + 1, name + 1, strlen(name) - 1);
	assert_int_equal(
		bind(fd, (struct sockaddr *)&a,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
		0);
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(notify("STOPPING=1"), 0);
	get(fd, got);
	assert_string_equal(got, "STOPPING=1");
	unsetenv("NOTIFY_SOCKET");
	close(fd);
}

static void watchdog(void **state)
{
	char pid[24];

	(void)state;
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(notify_watchdog_ms(), 15000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_ms(), 15000);
	setenv("WATCHDOG_USEC", "1", 1);
	assert_int_equal(notify_watchdog_ms(), 1);
	setenv("WATCHDOG_USEC", "99999999999999999999999", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "12x", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "-5", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

/* Creates a mount namespace. A user who is not root first becomes root in a user namespace. */
static int own_namespace(void)
{
	const uid_t uid = geteuid();
	const gid_t gid = getegid();
	char map[32];

	if (uid == 0)
		return unshare(CLONE_NEWNS);
	if (unshare(CLONE_NEWNS | CLONE_NEWUSER) < 0)
		return -1;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	file_write("/proc/self/uid_map", map, strlen(map));
	file_write("/proc/self/setgroups", "deny", 4);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	file_write("/proc/self/gid_map", map, strlen(map));
	return 0;
}

/* Mounts a private /run, which only this process sees and which ends with it. */
static int own_run(void **state)
{
	(void)state;
	if (own_namespace() < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		no_namespace = errno;
		return 0;
	}
	if (mount("run", "/run", "tmpfs", 0, NULL) < 0)
		return -1;
	return mkdir("/run/systemd", 0755) < 0 || mkdir("/run/systemd/journal", 0755) < 0 ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("journal: an entry has its fields, one on each line", fields),
		TEST("journal: a value with a newline is sent with its length, and does not begin another field",
			newline),
		TEST("journal: a long message is cut, a long field left out, and the rest arrives",
			too_long),
		TEST("journal: an attached field may have any length, and arrives whole", attached),
		TEST("journal: without a journal the message is a line on standard error, control "
		     "characters shown",
			no_journal),
		TEST("journal: a stuck journal blocks nobody, and later gets the number of lost entries",
			stuck_journal),
		TEST("notify: the service manager gets the message, if there is one", notified),
		TEST("notify: the manager's socket may be in the abstract namespace",
			notified_abstract),
		TEST("notify: the watchdog interval is halved, and ignored if it is meant for another process",
			watchdog),
	};

	return cmocka_run_group_tests_name("journal", tests, own_run, NULL);
}
