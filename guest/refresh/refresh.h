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
	REFRESH_NOTHING_NEW, /* the service is there, and had no record */
	REFRESH_ABSENT,      /* it is not there, which is no fault */
	REFRESH_FAILED,
};

/* Static, as it is large; what is secret in it is wiped after each use. */
struct refresh {
	const struct refresh_options *opt;
	struct kernel kernel;
	struct situation here;
	struct diversifier own;
	struct vendor vendor;
	uint8_t body[REPLY_BODY_MAX];
};

/** refresh_open - ask the machine, and open the kernel's generator; 0 or -errno. refresh_close() in the end. */
int refresh_open(struct refresh *r, const struct refresh_options *opt);

void refresh_close(struct refresh *r);

/**
 * refresh_own - mix what differs between clones, and have the generator take it up at once
 * Returns: 0; 1: mixed, but the generator cannot be asked, or is not ready; or -errno.
 */
int refresh_own(struct refresh *r);

/**
 * refresh_fetch - fetch a record, check it, mix it, and have the generator take it up
 * @ret: the line that says what it came to, to be sent or not
 */
enum refresh_outcome refresh_fetch(struct refresh *r, struct message *ret);

/** refresh_begin_line - a line under this program's name. */
void refresh_begin_line(struct message *m);

/** refresh_say - one of up to three pieces; a NULL ends it. */
void refresh_say(const char *a, const char *b, const char *c);

#endif
