/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIG_KEY_H
#define CLI_CONFIG_KEY_H

#include "cli/config/config.h"

/* A key of the configuration. */
struct config_key {
	const char *name;
	/* Parses @text and sets a field of @s, whose @part the caller has set. The same function checks a value when it
	 * is read, and sets it later. Returns: 0; or -EINVAL with @f "KEY: VALUE: must be ...", and @s is unchanged. */
	int (*take)(struct settings *s, const char *text, struct fault *f);
	/* The default of each program, as text. NULL: the program does not use the key. Empty: a list of sources that
	 * take_source() computes. */
	const char *initial[CONFIG_PARTS];
};

extern const struct config_key config_keys[];
extern const size_t config_keys_count;

/** config_key_find - the index in the table; config_keys_count: unknown key. */
size_t config_key_find(const char *name);

/**
 * config_key_allowed - may the key be in the section of @part?
 * CONFIG_TOOLS means before any section: there all keys are allowed except those that only the daemon uses.
 */
bool config_key_allowed(const struct config_key *k, enum config_part part);

#endif
