/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "util/secret.h"

#include <signal.h>
#include <sys/resource.h>

#define POOL 65536

/* AddressSanitizer makes mlock(2) do nothing. */
#ifdef __SANITIZE_ADDRESS__
#define LOCKED ""
#else
#define LOCKED " lo"
#endif

static bool is_zero(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* Counts, in /proc/self/smaps, this process's areas that are locked, and that a child sees as zeros. */
static unsigned locked_areas(void)
{
	unsigned count = 0;
	char line[256];
	FILE *f = fopen("/proc/self/smaps", "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		count += strncmp(line, "VmFlags:", 8) == 0 && strstr(line, LOCKED) &&
			strstr(line, " wf");
	fclose(f);
	return count;
}

static void test_one_area(void **state)
{
	uint8_t *p[8];
	unsigned before;
	size_t i, j;

	(void)state;
	before = locked_areas();
	for (i = 0; i < COUNT(p); i++) {
		p[i] = secret_new(1000 + i);
		assert_non_null(p[i]);
		assert_int_equal((uintptr_t)p[i] % 16, 0);
		memset(p[i], (int)i + 1, 1000 + i);
	}
	assert_int_equal(locked_areas(), before + 1);
	for (i = 0; i < COUNT(p); i++)
		for (j = 0; j < 1000 + i; j++)
			assert_int_equal(p[i][j], i + 1);
	for (i = 1; i < COUNT(p); i++)
		secret_free(p[i]);
	/* Each piece is wiped as soon as it is freed, although the area still exists. */
	assert_true(is_zero(p[1], 1001));
	assert_true(is_zero(p[7], 1007));
	secret_free(p[0]);
	assert_true(is_zero(p[0], 1000));
	/* The next secret is at the beginning of the area again. */
	assert_ptr_equal(secret_new(POOL - 16), p[0]);
	secret_free(p[0]);
	assert_int_equal(locked_areas(), before + 1);
	secret_free(NULL);
}

static void test_what_does_not_fit(void **state)
{
	uint8_t *small = secret_new(16), *large = secret_new(POOL), *many[40];
	size_t i;

	(void)state;
	assert_non_null(large);
	memset(large, 1, POOL);
	for (i = 0; i < COUNT(many); i++) {
		many[i] = secret_new(16);
		assert_non_null(many[i]);
		memset(many[i], 0xee, 16);
	}
	secret_free(large);
	for (i = 0; i < COUNT(many); i++)
		secret_free(many[i]);
	secret_free(small);
}

/* Calls @run in a child whose messages are dropped. Returns the child's status. */
static int status_of(void (*run)(void))
{
	const pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		run();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void write_past(void)
{
	uint8_t *p = secret_new(32);

	p[32] ^= 1;
	secret_free(p);
}

static void test_past_the_end(void **state)
{
	const int status = status_of(write_past);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* If the whole area cannot be locked, it is not used; a secret that is small enough is locked by itself. */
static void with_little_memory(void)
{
	const struct rlimit little = { 32768, 32768 };
	uint8_t *p, *q;

	/* The limit does not apply to root. */
	if (setrlimit(RLIMIT_MEMLOCK, &little) < 0 || (getuid() == 0 && setuid(65534) < 0))
		_exit(2);
	p = secret_new(4000);
	if (!p || secret_unlocked() || locked_areas() != 1)
		_exit(3);
	q = secret_new(60000);
	if (!q || !secret_unlocked())
		_exit(4);
	secret_free(q);
	secret_free(p);
}

static void test_little_memory(void **state)
{
	(void)state;
#ifndef __SANITIZE_ADDRESS__
	assert_int_equal(status_of(with_little_memory), 0);
#else
	(void)with_little_memory;
	skip();
#endif
}

/* A child sees zeros in place of its parent's secrets, and gets a locked area of its own. */
static void test_child(void **state)
{
	uint8_t *mine = secret_new(4096);
	int status;
	pid_t pid;

	(void)state;
	memset(mine, 0x5a, 4096);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const unsigned before = locked_areas();
		uint8_t *p = secret_new(4096);
		bool fine = is_zero(mine, 4096) && p && p != mine;

		memset(p, 0xa5, 4096);
		fine = fine && locked_areas() == before + 1 && is_zero(mine, 4096);
		secret_free(p);
		_exit(fine ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(mine[4095], 0x5a);
	secret_free(mine);
}

static int set_up(void **state)
{
	(void)state;
	secret_pool(POOL);
	return secret_setup();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("secret: secrets that fit are in one locked area, and are wiped when they are freed",
			test_one_area),
		TEST("secret: a secret that does not fit has an area of its own",
			test_what_does_not_fit),
		TEST("secret: writing past the end of a secret ends the process",
			test_past_the_end),
		TEST("secret: if the area cannot be locked, a secret that is small enough still is",
			test_little_memory),
		TEST("secret: a child sees zeros, and has an area of its own", test_child),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
