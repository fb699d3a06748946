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
#define POLICY_RATE_MAX     1000000000 /* of rate and burst */
#define POLICY_BURST_MIN    64
#define POLICY_WEIGHT_MAX   100

/*
 * What the daemon asks a program of the operator's about one client, and what that answers: lines of "key=value", and an
 * empty line at the end. Pure.
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
	int64_t uid, pid; /* -1: not known */
	/* Empty: not known. The first two are what the client says of itself. */
	char uuid[POLICY_UUID_MAX + 1], name[POLICY_NAME_MAX + 1], address[POLICY_ADDRESS_MAX + 1];
};

/* 0: not said. */
struct policy_answer {
	uint32_t rate, burst, weight;
};

/** policy_question_encode - what is not known is left out. @out: POLICY_QUESTION_MAX bytes. Returns: how many are used. */
size_t policy_question_encode(char *out, const struct policy_question *q);

/**
 * policy_answer_parse - check every byte of what has come so far
 * Each key may be there once, or not at all.
 * Returns: 0 with @ret; -EAGAIN while the empty line has not come; -EBADMSG for any other line, for a figure out of its
 * range, for more than POLICY_ANSWER_MAX bytes, and for what comes after the empty line.
 */
int policy_answer_parse(const char *raw, size_t len, struct policy_answer *ret);

#endif
