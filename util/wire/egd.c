/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/wire/egd.h"

#include <errno.h>

/* The length of each request; of an offer, without the bytes that it offers. */
static const uint8_t head_size[] = {
	[EGD_BITS] = 1,
	[EGD_TRY] = 2,
	[EGD_READ] = 2,
	[EGD_OFFER] = EGD_OFFER_HEAD,
	[EGD_PID] = 1,
};

/* Takes those bytes of an offer that have arrived so far. */
static size_t take_offered(
	struct egd_parser *p, const uint8_t *raw, size_t len, struct egd_request *ret)
{
	const size_t n = len < p->offered ? len : p->offered;

	p->offered = (uint8_t)(p->offered - n);
	*ret = (struct egd_request){ EGD_OFFER, (uint8_t)n, raw };
	return n;
}

/* Called when the head is complete. Returns 1 if the request is complete too; 0 if offered bytes follow. */
static int end_head(struct egd_parser *p, struct egd_request *ret)
{
	const enum egd_command command = (enum egd_command)p->head[0];

	p->have = 0;
	if (command == EGD_OFFER) {
		p->offered = p->head[EGD_OFFER_HEAD - 1];
		return 0;
	}
	*ret = (struct egd_request){ .command = command,
		.bytes = head_size[command] > 1 ? p->head[1] : 0 };
	return 1;
}

int egd_parse(struct egd_parser *p, const uint8_t *raw, size_t len, size_t *ret_used,
	struct egd_request *ret)
{
	size_t i = 0;
	int r = 0;

	while (i < len && r == 0) {
		if (p->offered > 0) {
			i += take_offered(p, raw + i, len - i, ret);
			r = 1;
			break;
		}
		if (p->have == 0 && raw[i] >= sizeof(head_size)) {
			r = -EBADMSG;
			break;
		}
		p->head[p->have++] = raw[i++];
		if (p->have == head_size[p->head[0]])
			r = end_head(p, ret);
	}
	*ret_used = i;
	return r;
}

void egd_bits_encode(uint8_t out[EGD_BITS_SIZE], uint32_t bits)
{
	unsigned i;

	for (i = 0; i < EGD_BITS_SIZE; i++)
		out[i] = (uint8_t)(bits >> 8 * (EGD_BITS_SIZE - 1 - i));
}

size_t egd_pid_encode(uint8_t *out, unsigned pid)
{
	uint8_t digit[EGD_PID_MAX];
	size_t n = 0, i;

	do {
		digit[n++] = (uint8_t)('0' + pid % 10);
		pid /= 10;
	} while (pid > 0);
	out[0] = (uint8_t)n;
	for (i = 0; i < n; i++)
		out[1 + i] = digit[n - 1 - i];
	return 1 + n;
}
