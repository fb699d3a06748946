/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/protocol.h"

static const struct protocol *const table[] = {
	&broker_protocol,
};

size_t protocol_answer_max(void)
{
	size_t i, max = 0;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i]->answer_max > max)
			max = table[i]->answer_max;
	return max;
}
