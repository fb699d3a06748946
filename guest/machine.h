/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_MACHINE_H
#define GUEST_MACHINE_H

#include "guest/decide.h"

/** machine_ask - what the CPU, the firmware and the clock say; fills those fields of @s. */
void machine_ask(struct situation *s);

/* What differs between two boots, and between two clones of one machine; worth no bit. */
struct diversifier {
	uint64_t real_ns, boot_ns, ticks;
	uint8_t uuid[UUID_SIZE];
};

void machine_diversify(const struct situation *s, struct diversifier *ret);

#endif
