/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_OPTIONS_H
#define GUEST_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define OPTIONS_DEVICES_MAX 64

struct options {
	/* In the order of the names in options.c, as are the bools. */
	const char *device;          /* the last of @devices */
	const char *ledger;          /* a folder; NULL: none */
	const char *carry_over;      /* use what was left in this file; NULL: none */
	const char *save_carry_over; /* leave a seed there, and do nothing else */
	const char *stage;           /* of the boot, for the status; NULL: none was named */
	const char *wait;            /* as it was given; NULL: it was not */
	bool no_drive_ledger, no_efi_ledger;
	bool ledger_persistent;
	bool mix_only, mix_carry_over;
	bool stock_credit;
	bool trust_device;
	bool dry_run;
	bool status, help, version; /* print that, and do nothing else */
	unsigned wait_ms;
	size_t device_count;
	/* Look at these alone, up to a NULL; none: all of them. */
	const char *devices[OPTIONS_DEVICES_MAX + 1];
};

extern const char options_help[];

/* What is wrong with a command line: "@word: @why". */
struct options_fault {
	const char *word, *why;
};

/**
 * options_parse - the command line
 * @ret:  refers to @argv; untouched on error
 * Returns: 0; or -EINVAL, and @ret_fault says why.
 */
int options_parse(int argc, char **argv, struct options *ret, struct options_fault *ret_fault);

#endif
