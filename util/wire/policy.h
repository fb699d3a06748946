/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_POLICY_H
#define UTIL_WIRE_POLICY_H

#include <stddef.h>
#include <stdint.h>

#define POLICY_VERSION      1
#define POLICY_NAME_MAX     128
#define POLICY_UUID_MAX     36
#define POLICY_ADDRESS_MAX  48
#define POLICY_QUESTION_MAX 1024
#define POLICY_ANSWER_MAX   1024
#define POLICY_RATE_MAX     1000000000 /* limit of rate (bytes per second) and of burst (bytes) */
#define POLICY_BURST_MIN    64
#define POLICY_WEIGHT_MAX   100

/*
 * The daemon asks the operator's policy program about one client (left), and the program answers (right). Both are
 * lines of "key=value", and an empty line at the end. Pure.
 *
 *   version=1           rate=4096
 *   listener=egd        burst=8192
 *   uid=64055           weight=4
 *   pid=4711
 *   uuid=...
 *   name=...
 *   address=127.0.0.1
 */
struct policy_question {
	const char *listener;
	int64_t uid, pid; /* -1: unknown */
	/* Empty: unknown. @uuid and @name are the client's own claims. */
	char uuid[POLICY_UUID_MAX + 1], name[POLICY_NAME_MAX + 1], address[POLICY_ADDRESS_MAX + 1];
};

/* A member that the answer does not mention is 0. */
struct policy_answer {
	uint32_t rate, burst, weight;
};

/**
 * policy_question_encode - write a question; unknown members are left out
 * @out: POLICY_QUESTION_MAX bytes
 * Returns: how many of them are used.
 */
size_t policy_question_encode(char *out, const struct policy_question *q);

/**
 * policy_answer_parse - parse the part of an answer that was received so far, checking every byte
 * Each key may occur once, or not at all.
 * Returns: 0 with @ret; -EAGAIN if the empty line was not received yet; -EBADMSG for an unknown line, a number that is
 * out of range, more than POLICY_ANSWER_MAX bytes, or anything after the empty line.
 */
int policy_answer_parse(const char *raw, size_t len, struct policy_answer *ret);

#endif
