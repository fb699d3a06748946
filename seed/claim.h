/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_CLAIM_H
#define SEED_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/wire/record.h"

/*
 * How many bits a seed may claim: rule 4 of the design, and nothing else. Pure, so that a reader,
 * and a property test, can redo the sum.
 */
#define CLAIM_MARGIN_BITS 64  /* SP 800-90C: assessed above what a block claims */
#define CLAIM_KERNEL_BITS 256 /* the kernel's generator: strength, once a seed, without a margin */
#define CLAIM_INPUT_BITS  (RECORD_BLOCK_BITS + CLAIM_MARGIN_BITS)

/* Neither is more than was asked for, so hardware_bits is at most credit_bits. */
struct claim {
	uint32_t hardware_bits; /* sum over blocks of min(256, max(0, assessed - 64) + granted) */
	uint32_t credit_bits;   /* that and what the kernel adds */
};

/* What a claim may rest on: less than all, where something that is required is not met and less may be claimed. */
enum claim_counted {
	CLAIM_COUNT_ALL,
	CLAIM_COUNT_HARDWARE, /* not the kernel's generator */
	CLAIM_COUNT_NOTHING,
};

/**
 * claim_block - bits of hardware in one block
 * @assessed: bits assessed by hardware that went into it as samples; the margin comes off these
 * @granted:  bits that the broker gave it, which has taken the margin off already
 */
uint32_t claim_block(uint64_t assessed, uint32_t granted);

/**
 * claim_make - what a seed of @blocks blocks claims
 * @hardware: bits assessed by hardware that went into each block
 * @granted:  bits that the broker gave each block; NULL: none
 * @kernel:   the kernel's generator went into each of them
 * @asked:    --bits; more than the seed is to hold is never asked
 */
struct claim claim_make(const uint64_t *hardware, const uint32_t *granted, size_t blocks,
	bool kernel, uint32_t asked);

/** claim_limit - what is left of a claim if it may rest on @counted alone */
struct claim claim_limit(struct claim c, enum claim_counted counted);

/** claim_counted_word - "all", "hardware" or "nothing", as reports have it. */
const char *claim_counted_word(enum claim_counted counted);

#endif
