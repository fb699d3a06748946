/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_OPTIONS_H
#define GUEST_REFRESH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/refresh/url.h"
#include "util/hex.h"

#define HOOKS_FOLDER "/etc/seedrive/on-clone.d"

struct refresh_options {
	bool has_url; /* if false, the metadata service is used */
	struct url url;
	bool any_uuid; /* accept a record that is bound to any machine */
	bool has_uuid; /* accept a record that is bound to @uuid, instead of the UUID from DMI */
	uint8_t uuid[UUID_SIZE];
	unsigned timeout_ms; /* limit for one fetch */
	bool watch;
	const char *device; /* NULL: the first of /dev/vmclock* */
	const char *hooks;  /* a folder; NULL: no hooks */
	unsigned hook_limit_ms;
	bool hooks_on_disruption;
	bool help, version;
};

extern const char refresh_help[];

/* An error in the command line, printed as "@word: @why". */
struct refresh_fault {
	const char *word, *why;
};

/**
 * refresh_options_parse - parse the command line
 * @ret:  contains pointers into @argv; untouched on error
 * Returns: 0; or -EINVAL, and @ret_fault says why.
 */
int refresh_options_parse(
	int argc, char **argv, struct refresh_options *ret, struct refresh_fault *ret_fault);

#endif
