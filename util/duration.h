/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_DURATION_H
#define UTIL_DURATION_H

#include <stddef.h>
#include <stdint.h>

/**
 * duration_parse - parse a length of time as people write it: a whole number and a unit, and nothing else
 * @text:   "500ms", "90s", "15m", "12h", "1d", "2w"; a number without a unit is seconds; need not be terminated
 * @len:    bytes of @text
 * @ret_ms: the length in milliseconds, which may be 0; untouched on error
 *
 * Shape: pure. Uses nothing of libc but memcmp() and strlen(), because the guest parses its options with it too. Every
 *        option and every configuration key with a length of time is parsed here, so that all accept the same units.
 *        The caller checks whether the length is within its limits.
 * Returns: 0; -EINVAL for any other text; -ERANGE if the milliseconds do not fit 64 bits.
 */
int duration_parse(const char *text, size_t len, uint64_t *ret_ms);

#endif
