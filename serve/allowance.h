/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_ALLOWANCE_H
#define SERVE_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

#define ALLOWANCE_FIRST \
	4096 /* bytes of a new client that nothing throttles: a guest boots with them */
#define ALLOWANCE_FLOOR      32         /* bytes, for a client that has asked nothing for ... */
#define ALLOWANCE_REST_MS    60000      /* ... so long: a kernel reseeds with them */
#define ALLOWANCE_MAX        1000000000 /* of rate and burst */
#define ALLOWANCE_WEIGHT_MAX 100

/* How fast a client may be served, by itself and beside others. */
struct allowance_rule {
	uint32_t rate;   /* bytes a second; 0: as fast as can be */
	uint32_t burst;  /* bytes at once, after a time without any */
	uint32_t weight; /* so many times the share of one with 1 */
};

/*
 * What one client may be sent now: a token bucket of bytes that begins with ALLOWANCE_FIRST, and never leaves a client
 * that was silent without ALLOWANCE_FLOOR. Pure: the clock is the caller's.
 */
struct allowance {
	int64_t level;           /* thousandths of a byte, as of ... */
	int64_t at_ms, spent_ms; /* ...; and when the client was last sent anything */
	uint32_t floor;          /* bytes that nothing throttles, of which some are left */
};

void allowance_init(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms);

/** allowance_change - @rule is another one from now on: what was saved up by the old one is cut to its burst. */
void allowance_change(struct allowance *a, const struct allowance_rule *rule);

/** allowance_left - bytes that may be sent now; UINT64_MAX without a rate. */
uint64_t allowance_left(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms);

/** allowance_floor - how many of them nothing throttles, neither the client's rate nor what all clients share. */
uint32_t allowance_floor(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms);

/** allowance_spend - @bytes were sent. Returns: how many of them were beyond allowance_floor(). */
uint64_t allowance_spend(
	struct allowance *a, const struct allowance_rule *rule, uint64_t bytes, int64_t now_ms);

/** allowance_wait_ms - how long until @bytes, at most the rule's burst, may be sent; 0: now. */
int64_t allowance_wait_ms(
	struct allowance *a, const struct allowance_rule *rule, uint64_t bytes, int64_t now_ms);

#endif
