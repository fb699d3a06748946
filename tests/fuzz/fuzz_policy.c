/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is the answer of a policy (util/wire/policy.c), in pieces, and the command line of the process that the
 * policy is asked about (serve/peer.c). Both results are compared with simple rules: each number is in its range, each
 * key occurs once, one empty line is at the end. The answer is then combined with the rule of a listener that has a
 * greatest rate, and with that of one that has none (serve/terms.c).
 *
 * FUZZ_WITH: util/wire/policy.c util/hex.c serve/peer.c serve/terms.c
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "serve/peer.h"
#include "serve/terms.h"

/* Writes the answer in a standard form; the parser must find the same values in it. */
static void again(const struct policy_answer *a)
{
	char text[128];
	struct policy_answer b;
	int n = 0;

	if (a->weight)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "weight=%u\n", a->weight);
	if (a->burst)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "burst=%u\n", a->burst);
	if (a->rate)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "rate=%u\n", a->rate);
	text[n++] = '\n';
	assert(policy_answer_parse(text, (size_t)n, &b) == 0);
	assert(memcmp(a, &b, sizeof(b)) == 0);
}

/* In a listener, the rate 0 means no limit. In an answer, the value 0 means that the answer does not have this value. */
static void settle(const struct allowance_rule *listener, const struct policy_answer *a)
{
	struct allowance_rule rule = { 0 };
	const int r = terms_settle(listener, a, &rule);
	const bool above = (listener->rate > 0 && a->rate > listener->rate) ||
		a->burst > listener->burst || a->weight > listener->weight;

	assert(r == (above ? -ERANGE : 0));
	assert(rule.rate == (!above && a->rate > 0 ? a->rate : listener->rate));
	assert(rule.burst == (!above && a->burst > 0 ? a->burst : listener->burst));
	assert(rule.weight == (!above && a->weight > 0 ? a->weight : listener->weight));
}

static void answer(const char *raw, size_t len)
{
	static const struct allowance_rule listener = { 5000, 8192, 10 },
					   unlimited = { 0, 8192, 10 };
	struct policy_answer a = { 0 }, early;
	const int r = policy_answer_parse(raw, len, &a);
	size_t i;

	assert(r == 0 || r == -EAGAIN || r == -EBADMSG);
	/* No part of an answer is accepted before its end has arrived. */
	for (i = 0; i < len; i++) {
		const int before = policy_answer_parse(raw, i, &early);

		assert(before != 0 || r == -EBADMSG);
		assert(before != -EBADMSG || r == -EBADMSG);
	}
	if (r != 0) {
		assert(a.rate + a.burst + a.weight == 0);
		return;
	}
	assert(len <= POLICY_ANSWER_MAX && raw[len - 1] == '\n' &&
		(len == 1 || raw[len - 2] == '\n'));
	assert(a.rate <= POLICY_RATE_MAX && a.weight <= POLICY_WEIGHT_MAX);
	assert(a.burst == 0 || (a.burst >= POLICY_BURST_MIN && a.burst <= POLICY_RATE_MAX));
	again(&a);
	settle(&listener, &a);
	settle(&unlimited, &a);
}

static void words(const char *raw, size_t len)
{
	struct policy_question q = { .listener = "x", .uid = -1, .pid = -1 };
	char text[POLICY_QUESTION_MAX];
	size_t n, i, lines = 0;

	peer_parse(raw, len, &q);
	n = policy_question_encode(text, &q);
	assert(n < sizeof(text));
	for (i = 0; i < n; i++)
		lines += text[i] == '\n';
	/* A name cannot begin a new line. */
	assert(lines == 3u + (q.uuid[0] != 0) + (q.name[0] != 0));
	assert(q.uuid[0] == 0 || strlen(q.uuid) == POLICY_UUID_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == 'W')
		words((const char *)data + 1, size - 1);
	else
		answer((const char *)data + 1, size - 1);
	return 0;
}
