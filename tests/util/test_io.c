/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "util/io.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

#define LEN (1 << 20)

static uint8_t text[LEN], back[LEN];

static int setup(void **state)
{
	uint64_t rng = 1;

	random_fill(&rng, text, sizeof(text));
	return temp_enter(state);
}

static void test_file(void **state)
{
	int fd = open("file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_int_equal(io_write(fd, text, 1000), 0);
	assert_int_equal(io_pwrite(fd, text + 1000, LEN - 1000, 1000), 0);
	assert_int_equal(io_pread(fd, back, LEN, 0), 0);
	assert_memory_equal(text, back, LEN);
	assert_int_equal(io_pread(fd, back, 10, LEN - 10), 0);
	assert_memory_equal(text + LEN - 10, back, 10);
	/* io_pwrite() does not change the offset at which io_write() continues. */
	assert_int_equal(io_write(fd, "x", 1), 0);
	assert_int_equal(io_pread(fd, back, 2, 999), 0);
	assert_int_equal(back[0], text[999]);
	assert_int_equal(back[1], 'x');
	close(fd);
}

static void test_early_end(void **state)
{
	int fd = open("short", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_int_equal(io_write(fd, text, 100), 0);
	assert_int_equal(io_pread(fd, back, 100, 0), 0);
	assert_int_equal(io_pread(fd, back, 101, 0), -ENODATA);
	assert_int_equal(io_pread(fd, back, 1, 100), -ENODATA);
	assert_int_equal(io_pread(fd, back, 1, 1 << 30), -ENODATA);
	assert_int_equal(io_pread(fd, back, 0, 100), 0);
	close(fd);
}

static void test_errors(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(io_pread(-1, back, 1, 0), -EBADF);
	assert_int_equal(io_write(-1, text, 1), -EBADF);
	assert_int_equal(io_pwrite(-1, text, 1, 0), -EBADF);
	fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_int_equal(io_write(fd, text, 1), -ENOSPC);
	assert_int_equal(io_pwrite(fd, text, 1, 0), -ENOSPC);
	assert_int_equal(io_pread(fd, back, 1, 0), -EBADF);
	close(fd);
}

static void on_alarm(int signal_number)
{
	(void)signal_number;
}

/* Reads a page at a time, so that the writer must wait again and again. */
static void *drain(void *fd)
{
	size_t at = 0;
	ssize_t n;

	while ((n = read(*(int *)fd, back + at, LEN - at < 4096 ? LEN - at : 4096)) > 0)
		at += (size_t)n;
	return NULL;
}

/* The pipe holds 64 KiB; while the test writes to it, a signal arrives every 100 microseconds. */
static void test_interrupted(void **state)
{
	const struct itimerval often = { { 0, 100 }, { 0, 100 } }, never = { 0 };
	const struct sigaction act = { .sa_handler = on_alarm };
	pthread_t thread;
	sigset_t block;
	int ends[2], r;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	memset(back, 0, sizeof(back));
	sigaction(SIGALRM, &act, NULL);
	/* Only the thread that writes is interrupted. */
	sigemptyset(&block);
	sigaddset(&block, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &block, NULL);
	assert_int_equal(pthread_create(&thread, NULL, drain, ends), 0);
	pthread_sigmask(SIG_UNBLOCK, &block, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	r = io_write(ends[1], text, LEN);
	setitimer(ITIMER_REAL, &never, NULL);
	close(ends[1]);
	pthread_join(thread, NULL);
	close(ends[0]);
	assert_int_equal(r, 0);
	assert_memory_equal(text, back, LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("io: bytes written at any offset are read back whole", test_file),
		TEST("io: a file that ends early gives ENODATA", test_early_end),
		TEST("io: errors are returned", test_errors),
		TEST("io: an interrupted or partial write goes on until all has passed",
			test_interrupted),
	};

	return cmocka_run_group_tests_name("io", tests, setup, temp_leave);
}
