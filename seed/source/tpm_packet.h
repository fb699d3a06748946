/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_TPM_PACKET_H
#define SEED_SOURCE_TPM_PACKET_H

#include <stddef.h>
#include <stdint.h>

/*
 * The one TPM command that we use, TPM2_GetRandom: how to encode it and how to parse its response (TCG, TPM 2.0
 * Library, Part 3, 16.1). Pure functions: no input or output.
 */
#define TPM_COMMAND_SIZE 12
#define TPM_HEADER_SIZE  10 /* bytes of a response: tag, size, response code */
#define TPM_ASK_MAX      64 /* bytes; a TPM gives at most the size of its largest digest, SHA-512 */
#define TPM_ANSWER_MAX   (TPM_HEADER_SIZE + 2 + TPM_ASK_MAX)

/** tpm_command - encode a request for @asked bytes, 1..TPM_ASK_MAX. */
void tpm_command(uint8_t out[TPM_COMMAND_SIZE], size_t asked);

/**
 * tpm_answer_size - the length of the whole response that begins with @header
 * Returns: 0, or -EPROTO if no response to a request for @asked bytes can have that length.
 */
int tpm_answer_size(const uint8_t header[TPM_HEADER_SIZE], size_t asked, size_t *ret_len);

/**
 * tpm_answer - find the random bytes in a complete response
 * @raw:       secret; @ret_bytes points into it
 * @ret_len:   1..@asked
 *
 * Returns: 0; -EAGAIN: the TPM is busy, ask again (retry, testing, yielded); -EPROTO: malformed. Each other response
 * code has an errno that no other function of this source returns: -EHOSTDOWN: the TPM was not started; -EREMOTEIO: it
 * is in failure mode; -EKEYREJECTED: it is locked out; -EPROTONOSUPPORT: it is a TPM 1.2; -ENODATA: it gave no bytes;
 * -EIO: any other code. tpm_why() has a message for each of these but the last two.
 */
int tpm_answer(
	const uint8_t *raw, size_t len, size_t asked, const uint8_t **ret_bytes, size_t *ret_len);

/** tpm_why - the message for an error of tpm_answer(), as the end of a sentence; NULL: the errno has its usual meaning. */
const char *tpm_why(int err);

#endif
