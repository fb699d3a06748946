/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_TPM_PACKET_H
#define SEED_SOURCE_TPM_PACKET_H

#include <stddef.h>
#include <stdint.h>

/*
 * TPM2_GetRandom on the wire, and no more of a TPM (TCG, TPM 2.0 Library, Part 3, 16.1). Pure.
 */
#define TPM_COMMAND_SIZE 12
#define TPM_HEADER_SIZE  10 /* of an answer: tag, size, response code */
#define TPM_ASK_MAX      64 /* bytes: the largest digest, and so the most that a TPM grants */
#define TPM_ANSWER_MAX   (TPM_HEADER_SIZE + 2 + TPM_ASK_MAX)

/** tpm_command - ask for @asked bytes, 1..TPM_ASK_MAX. */
void tpm_command(uint8_t out[TPM_COMMAND_SIZE], size_t asked);

/**
 * tpm_answer_size - how long the answer is of which @header is the beginning
 * Returns: 0, or -EPROTO where no answer to @asked bytes is so long.
 */
int tpm_answer_size(const uint8_t header[TPM_HEADER_SIZE], size_t asked, size_t *ret_len);

/**
 * tpm_answer - the bytes in an answer that came whole
 * @raw:       secret; @ret_bytes points into it
 * @ret_len:   1..@asked
 *
 * Returns: 0; -EAGAIN: to be asked again (retry, testing, yielded); -EPROTO: malformed; and what a TPM
 * says instead, under numbers that nothing else here gives: -EHOSTDOWN: not started; -EREMOTEIO: in
 * failure mode; -EKEYREJECTED: locked out; -EPROTONOSUPPORT: a TPM 1.2; -ENODATA: no bytes; -EIO: anything
 * else. tpm_why() has the words.
 */
int tpm_answer(
	const uint8_t *raw, size_t len, size_t asked, const uint8_t **ret_bytes, size_t *ret_len);

/** tpm_why - those words; NULL: not one of ours. */
const char *tpm_why(int err);

#endif
