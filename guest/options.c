/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/options.h"
#include "guest/say.h"
#include "guest/sys.h"
#include "util/duration.h"

#include <string.h>

#define WAIT_DEFAULT_S 3
#define WAIT_MAX_S     600

static const char help[] =
	"usage: seedrive-guest [OPTION...]\n"
	"       seedrive-guest --save-carry-over FILE\n"
	"\n"
	"Mixes the seed on this machine's drive into the kernel's generator, and credits it once.\n"
	"\n"
	"  --device PATH           look at this alone (a device, or an image)\n"
	"  --ledger DIR            note spent seeds in this folder\n"
	"  --no-drive-ledger       do not write to the drive\n"
	"  --no-efi-ledger         leave the firmware's variables alone\n"
	"  --carry-over FILE       use what the last boot has left there\n"
	"  --save-carry-over FILE  leave a seed for the next boot\n"
	"  --wait TIME             for drives to appear and answer (default 3s)\n"
	"  --mix-only              credit nothing, spend nothing\n"
	"  --stock-credit          credit also the random_seed of a stock drive\n"
	"  --trust-device          credit also from USB, a file, or on bare metal\n"
	"  --dry-run               find, check and decide; change nothing\n"
	"  --help, --version\n";

static int print(const char *text)
{
	return sys_write_all(STDOUT_FILENO, text, strlen(text)) < 0;
}

static int usage(const char *what, const char *word)
{
	struct line l = { 0 };

	line_add(&l, word);
	line_add(&l, what);
	line_say(&l, false);
	return 2;
}

static bool parse_wait(const char *text, unsigned *ret_ms)
{
	uint64_t ms;

	if (duration_parse(text, strlen(text), &ms) < 0 || ms < 1000 || ms > WAIT_MAX_S * 1000)
		return false;
	*ret_ms = (unsigned)ms;
	return true;
}

/* The value of "--NAME VALUE" or "--NAME=VALUE"; NULL when @arg is another option. */
static const char *value_of(const char *name, char **argv, int *i)
{
	const char *arg = argv[*i];
	size_t n = strlen(name);

	if (strncmp(arg, name, n) != 0)
		return NULL;
	if (arg[n] == '=')
		return arg + n + 1;
	if (arg[n] != '\0')
		return NULL;
	return argv[*i + 1] ? argv[++*i] : "";
}

/* What an option fills. */
struct row {
	char name[18];
	unsigned char at;
};

static const struct row flags[] = {
	{ "--no-drive-ledger", offsetof(struct options, no_drive_ledger) },
	{ "--no-efi-ledger", offsetof(struct options, no_efi_ledger) },
	{ "--mix-only", offsetof(struct options, mix_only) },
	{ "--stock-credit", offsetof(struct options, stock_credit) },
	{ "--trust-device", offsetof(struct options, trust_device) },
	{ "--dry-run", offsetof(struct options, dry_run) },
};

static const struct row paths[] = {
	{ "--device", offsetof(struct options, device) },
	{ "--ledger", offsetof(struct options, ledger) },
	{ "--carry-over", offsetof(struct options, carry_over) },
	{ "--save-carry-over", offsetof(struct options, save_carry_over) },
};

static bool parse_flag(struct options *opt, const char *arg)
{
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (strcmp(arg, flags[i].name) != 0)
			continue;
		*(bool *)((char *)opt + flags[i].at) = true;
		return true;
	}
	return false;
}

/* Returns: -1 when it was one, and is fine; 0 for another word; 2 when its value is missing. */
static int parse_path(struct options *opt, char **argv, int *i)
{
	size_t k;

	for (k = 0; k < sizeof(paths) / sizeof(*paths); k++) {
		const char *value = value_of(paths[k].name, argv, i);

		if (!value)
			continue;
		*(const char **)(void *)((char *)opt + paths[k].at) = value;
		return *value ? -1 : usage(": a path is missing", paths[k].name);
	}
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret)
{
	struct options opt = { .wait_ms = WAIT_DEFAULT_S * 1000 };
	const char *value;
	unsigned given = 0;
	int i, r;

	for (i = 1; i < argc; i++, given++) {
		if (strcmp(argv[i], "--help") == 0)
			return print(help);
		if (strcmp(argv[i], "--version") == 0)
			return print("seedrive-guest " VERSION "\n");
		if (parse_flag(&opt, argv[i]))
			continue;
		value = value_of("--wait", argv, &i);
		if (value && !parse_wait(value, &opt.wait_ms))
			return usage(": must be a time from 1s to 10m, as in 3s", "--wait");
		r = value ? -1 : parse_path(&opt, argv, &i);
		if (r >= 0)
			return r > 0 ? r : usage(": unknown option, see --help", argv[i]);
	}
	if (opt.save_carry_over && given > 1)
		return usage(": goes with no other option", "--save-carry-over");
	*ret = opt;
	return -1;
}
