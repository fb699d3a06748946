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
 * http://ADDRESS[:PORT][/PATH]. ADDRESS is an IPv4 address of four numbers, or an IPv6 address in brackets. A
 * link-local address is followed by %INTERFACE. Names are not resolved, and there is no TLS.
 */
struct url {
	bool is_v6;
	uint8_t address[16]; /* in network byte order; IPv4 uses the first four bytes */
	uint16_t port;
	char zone[ZONE_MAX]; /* the name of an interface; empty: none */
	char host
		[URL_HOST_MAX]; /* for the field Host: without the zone, and with the port only if it is not 80 */
	char path[URL_PATH_MAX]; /* begins with '/' */
};

/**
 * url_parse - parse a URL; pure
 * @ret: untouched on error
 * Returns: NULL; or why the URL is refused, in words for the user.
 */
const char *url_parse(const char *text, struct url *ret);

/** url_address - parse an address without brackets, with or without a zone. Returns: false if it is not an address. */
bool url_address(const char *text, size_t len, struct url *ret);

#endif
