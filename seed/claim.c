/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/claim.h"

static uint32_t block_bits(uint64_t assessed)
{
	if (assessed < CLAIM_MARGIN_BITS)
		return 0;
	assessed -= CLAIM_MARGIN_BITS;
	return assessed < RECORD_BLOCK_BITS ? (uint32_t)assessed : RECORD_BLOCK_BITS;
}

struct claim claim_make(const uint64_t *hardware, size_t blocks, bool kernel, uint32_t asked)
{
	struct claim c = { 0 };
	uint32_t room, total;
	size_t i;

	for (i = 0; i < blocks; i++)
		c.hardware_bits += block_bits(hardware[i]);
	/* The kernel fills up what hardware left free: no block ever claims more than its 256. */
	room = (uint32_t)blocks * RECORD_BLOCK_BITS - c.hardware_bits;
	total = c.hardware_bits;
	if (kernel)
		total += room < CLAIM_KERNEL_BITS ? room : CLAIM_KERNEL_BITS;
	c.credit_bits = total < asked ? total : asked;
	return c;
}
