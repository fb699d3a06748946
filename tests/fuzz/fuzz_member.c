/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is the body of a request to the daemon; its first byte decides in which pieces the rest arrives. The referee
 * is the parser that needs the whole text at once; fuzz_json compares that parser with json-c.
 *
 * FUZZ_WITH: serve/member.c util/json.c util/utf8.c util/hex.c
 */
#include "serve/member.h"
#include "util/json.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_span span;
	struct member m;
	const char *found;
	size_t at = 0, piece, n = 0;
	int r = 0, want;

	if (size < 1)
		return 0;
	piece = 1 + data[0] % 32;
	data++;
	size--;
	member_init(&m, "instance-id");
	while (at < size && r == 0) {
		n = size - at < piece ? size - at : piece;
		uint8_t *copy = malloc(n);

		memcpy(copy, data + at, n);
		r = member_take(&m, copy, n);
		free(copy);
		at += n;
	}
	if (r == 0)
		r = member_end(&m, &found, &n);
	want = json_find_string((const char *)data, size, "instance-id", &span);
	if (want == 0 && span.len > MEMBER_TEXT_MAX)
		want = -EMSGSIZE;
	/* If a text is both nested too deeply and malformed, the first fault in it decides the error. */
	assert(r == want || (r == -ELOOP && want == -EBADMSG) || (r == -EBADMSG && want == -ELOOP));
	if (r == 0)
		assert(n == span.len && memcmp(found, data + span.at, n) == 0);
	return 0;
}
