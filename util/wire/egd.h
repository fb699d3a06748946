/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_EGD_H
#define UTIL_WIRE_EGD_H

#include <stddef.h>
#include <stdint.h>

/*
 * The protocol of entropy gathering daemons, egd.pl's and its successors': requests of a client, one after another
 * on one stream. Nothing marks where an answer begins. Pure: no socket here.
 *
 *   request         answer
 *   00              4 bytes, big-endian: how many bits are at hand
 *   01 n            1 byte m, at most n, then m bytes; at once
 *   02 n            n bytes, and nothing before them; when there are n
 *   03 bb bb n ...  none: the client offers n bytes and says how many bits they are worth, big-endian
 *   04              1 byte with a length, then as long the number of the process as text
 */
enum egd_command {
	EGD_BITS = 0,
	EGD_TRY = 1,
	EGD_READ = 2,
	EGD_OFFER = 3,
	EGD_PID = 4,
};

#define EGD_BYTES_MAX  255 /* that one request can ask for, or offer */
#define EGD_BITS_SIZE  4
#define EGD_PID_MAX    (1 + 20)
#define EGD_OFFER_HEAD 4

/* What has come of a request that is not whole yet. Zeroed at the start of a stream. */
struct egd_parser {
	uint8_t head[EGD_OFFER_HEAD], have;
	uint8_t offered; /* bytes of an offer that are still to come */
};

struct egd_request {
	enum egd_command command;
	uint8_t bytes; /* asked for; of an offer, how many of its bytes are in this piece: 1.. */
	const uint8_t *data; /* these bytes, in the caller's input */
};

/**
 * egd_parse - the next request in what a client has sent
 * @ret_used: bytes of @raw that are done with; written in every case
 * @ret:      an offer comes in as many pieces as its bytes do; one of 0 bytes does not come at all
 * Returns: 1 with @ret; 0 if @raw ends before a request does; -EBADMSG for what is no request, and the stream is over.
 */
int egd_parse(struct egd_parser *p, const uint8_t *raw, size_t len, size_t *ret_used,
	struct egd_request *ret);

/** egd_bits_encode - the answer to EGD_BITS. */
void egd_bits_encode(uint8_t out[EGD_BITS_SIZE], uint32_t bits);

/** egd_pid_encode - the answer to EGD_PID. @out: EGD_PID_MAX bytes; returns how many of them are used. */
size_t egd_pid_encode(uint8_t *out, unsigned pid);

#endif
