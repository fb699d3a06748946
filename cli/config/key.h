/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIG_KEY_H
#define CLI_CONFIG_KEY_H

#include "cli/config/config.h"

/* A key. Its value is checked by being taken, so that what was read once can be taken again. */
struct config_key {
	const char *name;
	/* 0; or -EINVAL with "KEY: VALUE: must be ...", and @s as it was. @s->part is set. */
	int (*take)(struct settings *s, const char *text, struct fault *f);
	/* NULL: that program has no use for it. Empty: what there is, as `source` finds out. */
	const char *initial[CONFIG_PARTS];
};

extern const struct config_key config_keys[];
extern const size_t config_keys_count;

/** config_key_find - where in the table; config_keys_count: nowhere. */
size_t config_key_find(const char *name);

/**
 * config_key_allowed - may it be written there?
 * Before any section, that is in CONFIG_TOOLS, stands what is not the daemon's alone.
 */
bool config_key_allowed(const struct config_key *k, enum config_part part);

#endif
