/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is the number of requested bytes, and a TPM's answer. tpm_answer() must accept an answer of a header, a size
 * and bytes if its three lengths agree, and nothing else. tpm_why() must have a message for the five errors in
 * check_why(), and for no other error. The command must ask for the requested bytes.
 *
 * FUZZ_WITH: seed/source/tpm_packet.c
 */
#include "seed/source/tpm_packet.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* By the specification, does the answer grant these bytes? */
static bool is_granted(const uint8_t *raw, size_t len, size_t asked)
{
	const size_t n = len - 12;
	uint8_t head[12] = { 0x80, 0x01, 0, 0, 0, (uint8_t)len, 0, 0, 0, 0, 0, (uint8_t)n };

	return len > 12 && n <= asked && memcmp(raw, head, sizeof(head)) == 0;
}

static bool is_refusal(const uint8_t *raw, size_t len)
{
	return len == 10 &&
		(memcmp(raw, "\x80\x01\0\0\0\x0a", 6) == 0 ||
			memcmp(raw, "\0\xc4\0\0\0\x0a", 6) == 0) &&
		memcmp(raw + 6, "\0\0\0\0", 4) != 0;
}

static void check_size(const uint8_t *raw, size_t len, size_t asked, int r)
{
	size_t said = SIZE_MAX;

	if (len < TPM_HEADER_SIZE)
		return;
	if (tpm_answer_size(raw, asked, &said) < 0)
		assert(r == -EPROTO && said == SIZE_MAX);
	else
		assert(said >= TPM_HEADER_SIZE && said <= 12 + asked);
	/* Unless the answer is malformed, its header states its length. */
	assert(r == -EPROTO || said == len);
}

static void check_command(size_t asked)
{
	const uint8_t want[] = { 0x80, 0x01, 0, 0, 0, 12, 0, 0, 0x01, 0x7b, 0, (uint8_t)asked };
	uint8_t out[TPM_COMMAND_SIZE];

	tpm_command(out, asked);
	assert(sizeof(want) == sizeof(out) && memcmp(out, want, sizeof(out)) == 0);
}

static void check_why(int r)
{
	const bool own = r == -EPROTO || r == -EHOSTDOWN || r == -EREMOTEIO || r == -EKEYREJECTED ||
		r == -EPROTONOSUPPORT;

	assert((tpm_why(r) != NULL) == own);
	assert(!own || strlen(tpm_why(r)) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *bytes = NULL;
	size_t n = SIZE_MAX, asked, len;
	uint8_t *raw;
	int r;

	if (size < 1)
		return 0;
	asked = 1 + data[0] % TPM_ASK_MAX;
	len = size - 1;
	raw = malloc(len ?
			len :
			1); /* exactly as long as the answer, so that ASan finds a read beyond it */
	assert(raw);
	memcpy(raw, data + 1, len);
	r = tpm_answer(raw, len, asked, &bytes, &n);
	assert((r == 0) == is_granted(raw, len, asked));
	if (r == 0)
		assert(bytes == raw + 12 && n == len - 12 && n >= 1 && n <= asked);
	else
		assert(!bytes && n == SIZE_MAX);
	if (is_refusal(raw, len))
		assert(r == -EAGAIN || r == -EHOSTDOWN || r == -EREMOTEIO || r == -EKEYREJECTED ||
			r == -EPROTONOSUPPORT || r == -EIO);
	else if (r < 0)
		assert(r == -EPROTO || r == -ENODATA);
	check_size(raw, len, asked, r);
	check_why(r);
	check_command(asked);
	assert(memcmp(raw, data + 1, len) == 0);
	free(raw);
	return 0;
}
