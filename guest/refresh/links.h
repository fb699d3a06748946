/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_LINKS_H
#define GUEST_REFRESH_LINKS_H

#include <stddef.h>

#include "guest/refresh/url.h"

#define LINKS_MAX 8

/* A network interface. */
struct link {
	char name[ZONE_MAX];
	unsigned number;
};

/** links_up - get the interfaces that are up, without the loopback. Returns: their number, LINKS_MAX at most. */
size_t links_up(struct link ret[LINKS_MAX]);

/** links_number - the number of the interface with this name; 0: no interface has it. */
unsigned links_number(const char *name);

#endif
