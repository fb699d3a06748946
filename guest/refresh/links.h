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

/** links_up - get the interfaces that are up, except the loopback. Returns: how many, at most LINKS_MAX. */
size_t links_up(struct link ret[LINKS_MAX]);

/** links_number - get the number of the interface that has this name. Returns: 0 if there is none. */
unsigned links_number(const char *name);

#endif
