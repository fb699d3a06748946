/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_ALLOWANCE_H
#define SERVE_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes that a new client gets without any throttling, because a guest needs them to boot. */
#define ALLOWANCE_FIRST 4096
/* Bytes that a client gets without any throttling if nothing was sent to it for ALLOWANCE_REST_MS. They are enough for
 * its kernel to reseed. */
#define ALLOWANCE_FLOOR      32
#define ALLOWANCE_REST_MS    60000
#define ALLOWANCE_MAX        1000000000 /* limit of rate and burst */
#define ALLOWANCE_WEIGHT_MAX 100

/* How fast a client may be served, alone and in competition with others. */
struct allowance_rule {
	uint32_t rate;  /* bytes a second; 0: unlimited */
	uint32_t burst; /* bytes that may be sent at once after a pause */
	/* The client's share, as a multiple of the share of a client with weight 1. */
	uint32_t weight;
};

/*
 * How much may be sent to one client now: a token bucket of bytes. At the beginning its level is the burst, but at
 * least ALLOWANCE_FIRST. A client to which nothing was sent for ALLOWANCE_REST_MS can always get ALLOWANCE_FLOOR. Pure:
 * the caller passes the time.
 */
struct allowance {
	int64_t level;    /* thousandths of a byte, at the time @at_ms; below 0: overdrawn */
	int64_t at_ms;    /* when @level was computed */
	int64_t spent_ms; /* when anything was last sent to the client */
	uint32_t floor;   /* bytes that the client still gets without any throttling */
};

void allowance_init(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms);

/** allowance_change - from now on @rule applies to the client; a level above the new burst is lowered to it. */
void allowance_change(struct allowance *a, const struct allowance_rule *rule);

/** allowance_left - how many bytes the client may be sent now; UINT64_MAX if the rule has no rate. */
uint64_t allowance_left(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms);

/**
 * allowance_floor - how many bytes may be sent without throttling by the client's rate or by the budget of all clients
 */
uint32_t allowance_floor(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms);

/** allowance_spend - subtract @bytes, which were sent. Returns: how many of them exceeded allowance_floor(). */
uint64_t allowance_spend(
	struct allowance *a, const struct allowance_rule *rule, uint64_t bytes, int64_t now_ms);

/** allowance_wait_ms - how long until @bytes may be sent (or only the rule's burst, if that is less); 0: now. */
int64_t allowance_wait_ms(
	struct allowance *a, const struct allowance_rule *rule, uint64_t bytes, int64_t now_ms);

#endif
