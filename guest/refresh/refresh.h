/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_REFRESH_H
#define GUEST_REFRESH_REFRESH_H

#include "guest/kernel.h"
#include "guest/machine.h"
#include "guest/message.h"
#include "guest/refresh/options.h"
#include "guest/refresh/reply.h"
#include "guest/refresh/vendor.h"

enum refresh_outcome {
	REFRESH_MIXED,
	REFRESH_NOTHING_NEW, /* the service answered, but has no record for us */
	REFRESH_ABSENT,      /* there is no such service; this is no error */
	REFRESH_FAILED,
};

/* The state of the program. It must be static, because it is large. Secrets in it are wiped after each use. */
struct refresh {
	const struct refresh_options *opt;
	struct kernel kernel;
	struct situation here;
	struct diversifier own;
	struct vendor vendor;
	uint8_t body[REPLY_BODY_MAX];
};

/**
 * refresh_open - read the machine's UUID, its clock and what hypervisor it has, and open the kernel's RNG
 * Returns: 0 or -errno. The caller calls refresh_close() in the end.
 */
int refresh_open(struct refresh *r, const struct refresh_options *opt);

void refresh_close(struct refresh *r);

/**
 * refresh_own - mix values that differ between clones, and make the kernel's RNG reseed at once
 * Returns: 0; 1: mixed, but the RNG did not reseed: it is not ready, or the kernel does not support that; or -errno.
 */
int refresh_own(struct refresh *r);

/**
 * refresh_fetch - fetch a record, check it, mix it, and make the kernel's RNG reseed
 * @limit_ms: how long the fetch may take; the options may set a shorter time
 * @ret: the line that reports the result; the caller decides whether to send it
 */
enum refresh_outcome refresh_fetch(struct refresh *r, unsigned limit_ms, struct message *ret);

/** refresh_begin_line - begin a line with this program's name. */
void refresh_begin_line(struct message *m);

/** refresh_say - print a line that consists of up to three pieces; the first NULL ends the line. */
void refresh_say(const char *a, const char *b, const char *c);

#endif
