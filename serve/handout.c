/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/handout.h"

#include <stdlib.h>
#include <string.h>

static bool lists(const char *sources, const char *provenance)
{
	const size_t len = strlen(provenance);
	const char *p = sources;
	size_t n;

	for (; *p; p += n + (p[n] ? 2 : 0)) {
		n = strcspn(p, ";");
		if (n == len && memcmp(p, provenance, len) == 0)
			return true;
	}
	return false;
}

static void add_sources(struct handout *h, const char *provenance)
{
	static const char more[] = "...";
	const size_t used = strlen(h->sources);

	if (lists(h->sources, provenance) || lists(h->sources, more))
		return;
	if (used + 2 + strlen(provenance) + 2 + sizeof(more) > sizeof(h->sources))
		provenance = more;
	if (used > 0)
		strcat(h->sources, "; ");
	strcat(h->sources, provenance);
}

static void keep_given(struct handout *h, const struct broker_block *block, size_t blocks)
{
	size_t i;

	/* NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI): @blocks is at least 1 */
	h->given = malloc(blocks * sizeof(*h->given));
	for (i = 0; h->given && i < blocks; i++) {
		const size_t at = sizeof(block[i].bytes);

		/* This memory is not locked. So the secret bytes, which come first in the block, are never copied into
		 * it. */
		memset(h->given[i].bytes, 0, at);
		memcpy((uint8_t *)(h->given + i) + at, (const uint8_t *)(block + i) + at,
			sizeof(*block) - at);
	}
}

_Static_assert(offsetof(struct broker_block, bytes) == 0, "all members after the bytes are public");

void handout_add(struct handout *h, const struct broker_block *block, size_t blocks)
{
	size_t i;

	h->blocks += (uint32_t)blocks;
	for (i = 0; i < blocks; i++) {
		h->hardware_bits += block[i].hardware_bits;
		add_sources(h, block[i].provenance);
	}
	keep_given(h, block, blocks);
}

void handout_clear(struct handout *h)
{
	free(h->given);
	h->given = NULL;
}

uint32_t handout_claim(const struct handout *h)
{
	uint32_t most = h->hardware_bits + RECORD_BLOCK_BITS;

	if (most > h->blocks * RECORD_BLOCK_BITS)
		most = h->blocks * RECORD_BLOCK_BITS;
	return h->noted && h->note.credit_bits < most ? h->note.credit_bits : most;
}

uint32_t handout_hardware(const struct handout *h)
{
	const uint32_t claim = handout_claim(h);

	return h->hardware_bits < claim ? h->hardware_bits : claim;
}
