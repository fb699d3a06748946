/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIG_VALUE_H
#define CLI_CONFIG_VALUE_H

#include <stdint.h>

#include "util/fault.h"

/*
 * What options and the configuration both know how to read. Each returns 0, or -EINVAL with @f:
 * "NAME: TEXT: must be ...". The result is untouched then.
 */

#define VALUE_NONE "none" /* nothing required, bound to nothing, nothing to fall back on */

/** value_number - a whole number from @low to @high. */
int value_number(const char *name, const char *text, uint32_t low, uint32_t high, uint32_t *ret,
	struct fault *f);

/** value_duration - whole seconds, in any unit of duration_parse(); "0": none. */
int value_duration(const char *name, const char *text, uint32_t *ret, struct fault *f);

/** value_deadline - what source_parse_deadline() reads, in milliseconds. */
int value_deadline(const char *name, const char *text, uint32_t *ret, struct fault *f);

/** value_require - names of sources, and `hardware`, separated by commas; or `none`. */
int value_require(const char *name, const char *text, struct fault *f);

/** value_bind - auto, none or a UUID. */
int value_bind(const char *name, const char *text, struct fault *f);

#endif
