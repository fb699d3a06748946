/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/claim.h"

uint32_t claim_block(uint64_t assessed, uint32_t granted)
{
	const uint64_t own = assessed > CLAIM_MARGIN_BITS ? assessed - CLAIM_MARGIN_BITS : 0;

	if (own >= RECORD_BLOCK_BITS || granted >= RECORD_BLOCK_BITS - own)
		return RECORD_BLOCK_BITS;
	return (uint32_t)own + granted;
}

struct claim claim_make(const uint64_t *hardware, const uint32_t *granted, size_t blocks,
	bool kernel, uint32_t asked)
{
	uint32_t sum = 0, room, total;
	size_t i;

	for (i = 0; i < blocks; i++)
		sum += claim_block(hardware[i], granted ? granted[i] : 0);
	/* No block claims more than 256 bits, so the kernel can add only the bits that the hardware leaves
	 * unclaimed. */
	room = (uint32_t)blocks * RECORD_BLOCK_BITS - sum;
	total = sum;
	if (kernel)
		total += room < CLAIM_KERNEL_BITS ? room : CLAIM_KERNEL_BITS;
	return (struct claim){ .hardware_bits = sum < asked ? sum : asked,
		.credit_bits = total < asked ? total : asked };
}

struct claim claim_limit(struct claim c, enum claim_counted counted)
{
	if (counted == CLAIM_COUNT_NOTHING)
		c.hardware_bits = 0;
	if (counted != CLAIM_COUNT_ALL)
		c.credit_bits = c.hardware_bits;
	return c;
}

const char *claim_counted_word(enum claim_counted counted)
{
	static const char *const words[] = {
		[CLAIM_COUNT_ALL] = "all",
		[CLAIM_COUNT_HARDWARE] = "hardware",
		[CLAIM_COUNT_NOTHING] = "nothing",
	};

	return words[counted];
}
