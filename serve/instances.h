/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_INSTANCES_H
#define SERVE_INSTANCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/hex.h"

#define INSTANCES_BURST \
	10 /* records for one instance at once: two config drives of Nova's; and then ... */
#define INSTANCES_PERIOD_MS 10000 /* ... one in so long */
#define INSTANCES_SETS      2048
#define INSTANCES_WAYS      4

/* What one instance has left, as of a moment; in milliseconds of waiting. Zero: nobody's. */
struct instance {
	uint8_t uuid[UUID_SIZE];
	uint32_t kind;
	uint32_t used_ms;
	int64_t at_ms;
};

/*
 * How many records each instance gets, in a table of fixed size. When there is no room in an instance's set, the one
 * that has used least is forgotten, and gains no more by that than the little it has used. Whoever names instances
 * that do not exist gains nothing either, as each has its own limit anyway. Pure: the clock is the caller's.
 */
struct instances {
	uint64_t secret[2]; /* so that nobody can choose which instances share a set */
	struct instance set[INSTANCES_SETS][INSTANCES_WAYS];
};

/** instances_init - @secret: random. */
void instances_init(struct instances *is, const uint64_t secret[2]);

/**
 * instances_take - whether one more record for @uuid is within its limit; counts it if so
 * @kind: records of different kinds have different limits
 */
bool instances_take(
	struct instances *is, const uint8_t uuid[UUID_SIZE], uint32_t kind, int64_t now_ms);

#endif
