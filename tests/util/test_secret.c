/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "util/secret.h"

#include <sys/mman.h>

#define POOL 65536

/* Under ASan mlock(2) does nothing. */
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

/* How many areas this process has locked that a child would find empty, by the kernel's word. */
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
	/* Wiped at once, while the area stays. */
	assert_true(is_zero(p[0] + 1008, 7 * 1008));
	secret_free(p[0]);
	assert_true(is_zero(p[0], 1000));
	/* From its beginning again. */
	assert_ptr_equal(secret_new(POOL), p[0]);
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

/* A child has zeros for what its parent had, and an area of its own, locked. */
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
		TEST("secret: what fits lies in one locked area, and is wiped as it is given back",
			test_one_area),
		TEST("secret: what does not fit has an area of its own", test_what_does_not_fit),
		TEST("secret: a child sees zeros, and has an area of its own", test_child),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
