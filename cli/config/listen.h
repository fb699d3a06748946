/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIG_LISTEN_H
#define CLI_CONFIG_LISTEN_H

#include <sys/types.h>

#include "cli/config/config.h"

/* The sections [listen NAME]: the daemon's listeners besides the broker. */
#define CONFIG_LISTEN          "listen "
#define CONFIG_LISTENERS_MAX   16
#define CONFIG_LISTEN_NAME_MAX 32
#define CONFIG_CREDENTIAL      "credential:"
#define CONFIG_WEIGHT_MAX      100
/* Largest rate, in bytes a second, and largest burst, in bytes. */
#define CONFIG_STREAM_MAX 1000000000

/* The values in force for one listener. The strings belong to the configuration, and are valid until config_clear(). */
struct config_listener {
	const char *name, *protocol;
	const char *path; /* NULL: none */
	bool fifo;        /* @path is that of a FIFO, not of a socket */
	char host[48];    /* a numeric address; empty: none */
	uint16_t port;
	mode_t mode;
	const char *group; /* NULL: the group is left as the system sets it */
	bool qemu;         /* framing = qemu */
	uint32_t rate, burst, weight;
	const char *token_file; /* a path or "credential:NAME"; NULL: none */
};

/** config_listen_name - the NAME in @section if that is "listen NAME"; NULL: it is another section. */
const char *config_listen_name(const char *section);

/**
 * config_listen_find - find the listener called @name, or create it
 * @line: where its section begins, for messages about the section as a whole
 * Returns: the listener, owned by @c; NULL: no memory, with @f->text empty, or the name is invalid, with @f.
 */
struct config_listen *config_listen_find(
	struct config *c, const char *name, unsigned line, struct fault *f);

/** config_listen_key - the number of a key; -EINVAL with @f: the key is unknown, or @value is invalid. */
int config_listen_key(const char *key, const char *value, struct fault *f);

/** config_listen_settle - the values in force for listener number @i; false after the last. */
bool config_listen_settle(const struct config *c, size_t i, struct config_listener *ret);

/** config_listen_show - key number @key of listener @i, with its value in force; false after the last. */
bool config_listen_show(const struct config *c, size_t i, size_t key, struct config_shown *ret);

/**
 * config_listen_check - check listener @i as a whole: keys that are missing, or do not fit each other
 * Returns: 0; -EINVAL with @f.
 */
int config_listen_check(const struct config *c, size_t i, struct fault *f);

#endif
