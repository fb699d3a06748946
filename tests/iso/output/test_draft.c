/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "iso/output/draft.h"
#include "util/io.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

static void test_bytes(void **state)
{
	struct draft d;
	size_t i;

	(void)state;
	assert_int_equal(draft_open(&d, 5000), 0);
	assert_int_equal(d.len, 5000);
	for (i = 0; i < d.len; i++)
		assert_int_equal(d.bytes[i], 0);
	/* Bytes written to the file appear in the mapping. */
	assert_int_equal(io_write(d.fd, "all of it", 9), 0);
	assert_memory_equal(d.bytes, "all of it", 9);
	draft_clear(&d);
	assert_null(d.bytes);
	draft_clear(&d);
}

static void test_wiped(void **state)
{
	struct draft d;
	uint8_t *also;
	size_t i;

	(void)state;
	assert_int_equal(draft_open(&d, 5000), 0);
	also = mmap(NULL, d.len, PROT_READ, MAP_SHARED, d.fd, 0);
	assert_ptr_not_equal(also, MAP_FAILED);
	memset(d.bytes, 0x5c, d.len);
	assert_int_equal(also[4999], 0x5c);
	draft_clear(&d);
	for (i = 0; i < 5000; i++)
		assert_int_equal(also[i], 0);
	munmap(also, 5000);
}

/* Does the mapping that begins at @p have this flag in /proc/self/smaps? */
static bool has_flag(const void *p, const char *flag)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	char line[512], begins[32];
	bool here = false, found = false;

	assert_non_null(smaps);
	snprintf(begins, sizeof(begins), "%lx-", (unsigned long)(uintptr_t)p);
	while (!found && fgets(line, sizeof(line), smaps)) {
		if (strchr(line, '-') && strncmp(line, begins, strlen(begins)) == 0)
			here = true;
		else if (here && strncmp(line, "VmFlags:", 8) == 0)
			break;
	}
	found = here && strstr(line, flag);
	fclose(smaps);
	return found;
}

static void test_kept(void **state)
{
	struct draft d;

	(void)state;
	assert_int_equal(draft_open(&d, 5000), 0);
#ifndef __SANITIZE_ADDRESS__ /* AddressSanitizer makes mlock(2) do nothing */
	assert_true(has_flag(d.bytes, " lo "));
#endif
	assert_true(has_flag(d.bytes, " dd "));
	assert_true(has_flag(d.bytes, " dc "));
	draft_clear(&d);
}

static void test_no_room(void **state)
{
	struct draft d;

	(void)state;
	assert_int_equal(draft_open(&d, (uint64_t)1 << 60), -ENOMEM);
	draft_clear(&d);
	assert_int_equal(draft_open(&d, UINT64_MAX), -ENOMEM);
	draft_clear(&d);
	assert_int_equal(draft_open(&d, 0), -ENOMEM);
	draft_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("draft: written bytes are there, and the rest is zeros", test_bytes),
		TEST("draft: is wiped", test_wiped),
		TEST("draft: is locked, in no core dump, and not for children", test_kept),
		TEST("draft: a size that memory has no room for is an error, and no process is killed",
			test_no_room),
	};

	return cmocka_run_group_tests_name("draft", tests, NULL, NULL);
}
