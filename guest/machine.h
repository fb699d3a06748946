/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_MACHINE_H
#define GUEST_MACHINE_H

#include "guest/decide.h"

#define MACS_MAX 8

/* What differs between two boots, and between two clones of one machine; worth no bit. */
struct diversifier {
	uint64_t real_ns, boot_ns, ticks;
	uint64_t random[4]; /* RDRAND, where it is there */
	uint8_t uuid[UUID_SIZE];
	char macs[MACS_MAX][sizeof("00:00:00:00:00:00")];
};

/** machine_ask - what the CPU, the firmware and the clock say; fills those fields of @s. */
void machine_ask(struct situation *s);

/** machine_diversify - after machine_ask(); @ret is zero before, and to be wiped after use. */
void machine_diversify(const struct situation *s, struct diversifier *ret);

#endif
