/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_OPTIONS_H
#define GUEST_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *device;          /* NULL: all of them */
	const char *ledger;          /* a folder; NULL: none */
	const char *carry_over;      /* use what was left in this file; NULL: none */
	const char *save_carry_over; /* leave a seed there, and do nothing else */
	unsigned wait_ms;
	bool no_drive_ledger, no_efi_ledger;
	bool mix_only;
	bool stock_credit;
	bool trust_device;
	bool dry_run;
};

/**
 * options_parse - the command line; says what is wrong with it, or the help
 * Returns: -1 to go on with @ret, else the exit status to end with.
 */
int options_parse(int argc, char **argv, struct options *ret);

#endif
