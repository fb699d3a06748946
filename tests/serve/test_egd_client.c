/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/egd.h"
#include "serve/protocol.h"

#include <errno.h>

struct offer {
	size_t len;
	uint8_t bytes[1024];
};

static void note_offer(void *to, const uint8_t *bytes, size_t len)
{
	struct offer *o = to;

	assert_true(o->len + len <= sizeof(o->bytes));
	memcpy(o->bytes + o->len, bytes, len);
	o->len += len;
}

static size_t input(struct egd_client *c, const char *raw, size_t len)
{
	struct offer o = { 0 };
	size_t used;

	assert_int_equal(egd_input(c, (const uint8_t *)raw, len, &used, note_offer, &o), 0);
	return used;
}

#define INPUT(client, text) \
	assert_int_equal(input(client, text, sizeof(text) - 1), sizeof(text) - 1)

/* Sends the next answer in pieces, and checks that it is @want: "HEAD IN HEX + NUMBER OF RANDOM BYTES". */
static void assert_next(struct egd_client *c, uint64_t allowed, const char *want)
{
	const struct egd_now now = { 0x10, 42, allowed };
	char text[128] = "";
	size_t i;

	assert_true(egd_next(c, &now));
	for (i = 0; i < c->head_len; i++)
		sprintf(text + strlen(text), "%02x", c->head[i]);
	sprintf(text + strlen(text), "+%llu", (unsigned long long)c->owed);
	assert_string_equal(text, want);
	while (c->head_sent < c->head_len)
		egd_sent(c, 1);
	if (c->owed > 1)
		egd_sent(c, (size_t)c->owed - 1);
	if (c->owed > 0)
		egd_sent(c, 1);
}

static void in_order(void **state)
{
	struct egd_client c = { 0 };

	(void)state;
	assert_true(egd_is_idle(&c));
	INPUT(&c, "\0\2\x10\2\1\1\x20\1\x20\4\0\0");
	assert_false(egd_is_idle(&c));
	assert_next(&c, 100, "00000010+0");
	assert_next(&c, 100, "+17");
	assert_next(&c, 100, "20+32");
	/* The answer has no more bytes than are allowed, and does not wait for more. */
	assert_next(&c, 5, "05+5");
	assert_next(&c, 100, "023432+0");
	assert_next(&c, 100, "00000010+0");
	assert_next(&c, 100, "00000010+0");
	assert_true(egd_is_idle(&c));
	INPUT(&c, "\1\7");
	assert_next(&c, 0, "00+0");
	assert_false(egd_next(&c, &(struct egd_now){ 0 }));
}

static void for_ever(void **state)
{
	struct egd_client c = { 0 };
	char raw[4096];
	uint64_t i;

	(void)state;
	memset(raw, '\xff', sizeof(raw));
	for (i = 0; i < sizeof(raw); i += 2)
		raw[i] = 2;
	/* A program like QEMU sends only one kind of request. However long they are not answered, all of them are kept
	 * as one number. */
	for (i = 0; i < 20000; i++) {
		assert_int_equal(input(&c, raw, sizeof(raw)), sizeof(raw));
		assert_false(egd_is_full(&c));
	}
	assert_true(egd_next(&c, &(struct egd_now){ 0 }));
	assert_true(c.owed == 20000ull * 2048 * 255);
}

static void mixed(void **state)
{
	struct egd_client c = { 0 };
	char raw[100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(raw); i++)
		raw[i] = i % 2 ? 4 : 0;
	assert_int_equal(input(&c, raw, sizeof(raw)), EGD_ITEMS);
	assert_true(egd_is_full(&c));
	assert_int_equal(input(&c, raw, sizeof(raw)), 0);
	for (i = 0; i < 50; i++) {
		assert_next(&c, 0, i % 2 ? "023432+0" : "00000010+0");
		assert_int_equal(input(&c, raw + i % 2, 1), 1);
	}
}

static void offers(void **state)
{
	struct egd_client c = { 0 };
	struct offer o = { 0 };
	size_t used;

	(void)state;
	assert_int_equal(egd_input(&c, (const uint8_t *)"\3\0\0\3\2\2\2\3\0\0\0\3\0\0\1x", 16,
				 &used, note_offer, &o),
		0);
	assert_int_equal(used, 16);
	assert_int_equal(o.len, 4);
	assert_memory_equal(o.bytes, "\2\2\2x", 4);
	assert_true(egd_is_idle(&c));
}

static void broken(void **state)
{
	struct egd_client c = { 0 };
	size_t used;

	(void)state;
	assert_int_equal(
		egd_input(&c, (const uint8_t *)"\2\5GET /", 7, &used, note_offer, NULL), -EBADMSG);
	assert_int_equal(used, 2);
	/* The requests before the invalid one are still answered. */
	assert_next(&c, 100, "+5");
	assert_true(egd_is_idle(&c));
	egd_add_ahead(&c, 256);
	assert_next(&c, 100, "+256");
}

static void the_row(void **state)
{
	(void)state;
	assert_ptr_equal(protocol_find("egd"), &egd_protocol);
	assert_ptr_equal(protocol_find("broker"), &broker_protocol);
	assert_null(protocol_find("eg"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("egd: answers come in the order of the requests", in_order),
		TEST("egd: any number of bytes can be requested in constant memory", for_ever),
		TEST("egd: a limited number of mixed requests waits, and the rest is not parsed yet",
			mixed),
		TEST("egd: offered bytes are passed on, and do not count as a request", offers),
		TEST("egd: after an invalid request nothing more is parsed, and earlier requests are answered",
			broken),
		TEST("egd: the table of protocols has a row for it", the_row),
	};

	return cmocka_run_group_tests_name("egd_client", tests, NULL, NULL);
}
