/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIG_VALUE_H
#define CLI_CONFIG_VALUE_H

#include <stdint.h>

#include "util/fault.h"

/*
 * Values that occur both in options and in the configuration. Each function parses or checks @text, and returns 0, or
 * -EINVAL with @f: "NAME: TEXT: must be ...". Results are written on success only.
 */

#define VALUE_NONE "none" /* for require, bind, fallback and others: none is wanted */

/** value_number - parse a whole number from @low to @high. */
int value_number(const char *name, const char *text, uint32_t low, uint32_t high, uint32_t *ret,
	struct fault *f);

/** value_duration - parse a time of whole seconds, in any unit of duration_parse(); "0" is accepted too. */
int value_duration(const char *name, const char *text, uint32_t *ret, struct fault *f);

/** value_deadline - parse a time as source_parse_deadline() does; @ret: milliseconds. */
int value_deadline(const char *name, const char *text, uint32_t *ret, struct fault *f);

/** value_require - check a list of sources and `hardware`, separated by commas; or `none`. */
int value_require(const char *name, const char *text, struct fault *f);

/** value_bind - check that it is auto, none or a UUID. */
int value_bind(const char *name, const char *text, struct fault *f);

#endif
