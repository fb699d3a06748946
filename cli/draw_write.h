/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_DRAW_WRITE_H
#define CLI_DRAW_WRITE_H

/* The output of `seedrive draw`, in one of its formats. */

#include "util/fault.h"
#include "util/wire/record.h"

#include <stddef.h>
#include <stdint.h>

enum draw_format { DRAW_RAW, DRAW_HEX, DRAW_BASE64, DRAW_RECORD };

/* The output of all draws together. */
struct drawn {
	uint8_t *raw; /* secret; the caller's buffer, whose size is a whole number of blocks */
	size_t len;   /* bytes in @raw */
	uint32_t credit_bits, hardware_bits;
	uint8_t id[RECORD_ID_SIZE]; /* the seed_id of the last draw */
};

/**
 * draw_write - writes the bytes to a file, which is replaced in one step, or to standard output
 * @out: path of the file; "-" or NULL: standard output
 * Returns: 0, or -errno with @f. The bytes in another format than raw are in locked memory, which is wiped.
 */
int draw_write(const struct drawn *d, enum draw_format format, const char *out, struct fault *f);

#endif
