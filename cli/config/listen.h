/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIG_LISTEN_H
#define CLI_CONFIG_LISTEN_H

#include <sys/types.h>

#include "cli/config/config.h"

/* The sections [listen NAME]: where the daemon gives bytes besides the broker's blocks. */
#define CONFIG_LISTEN          "listen "
#define CONFIG_LISTENERS_MAX   16
#define CONFIG_LISTEN_NAME_MAX 32
#define CONFIG_WEIGHT_MAX      100
#define CONFIG_STREAM_MAX      1000000000 /* of rate and burst: bytes a second */

/* What one of them comes to; texts are the configuration's, up to config_clear(). */
struct config_listener {
	const char *name, *protocol;
	const char *path; /* NULL: none */
	bool fifo;        /* of a FIFO, not of a socket */
	char host[48];    /* numeric; empty: none */
	uint16_t port;
	mode_t mode;
	const char *group; /* NULL: as it comes */
	bool qemu;         /* framing */
	uint32_t rate, burst, weight;
};

/** config_listen_name - the NAME of a section "listen NAME"; NULL: it is another section. */
const char *config_listen_name(const char *section);

/**
 * config_listen_find - the listener called @name, created if need be
 * @line: of the section, for a fault that has no line of its own
 * Returns: NULL if there is no memory, or with @f if it can be none.
 */
struct config_listen *config_listen_find(
	struct config *c, const char *name, unsigned line, struct fault *f);

/** config_listen_key - the number of a key; -EINVAL with @f: unknown, or @value cannot be its value. */
int config_listen_key(const char *key, const char *value, struct fault *f);

/** config_listen_settle - number @i; false behind the last. */
bool config_listen_settle(const struct config *c, size_t i, struct config_listener *ret);

/** config_listen_show - key number @key of listener @i; false behind the last. */
bool config_listen_show(const struct config *c, size_t i, size_t key, struct config_shown *ret);

/** config_listen_check - what no line of listener @i is wrong with, but the whole. Returns: 0; -EINVAL with @f. */
int config_listen_check(const struct config *c, size_t i, struct fault *f);

#endif
