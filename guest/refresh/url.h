/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_URL_H
#define GUEST_REFRESH_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define URL_HOST_MAX 80 /* "[", 45 characters of IPv6, "%" and an interface, "]:65535" */
#define URL_PATH_MAX 512
#define ZONE_MAX     16 /* an interface's name and its end: IFNAMSIZ of linux/if.h */

/*
 * http://ADDRESS[:PORT][/PATH], where ADDRESS is an IPv4 address in four numbers, or an IPv6 address in brackets,
 * with %INTERFACE behind it where it is link-local. There is no resolver here, and no TLS.
 */
struct url {
	bool is_v6;
	uint8_t address[16]; /* in the order of the network; of IPv4 the first four */
	uint16_t port;
	char zone[ZONE_MAX]; /* an interface; empty: none was named */
	char host
		[URL_HOST_MAX]; /* for the field Host: without the zone, the port only if it is not 80 */
	char path[URL_PATH_MAX]; /* begins with '/' */
};

/**
 * url_parse - read one; pure
 * @ret: untouched on error
 * Returns: NULL, or why it is refused, in words for the user.
 */
const char *url_parse(const char *text, struct url *ret);

/** url_address - likewise of an address alone, with a zone or without one, no brackets; false: it is none. */
bool url_address(const char *text, size_t len, struct url *ret);

#endif
