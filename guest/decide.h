/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_DECIDE_H
#define GUEST_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/wire/record.h"

#define CLOCK_SKEW_S 300 /* host and guest may disagree by so much */

/* What the decision rests on; gathered by guest/machine.c and guest/device.c. */
struct situation {
	bool mix_only;       /* as asked for */
	bool several_drives; /* with different seeds */
	bool stock_refused;  /* not a record, and not asked for */
	bool must_be_bound;  /* a carry-over: to whatever machine left it */
	bool hypervisor;
	bool rdrand;           /* the instruction is there */
	bool confidential;     /* a guest that does not trust its host: SEV, TDX, CCA */
	bool untrusted_device; /* anybody but the hypervisor may have attached it */
	bool trust_device;
	bool has_uuid;
	uint8_t uuid[UUID_SIZE]; /* DMI's */
	/* Seconds since 1970. They count for a seed with a time to live alone, and a clock before @built is none. */
	uint64_t now, built;
};

/**
 * uuid_same - one machine? Some firmware stores the first three fields little-endian, as SMBIOS 2.6 wants, and some as
 * they read: either order is the same. Pure.
 */
bool uuid_same(const uint8_t a[UUID_SIZE], const uint8_t b[UUID_SIZE]);

/**
 * decide - may this record be credited, as far as can be told without a ledger?
 * Pure. Returns: NULL for yes, else the reason why it is only mixed, one stable word.
 */
const char *decide(const struct situation *s, const struct record *rec);

#endif
