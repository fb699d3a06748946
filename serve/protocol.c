/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/protocol.h"

#include <string.h>

static const struct protocol *const table[] = {
	&broker_protocol,
	&egd_protocol,
	&fifo_protocol,
	&http_protocol,
	&metrics_protocol,
};

size_t protocol_answer_max(void)
{
	size_t i, max = 0;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i]->answer_max > max)
			max = table[i]->answer_max;
	return max;
}

const struct protocol *protocol_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i]->name, name) == 0)
			return table[i];
	return NULL;
}
