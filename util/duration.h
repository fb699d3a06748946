/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_DURATION_H
#define UTIL_DURATION_H

#include <stddef.h>
#include <stdint.h>

/**
 * duration_parse - a length of time as people write it: a whole number and a unit, with nothing around them
 * @text:   "500ms", "90s", "15m", "12h", "1d", "2w"; a number without a unit is seconds; need not be terminated
 * @len:    bytes of @text
 * @ret_ms: milliseconds, of a number that may be 0; untouched on error
 *
 * Shape: pure, and needs no libc but memcmp() and strlen(): the guest reads its options with it too. Every option and every key
 *        that is a length of time is read here, so that all take the same units; what is too short or too long is the
 *        caller's to say.
 * Returns: 0; -EINVAL for any other text; -ERANGE where the milliseconds do not fit 64 bits.
 */
int duration_parse(const char *text, size_t len, uint64_t *ret_ms);

#endif
