/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_TOKEN_H
#define SERVE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "util/fault.h"
#include "util/sha256.h"

#define TOKEN_MIN        16
#define TOKEN_MAX        128
#define TOKEN_CREDENTIAL "credential:" /* prefix of the name of a systemd credential */

/* The secret that a client must present. Only its digest is kept, so that the time of a comparison does not show how
 * much of a guess is right. */
struct token {
	bool set;
	uint8_t digest[SHA256_SIZE];
};

/**
 * token_read - read a token from a file
 * @where: an absolute path, or "credential:NAME"
 * The file must have one line of TOKEN_MIN to TOKEN_MAX characters from A-Z, a-z, 0-9, -, . and _, which need no escape
 * in a URL, and must not be accessible to users other than its owner and group.
 * Returns: 0, or -errno with @f, which never contains the file's content.
 */
int token_read(const char *where, struct token *ret, struct fault *f);

/** token_matches - whether @text is the token; the time of the comparison depends only on @len. */
bool token_matches(const struct token *t, const char *text, size_t len);

#endif
