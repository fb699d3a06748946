/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIG_FILE_H
#define CLI_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "util/fault.h"

/*
 * The syntax of one configuration file, without any knowledge of its keys. inih splits the lines. Lines that inih would
 * silently cut, join or ignore are reported as faults here, and never reach it.
 */
#define CONFIG_FILE_MAX (64u << 10)
#define CONFIG_LINE_MAX 196 /* bytes; inih in its usual build accepts no longer lines */

/* Functions that receive sections, entries and faults, in the order of the lines. */
struct config_sink {
	void *to;
	void (*section)(void *to, unsigned line, const char *name);
	void (*entry)(
		void *to, unsigned line, const char *section, const char *key, const char *value);
	void (*fault)(void *to, unsigned line, const char *words);
};

/**
 * config_file_parse - parse the text of a file, line by line
 * @text: @len bytes and a terminating zero; modified
 *
 * A line with a fault is reported to @sink->fault, and otherwise ignored. Returns: 0 or -ENOMEM.
 */
int config_file_parse(char *text, size_t len, const struct config_sink *sink);

/**
 * config_file_trusted - may the caller trust this file, or folder of files?
 * It must be owned by root or the caller @uid, and nobody else may have permission to write to it.
 * Returns: 0, or -EPERM with @f.
 */
int config_file_trusted(const struct stat *st, uid_t uid, const char *path, struct fault *f);

/**
 * config_file_read - read a whole regular file, if it is trusted; /dev/null counts as an empty file
 * @dirfd:    the folder that @name is relative to, or AT_FDCWD
 * @path:     the name of the file in messages
 * @ret_text: with a terminating zero; the caller frees it
 * Returns: 0 or -errno with @f.
 */
int config_file_read(int dirfd, const char *name, const char *path, char **ret_text,
	size_t *ret_len, struct fault *f);

#endif
