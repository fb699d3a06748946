/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "seed/source/reader.h"
#include "util/clock.h"
#include "util/secret.h"

#include <dirent.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sodium.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define SOON_MS  2000
#define LATER_MS 60000 /* ms; reached only if the test fails */

/* What the fake source does in the child, and what it records for the test. */
enum deed {
	GIVE,      /* delivers the bytes 0, 1, 2, ... */
	HANG_OPEN, /* hangs, and ignores every signal except SIGKILL */
	HANG_FILL, /* the same, but only at the second fill */
	FAIL_OPEN,
	FAIL_FILL,  /* the second fill returns an error */
	DIE,        /* the second fill ends the child by a signal */
	TELL_WORLD, /* delivers facts about the child, as below */
};

struct seen {
	pid_t pid;
	uint8_t next;
	unsigned fills;
	int descriptors;      /* number of open descriptors, without the two that it needs */
	bool default_signals; /* SIGTERM has its default action, and is not blocked */
	bool secret_gone;     /* the parent's memory from secret_new() reads as zeros */
};

static struct seen *seen; /* shared with the child */
static enum deed deed;
static uint8_t *secret;

static void hang(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (;;)
		pause();
}

static int count_descriptors(void)
{
	int fd, count = 0;

	for (fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void look_around(void)
{
	struct sigaction act;
	sigset_t mask;

	seen->descriptors = count_descriptors();
	seen->default_signals = sigaction(SIGTERM, NULL, &act) == 0 && act.sa_handler == SIG_DFL &&
		sigprocmask(SIG_SETMASK, NULL, &mask) == 0 && !sigismember(&mask, SIGTERM);
	seen->secret_gone = sodium_is_zero(secret, 64);
}

static int fake_open(const struct source_spec *spec, struct source_handle *h)
{
	(void)spec;
	seen->pid = getpid();
	if (deed == HANG_OPEN)
		hang();
	if (deed == FAIL_OPEN)
		return -ENXIO;
	if (deed == TELL_WORLD)
		look_around();
	source_set_assessed(h, 3, 7, "as the test says");
	strcpy(h->device, "fake 7");
	return 0;
}

static int fake_fill(struct source_handle *h, uint8_t *raw, size_t len)
{
	size_t i;

	(void)h;
	seen->fills++;
	if (seen->fills == 2 && deed == HANG_FILL)
		hang();
	if (seen->fills == 2 && deed == DIE)
		raise(SIGSEGV);
	for (i = 0; i < len; i++)
		raw[i] = seen->next++;
	return seen->fills == 2 && deed == FAIL_FILL ? -EREMOTEIO : 0;
}

static void fake_close(struct source_handle *h)
{
	(void)h;
}

static const struct source fake = { .name = "fake",
	.what = "fake",
	.kind = SOURCE_DEVICE,
	.assessed_bits = 8,
	.per_bytes = 1,
	.open = fake_open,
	.fill = fake_fill,
	.close = fake_close };

static uint64_t want(const struct source_handle *h, const void *ctx)
{
	/* The callback is called only while the device is open. */
	return h->assessed_bits == 3 ? *(const uint64_t *)ctx : 0;
}

static void start_for(struct reader *r, enum deed what, uint64_t len, unsigned timeout_ms)
{
	static const struct source_spec spec = { .src = &fake };

	memset(seen, 0, sizeof(*seen));
	deed = what;
	assert_int_equal(reader_start(r, &spec, timeout_ms, want, &len), 0);
	assert_true(reader_live(r));
}

static void start(struct reader *r, enum deed what, uint64_t len)
{
	start_for(r, what, len, LATER_MS);
}

/* A later call collects the killed child, so it does not stay a zombie. */
static void assert_gone(pid_t pid)
{
	static const struct source_spec spec = { .src = &fake };
	uint64_t len = 0;
	int i;

	for (i = 0; i < 6000 && kill(pid, 0) == 0; i++) {
		struct reader r;

		usleep(10000);
		deed = GIVE;
		assert_int_equal(reader_start(&r, &spec, LATER_MS, want, &len), 0);
		reader_end(&r);
	}
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void test_gives(void **state)
{
	static uint8_t raw[5000];
	struct source_handle h;
	struct reader r;
	size_t at, n, i;

	(void)state;
	start(&r, GIVE, sizeof(raw));
	reader_go(&r);
	assert_int_equal(reader_open(&r, &h), 0);
	assert_int_equal(h.assessed_bits, 3);
	assert_int_equal(h.per_bytes, 7);
	assert_string_equal(h.device, "fake 7");
	assert_string_equal(h.remark, "as the test says");
	/* The sizes of the reads do not matter. */
	for (at = 0, n = 1; at < sizeof(raw); at += n, n = n * 3 % 700 + 1) {
		if (n > sizeof(raw) - at)
			n = sizeof(raw) - at;
		assert_int_equal(reader_read(&r, raw + at, n), 0);
	}
	for (i = 0; i < sizeof(raw); i++)
		assert_int_equal(raw[i], (uint8_t)i);
	/* The child delivers as many bytes as the callback asked for, and no more. */
	assert_int_equal(reader_read(&r, raw, 1), -ECHILD);
	reader_end(&r);
	assert_false(reader_live(&r));
	reader_end(&r);
}

static void test_waits_for_go(void **state)
{
	struct source_handle h;
	struct reader r;
	pid_t pid;

	(void)state;
	start(&r, GIVE, 10);
	pid = r.pid;
	usleep(50000);
	assert_int_equal(seen->pid, 0);
	/* reader_end() ends a child that has not opened anything yet. */
	reader_end(&r);
	assert_gone(pid);
	start(&r, GIVE, 10);
	reader_go(&r);
	assert_int_equal(reader_open(&r, &h), 0);
	assert_int_equal(seen->pid, r.pid);
	reader_end(&r);
}

static void test_hangs(void **state)
{
	uint8_t raw[1024];
	struct source_handle h;
	struct reader r;
	int64_t began;
	pid_t pid;

	(void)state;
	start_for(&r, HANG_OPEN, 10, SOON_MS);
	pid = r.pid;
	began = clock_ms();
	reader_go(&r);
	assert_int_equal(reader_open(&r, &h), -ETIMEDOUT);
	assert_true(clock_ms() - began >= SOON_MS);
	reader_end(&r);
	assert_gone(pid);

	start_for(&r, HANG_FILL, sizeof(raw), SOON_MS);
	pid = r.pid;
	reader_go(&r);
	assert_int_equal(reader_open(&r, &h), 0);
	assert_int_equal(reader_read(&r, raw, sizeof(raw)), -ETIMEDOUT);
	reader_end(&r);
	assert_gone(pid);
}

/* If the draw is stopped, a call that waits for the reader returns at once, and so does each later call. */
static void test_is_stopped(void **state)
{
	const int stop = eventfd(1, EFD_CLOEXEC);
	struct source_handle h;
	struct reader r;
	int64_t began;
	uint8_t byte;
	pid_t pid;

	(void)state;
	start_for(&r, HANG_OPEN, 10, LATER_MS);
	pid = r.pid;
	reader_set_stop(&r, &stop);
	began = clock_ms();
	reader_go(&r);
	assert_int_equal(reader_open(&r, &h), -ECANCELED);
	assert_int_equal(reader_read(&r, &byte, 1), -ECANCELED);
	assert_true(clock_ms() - began < LATER_MS);
	reader_end(&r);
	assert_gone(pid);
	close(stop);
}

/* Bytes that arrived before the deadline can be read after it. */
static void test_late_taker(void **state)
{
	uint8_t raw[1024];
	struct source_handle h;
	struct reader r;

	(void)state;
	start_for(&r, GIVE, sizeof(raw), SOON_MS);
	reader_go(&r);
	while (clock_ms() <= r.deadline_ms)
		usleep(10000);
	assert_int_equal(reader_open(&r, &h), 0);
	assert_int_equal(reader_read(&r, raw, sizeof(raw)), 0);
	reader_end(&r);
}

/* If nobody reads, the pipe holds all bytes that the largest seed needs of the device with the lowest rate. */
static void test_nobody_takes(void **state)
{
	uint8_t raw[4096];
	struct source_handle h;
	struct reader r;
	int i;

	(void)state;
	start(&r, GIVE, 200 * sizeof(raw));
	reader_go(&r);
	for (i = 0; i < 6000 && seen->fills < 1600; i++)
		usleep(10000);
	assert_int_equal(seen->fills, 1600);
	assert_int_equal(reader_open(&r, &h), 0);
	for (i = 0; i < 200; i++)
		assert_int_equal(reader_read(&r, raw, sizeof(raw)), 0);
	reader_end(&r);
}

static void test_fails(void **state)
{
	uint8_t raw[1024];
	struct source_handle h;
	struct reader r;

	(void)state;
	start(&r, FAIL_OPEN, 10);
	reader_go(&r);
	assert_int_equal(reader_open(&r, &h), -ENXIO);
	reader_end(&r);
	start(&r, FAIL_FILL, sizeof(raw));
	reader_go(&r);
	assert_int_equal(reader_open(&r, &h), 0);
	assert_int_equal(reader_read(&r, raw, sizeof(raw)), -EREMOTEIO);
	reader_end(&r);
	start(&r, DIE, sizeof(raw));
	reader_go(&r);
	assert_int_equal(reader_open(&r, &h), 0);
	assert_int_equal(reader_read(&r, raw, sizeof(raw)), -ECHILD);
	reader_end(&r);
}

static void test_child_is_alone(void **state)
{
	struct source_handle h;
	struct reader r, other;
	int own = open("/dev/null", O_RDONLY);

	(void)state;
	assert_true(own >= 0);
	start(&other, GIVE, 10);
	start(&r, TELL_WORLD, 10);
	reader_go(&r);
	assert_int_equal(reader_open(&r, &h), 0);
	assert_int_equal(seen->descriptors, 2);
	assert_true(seen->default_signals);
	assert_true(seen->secret_gone);
	assert_int_equal(secret[5], 0x77);
	reader_end(&r);
	reader_end(&other);
	close(own);
}

/* Simulates a kernel without close_range(2). That cannot be undone, so it happens in a separate process. */
static int forbid_close_range(void)
{
	struct sock_filter rows[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { sizeof(rows) / sizeof(*rows), rows };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0 ||
		close_range(1000, 1000, 0) == 0;
}

static void test_old_kernel(void **state)
{
	struct source_handle h;
	struct reader r;
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		if (forbid_close_range())
			_exit(1);
		start(&r, TELL_WORLD, 10);
		reader_go(&r);
		status = reader_open(&r, &h);
		reader_end(&r);
		_exit(status < 0 ? 2 : seen->descriptors != 2 ? 3 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* If the parent is killed, the child ends too. */
static void test_orphan(void **state)
{
	int i, status;
	pid_t pid = fork(), child;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct reader r;

		start(&r, HANG_OPEN, 10);
		reader_go(&r);
		while (seen->pid == 0)
			usleep(1000);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	child = seen->pid;
	assert_true(child > 0);
	/* The process that inherited the child may not have collected it yet, so it may be a zombie; but it no longer
	 * runs. */
	for (i = 0; i < 6000 && kill(child, 0) == 0; i++) {
		char path[64], stat[256] = "";
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)child);
		fd = open(path, O_RDONLY);
		if (fd >= 0) {
			assert_true(read(fd, stat, sizeof(stat) - 1) > 0);
			close(fd);
		}
		if (strstr(stat, ") Z") || strstr(stat, ") X"))
			return;
		usleep(10000);
	}
	assert_true(i < 6000);
}

static void test_no_descriptors(void **state)
{
	static const struct source_spec spec = { .src = &fake };
	struct rlimit before, none;
	uint64_t len = 10;
	struct reader r;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	assert_int_equal(reader_start(&r, &spec, LATER_MS, want, &len), -EMFILE);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_false(reader_live(&r));
	reader_end(&r);
}

/* After all tests no descriptor is left open. */
static int count_before;

static int enter(void **state)
{
	(void)state;
	if (secret_setup() < 0)
		return -1;
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	secret = secret_new(64);
	memset(secret, 0x77, 64);
	signal(SIGTERM, SIG_IGN);
	count_before = count_descriptors();
	return seen == MAP_FAILED;
}

static void test_nothing_left(void **state)
{
	(void)state;
	assert_int_equal(count_descriptors(), count_before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("reader: everything that the child reads arrives in order, together with its findings",
			test_gives),
		TEST("reader: nothing is opened before the command to do so, and without it never",
			test_waits_for_go),
		TEST("reader: a device that hangs and ignores signals is given up in time and killed",
			test_hangs),
		TEST("reader: a descriptor can end each wait for a reader at once",
			test_is_stopped),
		TEST("reader: bytes that came in time can be read at any later time",
			test_late_taker),
		TEST("reader: no child waits until its bytes are read", test_nobody_takes),
		TEST("reader: an error is the source's own, and a child that dies is noticed",
			test_fails),
		TEST("reader: the child has two descriptors, no handler of ours, and none of our secrets",
			test_child_is_alone),
		TEST("reader: it has no more descriptors if close_range(2) is refused",
			test_old_kernel),
		TEST("reader: a child does not outlive a killed parent", test_orphan),
		TEST("reader: without free descriptors it fails, and no process is left",
			test_no_descriptors),
		TEST("reader: no descriptor is left after all these tests", test_nothing_left),
	};

	return cmocka_run_group_tests_name("reader", tests, enter, NULL);
}
