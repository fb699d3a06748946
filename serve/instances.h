/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_INSTANCES_H
#define SERVE_INSTANCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/hex.h"

/* Limit of the records for one instance: this many at once, enough for Nova to make two config drives, and after that
 * one record every INSTANCES_PERIOD_MS. */
#define INSTANCES_BURST     10
#define INSTANCES_PERIOD_MS 10000
#define INSTANCES_SETS      2048
#define INSTANCES_WAYS      4

/* How much of its limit one instance has used up. An entry of all zeros is free. */
struct instance {
	uint8_t uuid[UUID_SIZE];
	uint32_t kind;
	uint32_t used_ms; /* at the time @at_ms; after that it falls by 1 each millisecond */
	int64_t at_ms;
};

/*
 * The limit of records for each instance, in a hash table of fixed size. If the set into which a new instance belongs
 * is full, the table forgets the instance of that set that has used up least of its limit. The forgotten instance has
 * its full limit again, which is only a little more than it had left. A client that invents UUIDs cannot use up the
 * limit of another instance, because each instance has a separate limit. Pure: the caller passes the time.
 */
struct instances {
	uint64_t secret
		[2]; /* key of the hash, so that nobody can choose which instances share a set */
	struct instance set[INSTANCES_SETS][INSTANCES_WAYS];
};

/** instances_init - make an empty table. @secret: random bits. */
void instances_init(struct instances *is, const uint64_t secret[2]);

/**
 * instances_take - count one more record for @uuid, if that is within its limit
 * @kind: an instance has a separate limit for each kind of record
 * Returns: whether it is within the limit.
 */
bool instances_take(
	struct instances *is, const uint8_t uuid[UUID_SIZE], uint32_t kind, int64_t now_ms);

#endif
