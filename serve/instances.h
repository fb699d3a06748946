/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_INSTANCES_H
#define SERVE_INSTANCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/hex.h"

/* Records for one instance at once, enough for Nova to make two config drives; then one every INSTANCES_PERIOD_MS. */
#define INSTANCES_BURST     10
#define INSTANCES_PERIOD_MS 10000
#define INSTANCES_SETS      2048
#define INSTANCES_WAYS      4

/* How much of its limit one instance has used up. All zero: a free entry. */
struct instance {
	uint8_t uuid[UUID_SIZE];
	uint32_t kind;
	uint32_t used_ms; /* at the time @at_ms; it falls by a millisecond each millisecond */
	int64_t at_ms;
};

/*
 * The limit of records for each instance, in a hash table of fixed size. If the set of a new instance is full, the table
 * forgets the instance in it that has used up least; that instance gains no more than the little it had used up. A client
 * that invents UUIDs gains nothing, because each instance has a limit of its own. Pure: the caller passes the time.
 */
struct instances {
	uint64_t secret
		[2]; /* key of the hash, so that nobody can choose which instances share a set */
	struct instance set[INSTANCES_SETS][INSTANCES_WAYS];
};

/** instances_init - @secret: random bits. */
void instances_init(struct instances *is, const uint64_t secret[2]);

/**
 * instances_take - count one more record for @uuid, if that is within its limit
 * @kind: an instance has a separate limit for each kind of record
 * Returns: whether it is within the limit.
 */
bool instances_take(
	struct instances *is, const uint8_t uuid[UUID_SIZE], uint32_t kind, int64_t now_ms);

#endif
