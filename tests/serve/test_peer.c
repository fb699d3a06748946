/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include <errno.h>

#include "serve/peer.h"
#include "serve/terms.h"

#define PARSE(words, q) peer_parse(words, sizeof(words), q)

static void libvirt(void **state)
{
	struct policy_question q = { 0 };

	(void)state;
	PARSE("/usr/bin/qemu-system-x86_64\0-name\0guest=web 1,debug-threads=on\0-S\0-uuid\0"
	      "3F2504E0-4f89-11d3-9a0c-0305e82c3301\0-no-user-config",
		&q);
	assert_string_equal(q.uuid, "3f2504e0-4f89-11d3-9a0c-0305e82c3301");
	assert_string_equal(q.name, "web 1");
	q = (struct policy_question){ 0 };
	PARSE("qemu\0--uuid\0003f2504e0-4f89-11d3-9a0c-0305e82c3301\0--name\0plain", &q);
	assert_string_equal(q.uuid, "3f2504e0-4f89-11d3-9a0c-0305e82c3301");
	assert_string_equal(q.name, "plain");
}

static void nothing(void **state)
{
	struct policy_question q = { 0 };

	(void)state;
	PARSE("qemu\0-uuid\0not-one\0-name\0two\nlines", &q);
	PARSE("qemu\0-uuid", &q);
	PARSE("qemu\0-name\0", &q);
	PARSE("qemu\0-name\0guest=,debug-threads=on", &q);
	PARSE("qemu\0-name\0a,,b", &q);
	PARSE("", &q);
	peer_parse("-uuid\0003f2504e0-4f89-11d3-9a0c-0305e82c3301", 42, &q);
	peer_parse(NULL, 0, &q);
	assert_string_equal(q.uuid, "");
	assert_string_equal(q.name, "");
}

/* The word after an option is its value, even if it looks like an option. */
static void value_is_no_option(void **state)
{
	struct policy_question q = { 0 };

	(void)state;
	PARSE("qemu\0-name\0-uuid\0003f2504e0-4f89-11d3-9a0c-0305e82c3301", &q);
	assert_string_equal(q.uuid, "");
	assert_string_equal(q.name, "-uuid");
}

static void terms(void **state)
{
	const struct allowance_rule listener = { 1000, 4096, 10 }, no_rate = { 0, 4096, 1 };
	struct allowance_rule r;

	(void)state;
	assert_int_equal(terms_settle(&listener, &(struct policy_answer){ 0 }, &r), 0);
	assert_memory_equal(&r, &listener, sizeof(r));
	assert_int_equal(terms_settle(&listener, &(struct policy_answer){ 1000, 64, 10 }, &r), 0);
	assert_true(r.rate == 1000 && r.burst == 64 && r.weight == 10);
	assert_int_equal(terms_settle(&no_rate, &(struct policy_answer){ .rate = 7 }, &r), 0);
	assert_true(r.rate == 7 && r.burst == 4096 && r.weight == 1);
	assert_int_equal(
		terms_settle(&listener, &(struct policy_answer){ 1001, 64, 1 }, &r), -ERANGE);
	assert_memory_equal(&r, &listener, sizeof(r));
	assert_int_equal(
		terms_settle(&listener, &(struct policy_answer){ 1, 4097, 1 }, &r), -ERANGE);
	assert_int_equal(
		terms_settle(&listener, &(struct policy_answer){ 1, 64, 11 }, &r), -ERANGE);
	assert_memory_equal(&r, &listener, sizeof(r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("peer: the uuid and the name are found in QEMU's command line", libvirt),
		TEST("peer: a malformed or truncated uuid or name counts as unknown", nothing),
		TEST("peer: the value of an option is not taken for an option", value_is_no_option),
		TEST("terms: an answer can lower a listener's limits, and never raise them", terms),
	};

	return cmocka_run_group_tests_name("peer", tests, NULL, NULL);
}
