/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/options.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "util/duration.h"

#define WAIT_DEFAULT_S 3
#define WAIT_MAX_S     600

const char options_help[] = "usage: seedrive-guest [OPTION...]\n"
			    "\n"
			    "Credits the drive's seed to the kernel, once.\n"
			    "\n"
			    "  --device PATH\t\tlook only at this device\n"
			    "  --ledger DIR\t\trecord spent seeds there\n"
			    "  --ledger-persistent\tledgers survive a reboot\n"
			    "  --no-drive-ledger\tdo not write to the drive\n"
			    "  --no-efi-ledger\tdo not use the firmware\n"
			    "  --carry-over FILE\tuse the seed that the last boot saved\n"
			    "  --mix-carry-over\tdo not credit it\n"
			    "  --save-carry-over FILE\tsave one for the next boot\n"
			    "  --wait TIME\t\tfor drives (default 3s)\n"
			    "  --mix-only\t\tcredit nothing\n"
			    "  --stock-credit\talso credit a random_seed\n"
			    "  --trust-device\ttrust device and machine\n"
			    "  --stage NAME\t\tname for the status\n"
			    "  --dry-run\t\tchange nothing\n"
			    "  --status\t\tprint this boot's status\n"
			    "  --help, --version\n";

/* The names of the options, without dashes. First the options that have an argument, in the order of the pointers in
 * struct options; then all others, in the order of its bools. */
static const char names[] = "device\0"
			    "ledger\0"
			    "carry-over\0"
			    "save-carry-over\0"
			    "stage\0"
			    "wait\0"
			    "no-drive-ledger\0"
			    "no-efi-ledger\0"
			    "ledger-persistent\0"
			    "mix-only\0"
			    "mix-carry-over\0"
			    "stock-credit\0"
			    "trust-device\0"
			    "dry-run\0"
			    "status\0"
			    "help\0"
			    "version\0";

#define WITH_ARGUMENT 6

_Static_assert(offsetof(struct options, device) == 0 &&
		offsetof(struct options, wait) == (WITH_ARGUMENT - 1) * sizeof(char *),
	"the pointers have the order of names");
_Static_assert(offsetof(struct options, no_drive_ledger) == WITH_ARGUMENT * sizeof(char *) &&
		offsetof(struct options, version) == offsetof(struct options, no_drive_ledger) + 10,
	"the bools have the order of names");

/* Adds the device that was given last. Returns: NULL, or why it is refused. */
static const char *add_device(struct options *opt)
{
	if (opt->device_count == OPTIONS_DEVICES_MAX)
		return "given too often";
	opt->devices[opt->device_count++] = opt->device;
	return NULL;
}

/* Parses "--NAME", "--NAME VALUE" or "--NAME=VALUE". Returns: NULL, or why it is refused. */
static const char *parse_option(struct options *opt, char **argv, int *i)
{
	const char *arg = strncmp(argv[*i], "--", 2) == 0 ? argv[*i] + 2 : "", *name;
	char *flag = (char *)opt + offsetof(struct options, no_drive_ledger);
	size_t k, n;

	for (k = 0, name = names; *name; k++, name += n + 1) {
		n = strlen(name);
		if (strncmp(arg, name, n) != 0)
			continue;
		if (k >= WITH_ARGUMENT && arg[n] == '\0') {
			*(bool *)(flag + k - WITH_ARGUMENT) = true;
			return NULL;
		}
		if (k < WITH_ARGUMENT && (arg[n] == '=' || arg[n] == '\0')) {
			const char *value = arg[n] ? arg + n + 1 : argv[*i + 1];

			*i += !arg[n] && value;
			((const char **)opt)[k] = value;
			if (!value || !*value)
				return "needs an argument";
			return k == 0 ? add_device(opt) : NULL;
		}
	}
	return "unknown option, see --help";
}

/* Parses the value of --wait. Returns: false if it is not a time from 1 s to WAIT_MAX_S. */
static bool parse_wait(struct options *opt)
{
	uint64_t ms = WAIT_DEFAULT_S * 1000;

	if (opt->wait && duration_parse(opt->wait, strlen(opt->wait), &ms) < 0)
		return false;
	opt->wait_ms = (unsigned)ms;
	return ms >= 1000 && ms <= WAIT_MAX_S * 1000;
}

int options_parse(int argc, char **argv, struct options *ret, struct options_fault *ret_fault)
{
	struct options opt = { 0 };
	const char *why = NULL, *word = NULL;
	int i, given = 0;

	for (i = 1; i < argc && !why && !opt.help && !opt.version; i++, given++) {
		word = argv[i];
		why = parse_option(&opt, argv, &i);
	}
	if (!why && !parse_wait(&opt)) {
		word = "--wait";
		why = "must be a time from 1s to 10m, as in 3s";
	}
	if (!why && opt.save_carry_over && given > 1 + opt.ledger_persistent) {
		word = "--save-carry-over";
		why = "allows no other option but --ledger-persistent";
	}
	*ret_fault = (struct options_fault){ word, why };
	if (why)
		return -EINVAL;
	*ret = opt;
	return 0;
}
