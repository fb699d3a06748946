/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_ALLOWANCE_H
#define SERVE_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes that a new client gets without any throttling, because a guest boots with them. */
#define ALLOWANCE_FIRST 4096
/* Bytes that a client gets without any throttling after it was sent nothing for ALLOWANCE_REST_MS: enough for its kernel
 * to reseed. */
#define ALLOWANCE_FLOOR      32
#define ALLOWANCE_REST_MS    60000
#define ALLOWANCE_MAX        1000000000 /* limit of rate and burst */
#define ALLOWANCE_WEIGHT_MAX 100

/* How fast a client may be served, alone and in competition with others. */
struct allowance_rule {
	uint32_t rate;   /* bytes a second; 0: unlimited */
	uint32_t burst;  /* bytes at once, after a pause */
	uint32_t weight; /* its share, as a multiple of the share of a client with weight 1 */
};

/*
 * How much one client may be sent now: a token bucket of bytes. It begins with the burst, at least ALLOWANCE_FIRST, and a
 * client that was silent always has ALLOWANCE_FLOOR. Pure: the caller passes the time.
 */
struct allowance {
	int64_t level;    /* thousandths of a byte, at the time @at_ms; below 0: overdrawn */
	int64_t at_ms;    /* when @level was computed */
	int64_t spent_ms; /* when the client was last sent anything */
	uint32_t floor;   /* bytes left that nothing throttles */
};

void allowance_init(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms);

/** allowance_change - the client has the new @rule from now on; a level above its burst is cut to it. */
void allowance_change(struct allowance *a, const struct allowance_rule *rule);

/** allowance_left - how many bytes the client may be sent now; UINT64_MAX if the rule has no rate. */
uint64_t allowance_left(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms);

/** allowance_floor - how many bytes nothing throttles: neither the client's rate nor the budget of all clients. */
uint32_t allowance_floor(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms);

/** allowance_spend - @bytes were sent: subtract them. Returns: how many of them were beyond allowance_floor(). */
uint64_t allowance_spend(
	struct allowance *a, const struct allowance_rule *rule, uint64_t bytes, int64_t now_ms);

/** allowance_wait_ms - how long until @bytes, or the rule's burst if that is less, may be sent; 0: now. */
int64_t allowance_wait_ms(
	struct allowance *a, const struct allowance_rule *rule, uint64_t bytes, int64_t now_ms);

#endif
