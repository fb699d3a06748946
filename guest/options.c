/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/options.h"
#include "guest/say.h"
#include "guest/sys.h"

#include <string.h>

#define WAIT_DEFAULT_S 3
#define WAIT_MAX_S     600

static const char help[] =
	"usage: seedrive-guest [--device PATH] [--ledger DIR] [--wait SECONDS]\n"
	"                      [--trust-device] [--dry-run] [--help] [--version]\n"
	"\n"
	"Finds the seed drive of this machine, mixes its seed into the kernel's generator, and\n"
	"credits it if that is known to be the first time.\n"
	"\n"
	"  --device PATH    look at this device alone (or at an image in a file)\n"
	"  --ledger DIR     note spent seeds here; without it a seed is mixed, never credited\n"
	"  --wait SECONDS   for a drive that is still to appear (default 3)\n"
	"  --trust-device   credit also from a USB device, a file, or on bare metal\n"
	"  --dry-run        find, check and decide; change nothing\n";

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
	unsigned s = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		s = 10 * s + (unsigned)(*text - '0');
		if (s > WAIT_MAX_S)
			return false;
	}
	*ret_ms = s * 1000;
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

int options_parse(int argc, char **argv, struct options *ret)
{
	struct options opt = { .wait_ms = WAIT_DEFAULT_S * 1000 };
	const char *value;
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return print(help);
		if (strcmp(argv[i], "--version") == 0)
			return print("seedrive-guest " VERSION "\n");
		if (strcmp(argv[i], "--trust-device") == 0) {
			opt.trust_device = true;
		} else if (strcmp(argv[i], "--dry-run") == 0) {
			opt.dry_run = true;
		} else if ((value = value_of("--device", argv, &i))) {
			if (!*value)
				return usage(": a path is missing", "--device");
			opt.device = value;
		} else if ((value = value_of("--ledger", argv, &i))) {
			if (!*value)
				return usage(": a folder is missing", "--ledger");
			opt.ledger = value;
		} else if ((value = value_of("--wait", argv, &i))) {
			if (!parse_wait(value, &opt.wait_ms))
				return usage(": must be 0 to 600 seconds", "--wait");
		} else {
			return usage(": unknown option, see --help", argv[i]);
		}
	}
	*ret = opt;
	return -1;
}
