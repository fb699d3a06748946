/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include <errno.h>

#include "util/wire/policy.h"

static void question(void **state)
{
	char out[POLICY_QUESTION_MAX];
	struct policy_question q = { .listener = "egd",
		.uid = 64055,
		.pid = 4711,
		.uuid = "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
		.name = "web 1" };
	static const char whole[] = "version=1\nlistener=egd\nuid=64055\npid=4711\n"
				    "uuid=3f2504e0-4f89-11d3-9a0c-0305e82c3301\nname=web 1\n\n";
	static const char least[] = "version=1\nlistener=x\naddress=::1\n\n";
	size_t len = policy_question_encode(out, &q);

	(void)state;
	assert_int_equal(len, strlen(whole));
	assert_memory_equal(out, whole, len);
	q = (struct policy_question){ .listener = "x", .uid = -1, .pid = -1, .address = "::1" };
	len = policy_question_encode(out, &q);
	assert_int_equal(len, strlen(least));
	assert_memory_equal(out, least, len);
}

static void longest(void **state)
{
	char out[POLICY_QUESTION_MAX], listener[65] = { 0 };
	struct policy_question q = { .listener = listener, .uid = UINT32_MAX, .pid = INT32_MAX };

	(void)state;
	memset(listener, 'x', sizeof(listener) - 1);
	memset(q.uuid, 'x', POLICY_UUID_MAX);
	memset(q.name, 'x', POLICY_NAME_MAX);
	memset(q.address, 'x', POLICY_ADDRESS_MAX);
	assert_in_range(policy_question_encode(out, &q), 1, POLICY_QUESTION_MAX / 2);
}

static int parse(const char *text, struct policy_answer *ret)
{
	return policy_answer_parse(text, strlen(text), ret);
}

static void answers(void **state)
{
	struct policy_answer a = { 5, 5, 5 };

	(void)state;
	assert_int_equal(parse("\n", &a), 0);
	assert_int_equal(a.rate + a.burst + a.weight, 0);
	assert_int_equal(parse("rate=1\nburst=64\nweight=1\n\n", &a), 0);
	assert_true(a.rate == 1 && a.burst == 64 && a.weight == 1);
	assert_int_equal(parse("weight=100\nrate=1000000000\n\n", &a), 0);
	assert_true(a.rate == 1000000000 && a.burst == 0 && a.weight == 100);
	assert_int_equal(parse("burst=0000001000\n\n", &a), 0);
	assert_int_equal(a.burst, 1000);
}

static void unfinished(void **state)
{
	static const char whole[] = "rate=10\nweight=2\n\n";
	struct policy_answer a = { 5, 5, 5 };
	size_t len;

	(void)state;
	for (len = 0; len < strlen(whole); len++)
		assert_int_equal(policy_answer_parse(whole, len, &a), -EAGAIN);
	assert_int_equal(a.rate, 5);
}

static void refused(void **state)
{
	static const char *const bad[] = {
		"rate=0\n\n",
		"rate=\n\n",
		"rate\n\n",
		"rate=-1\n\n",
		"rate=+1\n\n",
		"rate= 1\n\n",
		"rate=1 \n\n",
		"rate=1\r\n\r\n",
		"rate=1x\n\n",
		"rate=1000000001\n\n",
		"rate=99999999999\n\n",
		"burst=63\n\n",
		"weight=101\n\n",
		"weight=0\n\n",
		"rate=1\nrate=1\n\n",
		"Rate=1\n\n",
		"colour=1\n\n",
		" \n\n",
		"\n\n",
		"\nrate=1\n",
		"rate=1\n\nrate=2\n",
	};
	char long_one[POLICY_ANSWER_MAX + 1];
	struct policy_answer a = { 5, 5, 5 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (parse(bad[i], &a) != -EBADMSG)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(policy_answer_parse("rate=1\0\n\n", 9, &a), -EBADMSG);
	memset(long_one, 'x', sizeof(long_one));
	assert_int_equal(policy_answer_parse(long_one, POLICY_ANSWER_MAX - 1, &a), -EAGAIN);
	assert_int_equal(policy_answer_parse(long_one, POLICY_ANSWER_MAX, &a), -EBADMSG);
	assert_int_equal(policy_answer_parse(long_one, POLICY_ANSWER_MAX + 1, &a), -EBADMSG);
	assert_int_equal(a.rate, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("policy: the question has the known members, and leaves out the others",
			question),
		TEST("policy: the longest question fits", longest),
		TEST("policy: an answer has any of three numbers, or none", answers),
		TEST("policy: an answer ends with an empty line, and not before", unfinished),
		TEST("policy: anything else is refused, and nothing is written", refused),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
