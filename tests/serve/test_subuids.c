/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/subuids.h"

static void load(struct subuids *s, const char *ranges)
{
	static const char users[] = "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n"
				    "bob:x:1001:1001::/:/bin/sh\n";

	file_write("passwd", users, strlen(users));
	file_write("subuid", ranges, strlen(ranges));
	subuids_init(s, "subuid", "passwd");
}

static void owners(void **state)
{
	struct subuids s;

	(void)state;
	load(&s, "bob:165536:65536\nalice:100000:65536\n1002:300000:1\nalice:400000:10\n");
	assert_int_equal(subuids_account(&s, 0), 0);
	assert_int_equal(subuids_account(&s, 1000), 1000);
	assert_int_equal(subuids_account(&s, 99999), 99999);
	assert_int_equal(subuids_account(&s, 100000), 1000);
	assert_int_equal(subuids_account(&s, 165535), 1000);
	assert_int_equal(subuids_account(&s, 165536), 1001);
	assert_int_equal(subuids_account(&s, 231071), 1001);
	assert_int_equal(subuids_account(&s, 231072), 231072);
	assert_int_equal(subuids_account(&s, 300000), 1002);
	assert_int_equal(subuids_account(&s, 300001), 300001);
	assert_int_equal(subuids_account(&s, 400009), 1000);
	assert_int_equal(subuids_account(&s, UINT32_MAX), UINT32_MAX);
	subuids_clear(&s);
}

static void unknown_owner(void **state)
{
	struct subuids s;

	(void)state;
	load(&s, "ldap:500000:10\nldap:200000:65536\nother:900000:5\n");
	assert_int_equal(subuids_account(&s, 200001), 200000);
	assert_int_equal(subuids_account(&s, 500009), 200000);
	assert_int_equal(subuids_account(&s, 900004), 900000);
	subuids_clear(&s);
}

static void malformed(void **state)
{
	struct subuids s;

	(void)state;
	load(&s,
		"\n:1:2\nalice\nalice:x:5\nalice:5:-1\nalice:7:0\nalice:99999999999:5\nbob:8\n"
		"bob:50000:2:\nbob:60000:2");
	assert_int_equal(s.count, 1);
	assert_int_equal(subuids_account(&s, 60001), 1001);
	assert_int_equal(subuids_account(&s, 5), 5);
	assert_int_equal(subuids_account(&s, 50000), 50000);
	subuids_clear(&s);
}

static void changed(void **state)
{
	struct subuids s;

	(void)state;
	unlink("subuid");
	subuids_init(&s, "subuid", "passwd");
	assert_int_equal(subuids_account(&s, 100000), 100000);
	file_write("subuid", "alice:100000:5\n", 15);
	subuids_refresh(&s);
	assert_int_equal(subuids_account(&s, 100004), 1000);
	unlink("subuid");
	subuids_refresh(&s);
	assert_int_equal(subuids_account(&s, 100004), 100004);
	subuids_clear(&s);
}

/* Compares the result with that of a linear search. */
static void many(void **state)
{
	enum { RANGES = 3000 };
	char *text = malloc(RANGES * 32), *p = text;
	struct subuids s;
	uint64_t random = 9;
	uint32_t i, uid;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < RANGES; i++)
		p += sprintf(p, "%u:%u:%u\n", i, 1000000 + (i * 7919 % RANGES) * 100, 1 + i % 100);
	load(&s, text);
	assert_int_equal(s.count, RANGES);
	for (i = 0; i < 100000; i++) {
		const uint32_t owner = (uint32_t)random_below(&random, RANGES);

		uid = 1000000 + (owner * 7919 % RANGES) * 100 +
			(uint32_t)random_below(&random, 100);
		assert_int_equal(subuids_account(&s, uid),
			(uid - 1000000) % 100 < 1 + owner % 100 ? owner : uid);
	}
	subuids_clear(&s);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("subuids: a uid in a range counts as the range's owner, and any other uid as itself",
			owners),
		TEST("subuids: the ranges of an owner that is not a local user are one account",
			unknown_owner),
		TEST("subuids: a line of another form is skipped", malformed),
		TEST("subuids: the file is reread when it has changed", changed),
		TEST("subuids: the right one of 3,000 ranges is found", many),
	};

	return cmocka_run_group_tests_name("subuids", tests, temp_enter, temp_leave);
}
