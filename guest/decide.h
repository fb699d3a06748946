/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_DECIDE_H
#define GUEST_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/wire/record.h"

#define CLOCK_SKEW_S 300 /* accepted difference between the clocks of host and guest */

/* The facts for the decision, from guest/machine.c, guest/device.c and the options. */
struct situation {
	bool mix_only;       /* an option demands it */
	bool several_drives; /* there are drives with different seeds */
	bool stock_refused;  /* it is Nova's random_seed, and --stock-credit was not given */
	bool must_be_bound;  /* it is a carry-over: it must be bound to the machine that saved it */
	bool hypervisor;
	bool rdrand;           /* the CPU has the instruction */
	bool confidential;     /* a guest that need not trust its host: SEV, TDX, CCA */
	bool untrusted_device; /* somebody other than the hypervisor may have attached it */
	bool trust_device;     /* an option says so */
	bool has_uuid;
	uint8_t uuid[UUID_SIZE]; /* from DMI */
	/* Seconds since 1970; only a seed with a time to live needs them. @built: when this program was built. If the
	 * clock shows an earlier time than that, it counts as unset. */
	uint64_t now, built;
};

/**
 * uuid_same - do both UUIDs mean the same machine? It has no side effects.
 * Some firmware stores the first three fields little-endian, as SMBIOS 2.6 demands; other firmware stores them in the
 * order in which they are printed. Both orders are accepted.
 */
bool uuid_same(const uint8_t a[UUID_SIZE], const uint8_t b[UUID_SIZE]);

/**
 * decide - may this record be credited, as far as can be said before any ledger is read? It has no side effects.
 * Returns: NULL: yes; else the word for `reason=`; these words never change.
 */
const char *decide(const struct situation *s, const struct record *rec);

#endif
