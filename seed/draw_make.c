/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the seed from the digests of the sources, and computes what it may claim. */
#include "seed/gather.h"

#include <sodium.h>

static const char seed_purpose[] = "seedrive 1 seed";
static const char id_purpose[] = "seedrive 1 seed id";
static const char mix_purpose[] = "seedrive 1 mix";

static bool kernel_passed(const struct seed *s)
{
	size_t i;

	for (i = 0; i < s->reports; i++)
		if (draw_passed(s->report + i) && s->report[i].spec->src->kind == SOURCE_KERNEL)
			return true;
	return false;
}

#define REPLACEMENT_LEN (RECORD_BLOCK_BITS / 8)

/* The block for seed_mix_key() always contains bytes of the kernel's generator, even if the source `kernel` failed:
 * devices put nothing into that block, so without these bytes it could be empty, and then anybody could compute the key
 * and the id. libsodium reads the bytes, and ends the process if it cannot. */
static const uint8_t *replace_kernel(const struct draw *d)
{
	struct seed_secret *secret = d->seed->secret;

	randombytes_buf(secret->raw, REPLACEMENT_LEN);
	condition_begin(
		&secret->condition, source_kernel.name, (uint32_t)d->seed->blocks, REPLACEMENT_LEN);
	condition_add(&secret->condition, secret->raw, REPLACEMENT_LEN);
	condition_end(&secret->condition, secret->mix);
	return secret->mix;
}

/* Computes the key of one block from the digests of all sources that passed. */
static void make_key(const struct draw *d, size_t block)
{
	const bool lacks_kernel = block == d->seed->blocks && !kernel_passed(d->seed);
	const uint8_t *replacement = lacks_kernel ? replace_kernel(d) : NULL;
	struct seed_secret *secret = d->seed->secret;
	size_t i;

	condition_key_begin(&secret->condition, (uint32_t)block);
	for (i = 0; i < d->seed->reports; i++)
		if (draw_passed(d->seed->report + i))
			condition_key_add(&secret->condition, d->seed->report[i].spec->src->name,
				d->share[i][block].len, gather_digest(d, i, block));
	if (replacement)
		condition_key_add(
			&secret->condition, source_kernel.name, REPLACEMENT_LEN, replacement);
	condition_key_end(&secret->condition, secret->prk);
}

void draw_make(const struct draw *d)
{
	struct seed *s = d->seed;
	size_t block;

	for (block = 0; block < s->blocks; block++) {
		make_key(d, block);
		condition_expand(s->secret->out + block * CONDITION_SIZE, CONDITION_SIZE,
			s->secret->prk, seed_purpose, "");
	}
	if (s->sources.unmixed) {
		/* The id is public, so it is not derived from a block of the record. */
		randombytes_buf(s->id, sizeof(s->id));
		return;
	}
	make_key(d, s->blocks);
	condition_expand(s->secret->mix, CONDITION_SIZE, s->secret->prk, mix_purpose, "");
	condition_expand(s->id, sizeof(s->id), s->secret->prk, id_purpose, "");
}

/* Sums the assessed bits of one block over the sources that passed. */
static uint64_t block_assessed(const struct seed *s, size_t block)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < s->reports; i++)
		if (draw_passed(s->report + i) && s->report[i].spec->src->kind != SOURCE_KERNEL)
			sum += s->report[i].assessed[block];
	return sum;
}

static uint32_t block_granted(const struct seed *s, size_t block)
{
	size_t i;

	for (i = 0; i < s->reports; i++)
		if (s->report[i].given)
			return s->report[i].given[block].hardware_bits;
	return 0;
}

uint32_t seed_hardware(const struct seed *s, size_t block)
{
	return claim_block(block_assessed(s, block), block_granted(s, block));
}

void draw_count(struct seed *s)
{
	uint64_t hardware[RECORD_BLOCKS_MAX];
	uint32_t granted[RECORD_BLOCKS_MAX];
	size_t i;

	for (i = 0; i < s->blocks; i++) {
		hardware[i] = block_assessed(s, i);
		granted[i] = block_granted(s, i);
	}
	s->claim = claim_make(hardware, granted, s->blocks, kernel_passed(s), s->bits);
}
