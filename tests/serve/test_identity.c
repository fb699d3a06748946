/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

/* The linked library has these functions under their own names. */
#define identity_account     own_identity_account
#define identity_web_account own_identity_web_account
#define identity_peer        own_identity_peer
#define identity_question    own_identity_question
#include "serve/identity.c"

static uint64_t number(const char *text)
{
	struct sockaddr_storage a = { 0 };

	if (strchr(text, ':')) {
		a.ss_family = AF_INET6;
		assert_int_equal(
			inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)&a)->sin6_addr), 1);
	} else {
		a.ss_family = AF_INET;
		assert_int_equal(
			inet_pton(AF_INET, text, &((struct sockaddr_in *)&a)->sin_addr), 1);
	}
	return address_number(&a);
}

static void test_addresses(void **state)
{
	(void)state;
	assert_int_equal(number("127.0.0.1"), 0);
	assert_int_equal(number("127.1.2.3"), 0);
	assert_int_equal(number("::1"), 0);
	assert_int_equal(number("::ffff:127.0.0.1"), 0);
	assert_true(number("192.0.2.1") != 0 && number("192.0.2.1") != number("192.0.2.2"));
	assert_int_equal(number("::ffff:192.0.2.1"), number("192.0.2.1"));
	/* A client by IPv6 usually has a whole network of 64 bits. */
	assert_int_equal(number("2001:db8::1"), number("2001:db8::2"));
	assert_true(number("2001:db8::1") != number("2001:db8:0:1::1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("identity: each address has a number, all of the loopback 0, by whatever socket they come",
			test_addresses),
	};

	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
