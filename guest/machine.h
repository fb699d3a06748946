/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_MACHINE_H
#define GUEST_MACHINE_H

#include "guest/decide.h"

#define MACS_MAX 8

/* Values that differ between two boots, and between two clones of one machine. They count as 0 bits. */
struct diversifier {
	uint64_t real_ns, boot_ns, ticks;
	uint64_t random[4]; /* from RDRAND, if the CPU has it */
	uint8_t uuid[UUID_SIZE];
	char macs[MACS_MAX][sizeof("00:00:00:00:00:00")];
};

/** machine_ask - ask the CPU, the firmware and the clock, and set the members of @s that depend on them. */
void machine_ask(struct situation *s);

/**
 * machine_diversify - fill in @ret. Called after machine_ask(). The caller zeroes @ret before, and wipes it after use.
 */
void machine_diversify(const struct situation *s, struct diversifier *ret);

#endif
