/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/lease.h"

/* The file that is tested, with names and a clock of its own. The library has the same functions. */
#include "util/clock.h"

static int64_t skipped_ms, steps_ms;

static int64_t fake_ms(void)
{
	return clock_ms() + (skipped_ms += steps_ms);
}

#define clock_ms         fake_ms
#define open_kind        tested_open_kind
#define open_nonblocking tested_open_nonblocking
#define open_text        tested_open_text
#include "util/open.c"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/un.h>

#define ANY (OPEN_FILE | OPEN_DISK | OPEN_FOLDER)

static char folder[] = "/tmp/test_open.XXXXXX";

static int begin(void **state)
{
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	fd = open("file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "text", 4), 4);
	close(fd);
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(mkdir("folder/below", 0700), 0);
	assert_int_equal(link("file", "folder/below/file"), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(symlink("file", "link"), 0);
	assert_int_equal(symlink("folder", "link-to-folder"), 0);
	assert_int_equal(symlink("fifo", "link-to-fifo"), 0);
	return 0;
}

static int end(void **state)
{
	const char *const names[] = { "file", "folder/below/file", "folder/below", "folder", "fifo",
		"link", "link-to-folder", "link-to-fifo", "socket" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		(void)remove(names[i]);
	return chdir("/") < 0 ? -1 : rmdir(folder);
}

/* Opens and closes @path. Returns 0, or the errno. */
static int try(const char *path, int flags, unsigned kinds)
{
	struct stat st;
	int fd = open_kind(AT_FDCWD, path, flags, kinds, &st);

	if (fd < 0)
		return fd;
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	return 0;
}

static void kinds(void **state)
{
	struct stat st;
	char text[8];
	int fd;

	(void)state;
	fd = open_kind(AT_FDCWD, "link", O_RDONLY, OPEN_FILE, &st);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, sizeof(text)), 4);
	assert_int_equal(st.st_size, 4);
	close(fd);
	assert_int_equal(try("file", O_RDWR, OPEN_FILE), 0);
	assert_int_equal(try("folder", O_RDONLY, OPEN_FOLDER), 0);
	assert_int_equal(try("folder", O_RDONLY, OPEN_FILE | OPEN_DISK), -EMEDIUMTYPE);
	assert_int_equal(try("file", O_RDONLY, OPEN_FOLDER), -EMEDIUMTYPE);
	assert_int_equal(try("/dev/null", O_RDONLY, ANY), -EMEDIUMTYPE);
	assert_int_equal(try("/dev/null", O_RDONLY, ANY | OPEN_NULL), 0);
	assert_int_equal(try("/dev/zero", O_RDONLY, ANY | OPEN_NULL), -EMEDIUMTYPE);
	assert_int_equal(try("missing", O_RDONLY, ANY), -ENOENT);
	assert_int_equal(try("", O_RDONLY, ANY), -ENOENT);
	assert_int_equal(try("file/below", O_RDONLY, ANY), -ENOTDIR);
}

static void untouched(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "socket" };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	close(fd);
	assert_int_equal(open_kind(AT_FDCWD, "socket", O_RDONLY, ANY, &st), -EMEDIUMTYPE);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(open_kind(AT_FDCWD, "link-to-fifo", O_RDONLY, ANY, &st), -EMEDIUMTYPE);
	assert_true(S_ISFIFO(st.st_mode));
	/* If open_kind() had the FIFO open for reading, a writer could open it. */
	assert_int_equal(open("fifo", O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1);
	assert_int_equal(errno, ENXIO);
}

static void links(void **state)
{
	char whole[PATH_MAX];

	(void)state;
	assert_int_equal(try("link", O_RDONLY | O_NOFOLLOW, ANY), -ELOOP);
	assert_int_equal(try("file", O_RDONLY | O_NOFOLLOW, ANY), 0);
	assert_int_equal(try("link-to-folder/below/file", O_RDONLY | O_NOFOLLOW, ANY), 0);
	assert_int_equal(try("link", O_RDONLY, ANY | OPEN_NO_LINKS), -ELOOP);
	assert_int_equal(try("link-to-folder/below/file", O_RDONLY, ANY | OPEN_NO_LINKS), -ELOOP);
	assert_int_equal(try("folder/../link-to-folder/", O_RDONLY, ANY | OPEN_NO_LINKS), -ELOOP);
	assert_int_equal(try("file", O_RDWR, ANY | OPEN_NO_LINKS), 0);
	assert_int_equal(try("./folder//below/../below/file", O_RDONLY, ANY | OPEN_NO_LINKS), 0);
	assert_int_equal(try("/", O_RDONLY, ANY | OPEN_NO_LINKS), 0);
	assert_int_equal(try("file/x", O_RDONLY, ANY | OPEN_NO_LINKS), -ENOTDIR);
	assert_int_equal(try("missing/x", O_RDONLY, ANY | OPEN_NO_LINKS), -ENOENT);
	assert_int_equal(try("", O_RDONLY, ANY | OPEN_NO_LINKS), -ENOENT);
	snprintf(whole, sizeof(whole), "%s/folder/below/file", folder);
	assert_int_equal(try(whole, O_RDONLY, ANY | OPEN_NO_LINKS), 0);
	snprintf(whole, sizeof(whole), "%s/link-to-folder/below/file", folder);
	assert_int_equal(try(whole, O_RDONLY, ANY | OPEN_NO_LINKS), -ELOOP);
	assert_int_equal(try("/proc/self/cwd/file", O_RDONLY, ANY | OPEN_NO_LINKS), -ELOOP);
}

/* Whatever the result is, no descriptor is left open. */
static void closed(void **state)
{
	const int next = dup(STDERR_FILENO);
	const unsigned all[] = { ANY, ANY | OPEN_NO_LINKS };
	const char *const names[] = { "file", "fifo", "link", "missing", "folder/below/file",
		"folder/below/none", "link-to-folder/below", "/", "/dev/null" };
	size_t i, j;
	int now;

	(void)state;
	close(next);
	for (i = 0; i < COUNT(names); i++)
		for (j = 0; j < COUNT(all); j++)
			(void)try(names[i], O_RDONLY, all[j]);
	now = dup(STDERR_FILENO);
	close(now);
	assert_int_equal(now, next);
}

/* --- leases --- */

static void lease_given_up(void **state)
{
	pid_t pid = lease_hold("file", 100);
	int fd = open_nonblocking(AT_FDCWD, "file", O_RDONLY);

	(void)state;
	lease_end(pid);
	assert_true(fd >= 0);
	close(fd);
	pid = lease_hold("file", 100);
	assert_int_equal(try("file", O_RDWR, OPEN_FILE), 0);
	lease_end(pid);
	pid = lease_hold("file", 100);
	assert_int_equal(try("link", O_RDONLY, OPEN_FILE), 0);
	lease_end(pid);
}

static void lease_kept(void **state)
{
	pid_t pid = lease_hold("file", 0);
	int fd;

	(void)state;
	steps_ms = 20000;
	fd = open_nonblocking(AT_FDCWD, "file", O_RDONLY);
	steps_ms = 0;
	lease_end(pid);
	assert_int_equal(fd, -EWOULDBLOCK);
	pid = lease_hold("file", 0);
	assert_int_equal(try("file", O_RDONLY, OPEN_FILE | OPEN_AT_ONCE), -EWOULDBLOCK);
	lease_end(pid);
	assert_non_null(strstr(open_text(fd), "lease"));
	assert_string_equal(open_text(-ENOENT), strerror(ENOENT));
}

/* If SIGTERM is blocked, it cannot interrupt the wait itself. */
static void lease_interrupted(void **state)
{
	pid_t pid = lease_hold("file", 0);
	struct sigaction before;
	sigset_t set, old;
	int fd;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &old);
	raise(SIGTERM);
	fd = open_nonblocking(AT_FDCWD, "file", O_RDONLY);
	sigaction(SIGTERM, &(struct sigaction){ .sa_handler = SIG_IGN }, &before);
	sigaction(SIGTERM, &before, NULL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	lease_end(pid);
	assert_int_equal(fd, -EINTR);
}

static void fifo_at_once(void **state)
{
	(void)state;
	assert_int_equal(open_nonblocking(AT_FDCWD, "fifo", O_WRONLY), -ENXIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("open: a file, a folder and a disk are opened if the caller asks for that kind",
			kinds),
		TEST("open: a FIFO or a socket is not touched", untouched),
		TEST("open: a symbolic link is refused, at the end of the path or within it",
			links),
		TEST("open: no descriptor is left open", closed),
		TEST("open: a lease of another process is waited for", lease_given_up),
		TEST("open: ... for two minutes, or not at all, and then the message names it",
			lease_kept),
		TEST("open: ... or until a signal wants to end the process", lease_interrupted),
		TEST("open: a FIFO without a reader fails at once", fifo_at_once),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
