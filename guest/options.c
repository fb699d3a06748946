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
			    "  --device PATH\t\tlook at this alone\n"
			    "  --ledger DIR\t\tnote spent seeds there\n"
			    "  --ledger-persistent\tledgers outlive the boot\n"
			    "  --no-drive-ledger\tdo not write to the drive\n"
			    "  --no-efi-ledger\tleave the firmware alone\n"
			    "  --carry-over FILE\tuse what the last boot left\n"
			    "  --mix-carry-over\tdo not credit that\n"
			    "  --save-carry-over FILE\tleave one for the next\n"
			    "  --wait TIME\t\tfor drives (default 3s)\n"
			    "  --mix-only\t\tcredit nothing\n"
			    "  --stock-credit\tcredit also a random_seed\n"
			    "  --trust-device\ttrust device and machine\n"
			    "  --stage NAME\t\tfor the status\n"
			    "  --dry-run\t\tchange nothing\n"
			    "  --status\t\twhat this boot came to\n"
			    "  --help, --version\n";

/* An option without its dashes, and what it fills. */
struct row {
	char name[18];
	unsigned char at;
};

#define FLAGS 11 /* so many fill a bool; the others want an argument */

static const struct row rows[] = {
	{ "no-drive-ledger", offsetof(struct options, no_drive_ledger) },
	{ "no-efi-ledger", offsetof(struct options, no_efi_ledger) },
	{ "ledger-persistent", offsetof(struct options, ledger_persistent) },
	{ "mix-only", offsetof(struct options, mix_only) },
	{ "mix-carry-over", offsetof(struct options, mix_carry_over) },
	{ "stock-credit", offsetof(struct options, stock_credit) },
	{ "trust-device", offsetof(struct options, trust_device) },
	{ "dry-run", offsetof(struct options, dry_run) },
	{ "status", offsetof(struct options, status) },
	{ "help", offsetof(struct options, help) },
	{ "version", offsetof(struct options, version) },
	{ "device", offsetof(struct options, device) },
	{ "ledger", offsetof(struct options, ledger) },
	{ "carry-over", offsetof(struct options, carry_over) },
	{ "save-carry-over", offsetof(struct options, save_carry_over) },
	{ "stage", offsetof(struct options, stage) },
	{ "wait", offsetof(struct options, wait) },
};

/* "--NAME", "--NAME VALUE" or "--NAME=VALUE". Returns: NULL, or why it is refused. */
static const char *parse_option(struct options *opt, char **argv, int *i)
{
	const char *arg = strncmp(argv[*i], "--", 2) == 0 ? argv[*i] + 2 : "";
	size_t k;

	for (k = 0; k < sizeof(rows) / sizeof(*rows); k++) {
		void *at = (char *)opt + rows[k].at;
		const size_t n = strlen(rows[k].name);

		if (strncmp(arg, rows[k].name, n) != 0)
			continue;
		if (k < FLAGS && arg[n] == '\0') {
			*(bool *)at = true;
			return NULL;
		}
		if (k >= FLAGS && (arg[n] == '=' || arg[n] == '\0')) {
			const char *value = arg[n] ? arg + n + 1 : argv[*i + 1];

			*i += !arg[n] && value;
			*(const char **)at = value;
			return value && *value ? NULL : "needs an argument";
		}
	}
	return "unknown option, see --help";
}

/* Returns: false when it is not a second to WAIT_MAX_S. */
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
		why = "goes with --ledger-persistent alone";
	}
	*ret_fault = (struct options_fault){ word, why };
	if (why)
		return -EINVAL;
	*ret = opt;
	return 0;
}
