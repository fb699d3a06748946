/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_CLAIM_H
#define SEED_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/wire/record.h"

/*
 * The number of bits that a seed may claim, by the rules in doc/accounting.md. These are pure functions of numbers, so
 * that an auditor and a property test can compute the same result.
 */
#define CLAIM_MARGIN_BITS 64 /* SP 800-90C: assessed bits that a block needs above what it claims */
/* Strength that the kernel's generator adds: once for a seed, and without subtracting the margin. */
#define CLAIM_KERNEL_BITS 256
#define CLAIM_INPUT_BITS  (RECORD_BLOCK_BITS + CLAIM_MARGIN_BITS)

/* Neither figure exceeds the bits that were asked for; hardware_bits never exceeds credit_bits. */
struct claim {
	uint32_t hardware_bits; /* sum over blocks of min(256, max(0, assessed - 64) + granted) */
	uint32_t credit_bits;   /* hardware_bits plus what the kernel adds */
};

/* What a claim may rest on. It is not CLAIM_COUNT_ALL if a requirement was not met and the caller allows a lower
 * claim. */
enum claim_counted {
	CLAIM_COUNT_ALL,
	CLAIM_COUNT_HARDWARE, /* without the kernel's generator */
	CLAIM_COUNT_NOTHING,
};

/**
 * claim_block - the hardware bits of one block
 * @assessed: assessed bits of the hardware samples in the block; claim_block() subtracts the margin from them
 * @granted:  bits that the broker granted for its part of the block; the broker has already subtracted the margin
 */
uint32_t claim_block(uint64_t assessed, uint32_t granted);

/**
 * claim_make - the claim of a seed of @blocks blocks
 * @hardware: for each block: assessed bits of its hardware samples
 * @granted:  for each block: bits that the broker granted; NULL: none
 * @kernel:   does each block contain bytes of the kernel's generator?
 * @asked:    the value of --bits; neither figure of the claim is higher
 */
struct claim claim_make(const uint64_t *hardware, const uint32_t *granted, size_t blocks,
	bool kernel, uint32_t asked);

/** claim_limit - reduce the claim @c to the bits that rest on @counted. Returns: the reduced claim. */
struct claim claim_limit(struct claim c, enum claim_counted counted);

/** claim_counted_word - "all", "hardware" or "nothing", for reports. */
const char *claim_counted_word(enum claim_counted counted);

#endif
