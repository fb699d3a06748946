/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_TOKEN_H
#define SERVE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "util/fault.h"
#include "util/sha256.h"

#define TOKEN_MIN        16
#define TOKEN_MAX        128
#define TOKEN_CREDENTIAL "credential:" /* before the name of a credential of systemd's */

/* What a client has to know; as a digest, so that comparing two takes the same time however much of them is equal. */
struct token {
	bool set;
	uint8_t digest[SHA256_SIZE];
};

/**
 * token_read - the token in a file
 * @where: an absolute path, or "credential:NAME"
 * The file has one line of TOKEN_MIN to TOKEN_MAX characters of A-Z, a-z, 0-9, -, . and _, which need no escape in a URL.
 * Only its owner and group may read it. Returns: 0, or -errno with @f, which never shows what is in the file.
 */
int token_read(const char *where, struct token *ret, struct fault *f);

/** token_matches - in a time that depends on @len alone. */
bool token_matches(const struct token *t, const char *text, size_t len);

#endif
