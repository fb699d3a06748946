/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_CLAIM_H
#define SEED_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/wire/record.h"

/*
 * How many bits a seed may claim, by the rules in doc/accounting.md. Pure functions of numbers, so that a reader and a
 * property test can redo the sum.
 */
#define CLAIM_MARGIN_BITS 64 /* SP 800-90C: assessed bits that a block needs above what it claims */
/* Strength that the kernel's generator adds, once a seed, without a margin. */
#define CLAIM_KERNEL_BITS 256
#define CLAIM_INPUT_BITS  (RECORD_BLOCK_BITS + CLAIM_MARGIN_BITS)

/* Both are limited to the bits that were asked for; hardware_bits is never above credit_bits. */
struct claim {
	uint32_t hardware_bits; /* sum over blocks of min(256, max(0, assessed - 64) + granted) */
	uint32_t credit_bits;   /* hardware_bits plus what the kernel adds */
};

/* What a claim may rest on. It is less than all if a requirement was not met and the caller allows a lower claim. */
enum claim_counted {
	CLAIM_COUNT_ALL,
	CLAIM_COUNT_HARDWARE, /* without the kernel's generator */
	CLAIM_COUNT_NOTHING,
};

/**
 * claim_block - the hardware bits of one block
 * @assessed: assessed bits of the hardware samples in the block; the margin is subtracted from these
 * @granted:  bits that the broker granted the block; the broker has already subtracted the margin
 */
uint32_t claim_block(uint64_t assessed, uint32_t granted);

/**
 * claim_make - what a seed of @blocks blocks claims
 * @hardware: assessed bits of the hardware samples in each block
 * @granted:  bits that the broker granted each block; NULL: none
 * @kernel:   bytes of the kernel's generator are in each block
 * @asked:    the value of --bits; neither figure of the claim is higher
 */
struct claim claim_make(const uint64_t *hardware, const uint32_t *granted, size_t blocks,
	bool kernel, uint32_t asked);

/** claim_limit - the claim that remains of @c if it may rest only on @counted */
struct claim claim_limit(struct claim c, enum claim_counted counted);

/** claim_counted_word - "all", "hardware" or "nothing", for reports. */
const char *claim_counted_word(enum claim_counted counted);

#endif
