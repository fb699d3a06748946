/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/source/tpm_packet.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define TAG        0x8001 /* TPM_ST_NO_SESSIONS */
#define TAG_OF_1_2 0x00c4 /* TPM_TAG_RSP_COMMAND: a TPM 1.2 answers unknown commands with this */
#define GET_RANDOM 0x017b
#define RC_SUCCESS 0x000
#define RC_START   0x100 /* TPM_RC_INITIALIZE */
#define RC_FAILURE 0x101
#define RC_YIELDED 0x908
#define RC_TESTING 0x90a
#define RC_LOCKOUT 0x921
#define RC_RETRY   0x922
#define SIZE_AT    TPM_HEADER_SIZE /* offset of the number of random bytes, 16 bits */
#define BYTES_AT   (SIZE_AT + 2)   /* offset of the random bytes */

static uint32_t number(const uint8_t *p, size_t len)
{
	uint32_t n = 0;

	while (len-- > 0)
		n = n << 8 | *p++;
	return n;
}

void tpm_command(uint8_t out[TPM_COMMAND_SIZE], size_t asked)
{
	const uint8_t command[TPM_COMMAND_SIZE] = { TAG >> 8, TAG & 0xff, 0, 0, 0, TPM_COMMAND_SIZE,
		0, 0, GET_RANDOM >> 8, GET_RANDOM & 0xff, 0, (uint8_t)asked };

	memcpy(out, command, sizeof(command));
}

int tpm_answer_size(const uint8_t header[TPM_HEADER_SIZE], size_t asked, size_t *ret_len)
{
	const uint32_t len = number(header + 2, 4);

	if (len < TPM_HEADER_SIZE || len > BYTES_AT + asked)
		return -EPROTO;
	*ret_len = len;
	return 0;
}

static int refusal(uint32_t rc)
{
	switch (rc) {
	case RC_RETRY:
	case RC_TESTING:
	case RC_YIELDED:
		return -EAGAIN;
	case RC_START:
		return -EHOSTDOWN;
	case RC_FAILURE:
		return -EREMOTEIO;
	case RC_LOCKOUT:
		return -EKEYREJECTED;
	default:
		return -EIO;
	}
}

int tpm_answer(
	const uint8_t *raw, size_t len, size_t asked, const uint8_t **ret_bytes, size_t *ret_len)
{
	size_t said, size;
	uint32_t tag, rc;

	if (len < TPM_HEADER_SIZE || tpm_answer_size(raw, asked, &said) < 0 || said != len)
		return -EPROTO;
	tag = number(raw, 2);
	rc = number(raw + 6, 4);
	if (tag == TAG_OF_1_2 && len == TPM_HEADER_SIZE && rc != RC_SUCCESS)
		return -EPROTONOSUPPORT;
	if (tag != TAG)
		return -EPROTO;
	if (rc != RC_SUCCESS)
		return len == TPM_HEADER_SIZE ? refusal(rc) : -EPROTO;
	if (len < BYTES_AT)
		return -EPROTO;
	size = number(raw + SIZE_AT, 2);
	if (size != len - BYTES_AT)
		return -EPROTO;
	if (size == 0)
		return -ENODATA;
	*ret_bytes = raw + BYTES_AT;
	*ret_len = size;
	return 0;
}

const char *tpm_why(int err)
{
	switch (err) {
	case -EPROTO:
		return "not a valid response to TPM2_GetRandom";
	case -EHOSTDOWN:
		return "the TPM is not started";
	case -EREMOTEIO:
		return "the TPM is in failure mode";
	case -EKEYREJECTED:
		return "the TPM is locked out";
	case -EPROTONOSUPPORT:
		return "a TPM 1.2; use the source hwrng to read its random numbers";
	default:
		return NULL;
	}
}
