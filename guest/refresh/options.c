/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/refresh/options.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "util/duration.h"

#define TIMEOUT_DEFAULT_MS 10000
#define HOOK_DEFAULT_MS    30000
#define TIME_MAX_MS        600000

const char refresh_help[] =
	"usage: seedrive-refresh [OPTION...]\n"
	"\n"
	"Fetches fresh entropy and mixes it into the kernel's generator; credits nothing.\n"
	"\n"
	"  --url URL\t\thttp://ADDRESS[:PORT]/PATH in place of the metadata service\n"
	"  --uuid UUID|any\tinstance that a record must be for (default: DMI's)\n"
	"  --timeout TIME\tof a fetch (default 10s)\n"
	"  --watch\t\tstay, and notice when the machine is cloned or restored\n"
	"  --device PATH\t\twatch this one (default: the first /dev/vmclock*)\n"
	"  --hooks DIR\t\tprograms to run then (default " HOOKS_FOLDER ")\n"
	"  --hook-timeout TIME\tof each (default 30s)\n"
	"  --hooks-on-disruption\talso where a live migration looks the same\n"
	"  --help, --version\n";

/* The function for an option's value. Returns: NULL, or why the value is refused. */
typedef const char *take_value(struct refresh_options *opt, const char *value);

static const char *take_url(struct refresh_options *opt, const char *value)
{
	opt->has_url = true;
	return url_parse(value, &opt->url);
}

static const char *take_uuid(struct refresh_options *opt, const char *value)
{
	opt->any_uuid = strcmp(value, "any") == 0;
	opt->has_uuid = !opt->any_uuid;
	if (opt->any_uuid || uuid_parse(value, strlen(value), opt->uuid) == 0)
		return NULL;
	return "must be a UUID or any";
}

static const char *take_time(const char *value, unsigned *ret_ms)
{
	uint64_t ms;

	if (duration_parse(value, strlen(value), &ms) < 0 || ms < 100 || ms > TIME_MAX_MS)
		return "must be a time from 100ms to 10m, as in 10s";
	*ret_ms = (unsigned)ms;
	return NULL;
}

static const char *take_timeout(struct refresh_options *opt, const char *value)
{
	return take_time(value, &opt->timeout_ms);
}

static const char *take_hook_timeout(struct refresh_options *opt, const char *value)
{
	return take_time(value, &opt->hook_limit_ms);
}

static const char *take_device(struct refresh_options *opt, const char *value)
{
	opt->device = value;
	return NULL;
}

static const char *take_hooks(struct refresh_options *opt, const char *value)
{
	opt->hooks = value;
	return NULL;
}

static const struct option {
	char name[20];
	unsigned char flag; /* for flag_of(); 0: the option has a value, and is no flag */
	take_value *take;
} options[] = {
	{ "url", 0, take_url },
	{ "uuid", 0, take_uuid },
	{ "timeout", 0, take_timeout },
	{ "device", 0, take_device },
	{ "hooks", 0, take_hooks },
	{ "hook-timeout", 0, take_hook_timeout },
	{ "watch", 1, NULL },
	{ "hooks-on-disruption", 2, NULL },
	{ "help", 3, NULL },
	{ "version", 4, NULL },
};

static bool *flag_of(struct refresh_options *opt, unsigned flag)
{
	bool *const flags[] = { &opt->watch, &opt->hooks_on_disruption, &opt->help, &opt->version };

	return flags[flag - 1];
}

/* Parses "--NAME", "--NAME VALUE" or "--NAME=VALUE". Returns: NULL, or why it is refused. */
static const char *parse_option(struct refresh_options *opt, char **argv, int *i)
{
	const char *arg = strncmp(argv[*i], "--", 2) == 0 ? argv[*i] + 2 : "";
	const struct option *o;
	size_t n;

	for (o = options; o < options + sizeof(options) / sizeof(*options); o++) {
		const char *value;

		n = strlen(o->name);
		if (strncmp(arg, o->name, n) != 0 || (arg[n] != '\0' && (o->flag || arg[n] != '=')))
			continue;
		if (o->flag) {
			*flag_of(opt, o->flag) = true;
			return NULL;
		}
		value = arg[n] ? arg + n + 1 : argv[*i + 1];
		*i += !arg[n] && value;
		return value && *value ? o->take(opt, value) : "needs an argument";
	}
	return "unknown option, see --help";
}

/* Was an option given that has a meaning only with --watch? */
static bool needs_watch(const struct refresh_options *opt)
{
	return opt->device || opt->hooks || opt->hook_limit_ms || opt->hooks_on_disruption;
}

int refresh_options_parse(
	int argc, char **argv, struct refresh_options *ret, struct refresh_fault *ret_fault)
{
	struct refresh_options opt = { .timeout_ms = TIMEOUT_DEFAULT_MS };
	const char *why = NULL, *word = NULL;
	int i;

	for (i = 1; i < argc && !why && !opt.help && !opt.version; i++) {
		word = argv[i];
		why = parse_option(&opt, argv, &i);
	}
	if (!why && !opt.watch && !opt.help && !opt.version && needs_watch(&opt)) {
		word = "--device, --hooks, --hook-timeout, --hooks-on-disruption";
		why = "only with --watch";
	}
	*ret_fault = (struct refresh_fault){ word, why };
	if (why)
		return -EINVAL;
	opt.hooks = opt.hooks ? opt.hooks : HOOKS_FOLDER;
	opt.hook_limit_ms = opt.hook_limit_ms ? opt.hook_limit_ms : HOOK_DEFAULT_MS;
	*ret = opt;
	return 0;
}
