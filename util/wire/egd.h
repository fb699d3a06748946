/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_EGD_H
#define UTIL_WIRE_EGD_H

#include <stddef.h>
#include <stdint.h>

/*
 * The protocol of EGD, the entropy gathering daemon egd.pl, and of its successors: a client sends requests, one after
 * another, on one stream. Answers carry no mark: a client knows where one begins only by counting bytes. Pure: no
 * socket is used here.
 *
 *   request         answer
 *   00              4 bytes, big-endian: how many bits are available
 *   01 n            1 byte m, at most n, then m bytes; the daemon does not wait for more
 *   02 n            n bytes; the daemon waits until n are available
 *   03 bb bb n ...  none: the client offers n bytes (...); bb bb says how many bits they are worth, big-endian
 *   04              1 byte with a length, then the daemon's process number as text of that length
 */
enum egd_command {
	EGD_BITS = 0,
	EGD_TRY = 1,
	EGD_READ = 2,
	EGD_OFFER = 3,
	EGD_PID = 4,
};

#define EGD_BYTES_MAX  255 /* bytes that one request can ask for, or offer */
#define EGD_BITS_SIZE  4
#define EGD_PID_MAX    (1 + 20)
#define EGD_OFFER_HEAD 4

/* The received part of a request that is not complete yet. The caller zeroes it at the start of a stream. */
struct egd_parser {
	uint8_t head[EGD_OFFER_HEAD], have; /* the first @have bytes of a request */
	uint8_t offered;                    /* bytes of an offer that are still to come */
};

struct egd_request {
	enum egd_command command;
	uint8_t bytes; /* how many are requested; for an offer, how many of its bytes are in @data, at least 1 */
	const uint8_t *data; /* for an offer: these bytes, in the caller's input */
};

/**
 * egd_parse - find the next request in the bytes that a client has sent
 * @ret_used: how many bytes of @raw were used; always written
 * @ret:      the request. If an offer arrives in pieces, each piece is returned as one request; an offer of 0 bytes is
 *            not returned
 * Returns: 1 with @ret; 0 if @raw ends before the request does; -EBADMSG if the bytes are not a request; then the
 * stream cannot be used any further.
 */
int egd_parse(struct egd_parser *p, const uint8_t *raw, size_t len, size_t *ret_used,
	struct egd_request *ret);

/** egd_bits_encode - write the answer to EGD_BITS. */
void egd_bits_encode(uint8_t out[EGD_BITS_SIZE], uint32_t bits);

/** egd_pid_encode - write the answer to EGD_PID. @out: EGD_PID_MAX bytes. Returns: how many of them are used. */
size_t egd_pid_encode(uint8_t *out, unsigned pid);

#endif
