/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIG_FILE_H
#define CLI_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "util/fault.h"

/*
 * The form of one configuration file, before anything is known of its keys. inih takes the lines apart;
 * what it would cut, join or pass over in silence is a fault here, before it sees it.
 */
#define CONFIG_FILE_MAX (64u << 10)
#define CONFIG_LINE_MAX 196 /* bytes: inih as it is usually built takes that and no more */

/* What is found, in the order of the lines. */
struct config_sink {
	void *to;
	void (*section)(void *to, unsigned line, const char *name);
	void (*entry)(
		void *to, unsigned line, const char *section, const char *key, const char *value);
	void (*fault)(void *to, unsigned line, const char *words);
};

/**
 * config_file_parse - the text of a file, line by line
 * @text: modified; @len bytes and a terminating zero
 *
 * A faulty line is told of, and left out. Returns: 0 or -ENOMEM.
 */
int config_file_parse(char *text, size_t len, const struct config_sink *sink);

/**
 * config_file_trusted - may the caller believe this file, or folder of files?
 * If it belongs to root or the caller, and nobody else may write to it.
 * Returns: 0, or -EPERM with @f.
 */
int config_file_trusted(const struct stat *st, uid_t uid, const char *path, struct fault *f);

/**
 * config_file_read - all of a regular file that is trusted; /dev/null is an empty one
 * @dirfd:    what @name is relative to, or AT_FDCWD
 * @path:     its name in @f
 * @ret_text: for free(), with a zero behind it
 * Returns: 0 or -errno with @f.
 */
int config_file_read(int dirfd, const char *name, const char *path, char **ret_text,
	size_t *ret_len, struct fault *f);

#endif
