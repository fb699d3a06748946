/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_OPTIONS_H
#define GUEST_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define OPTIONS_DEVICES_MAX 64

struct options {
	/* The pointers and the bools must have the order of the names in options.c. */
	const char *device;          /* the device that was given last; @devices has all of them */
	const char *ledger;          /* a folder; NULL: none */
	const char *carry_over;      /* use the carry-over in this file; NULL: none */
	const char *save_carry_over; /* save a carry-over in this file, and do nothing else */
	const char *stage;           /* the stage of the boot, for the status; NULL: not given */
	const char *wait;            /* the value as it was given; NULL: not given */
	bool no_drive_ledger, no_efi_ledger;
	bool ledger_persistent;
	bool mix_only, mix_carry_over;
	bool stock_credit;
	bool trust_device;
	bool dry_run;
	bool status, help, version; /* only print the status, the help or the version */
	unsigned wait_ms;
	size_t device_count;
	/* Look only at these devices. The list is NULL-terminated; if it is empty, look at all devices. */
	const char *devices[OPTIONS_DEVICES_MAX + 1];
};

extern const char options_help[];

/* An error in the command line, printed as "@word: @why". */
struct options_fault {
	const char *word, *why;
};

/**
 * options_parse - parse the command line
 * @ret:  contains pointers into @argv; untouched on error
 * Returns: 0; or -EINVAL, and @ret_fault says why.
 */
int options_parse(int argc, char **argv, struct options *ret, struct options_fault *ret_fault);

#endif
