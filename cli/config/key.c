/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of keys: the values that each accepts, and its default. */
#include "cli/config/key.h"
#include "cli/config/listen.h"
#include "cli/config/value.h"
#include "util/wire/broker.h"
#include "util/wire/record.h"

#include <errno.h>
#include <string.h>
#include <sys/un.h>

/* --- values --- */

static int take_word(const char *key, const char *text, const char *first, const char *second,
	bool *ret_second, struct fault *f)
{
	if (strcmp(text, first) != 0 && strcmp(text, second) != 0)
		return fault_set(f, -EINVAL, "%s: %s: must be %s or %s", key, text, first, second);
	*ret_second = strcmp(text, second) == 0;
	return 0;
}

/* The sources that a program without privileges can usually read; those that this build lacks are left out. */
static void mkisofs_sources(struct source_list *ret)
{
	static const char *const names[] = { "broker", "rdseed", "rdrand", "kernel" };
	size_t i;

	*ret = (struct source_list){ .by_default = true };
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct source *src = source_find(names[i], strlen(names[i]));

		if (src)
			ret->spec[ret->count++].src = src;
	}
}

/* The default sources without the broker, which is the daemon itself. */
static void serve_sources(struct source_list *ret)
{
	size_t i, n = 0;

	source_default(ret);
	for (i = 0; i < ret->count; i++)
		if (ret->spec[i].src->kind != SOURCE_BROKER)
			ret->spec[n++] = ret->spec[i];
	ret->count = n;
}

/* An empty text means the default of the program. */
static int take_source(struct settings *s, const char *text, struct fault *f)
{
	struct fault found;

	if (!*text && s->part == CONFIG_MKISOFS)
		mkisofs_sources(&s->sources);
	else if (!*text && s->part == CONFIG_SERVE)
		serve_sources(&s->sources);
	else if (!*text)
		source_default(&s->sources);
	else if (source_parse(text, &s->sources, &found) < 0)
		return fault_set(f, -EINVAL, "source: %s", found.text);
	if (s->part == CONFIG_SERVE && source_list_has_broker(&s->sources))
		return fault_set(f, -EINVAL, "source: broker: the daemon cannot be its own source");
	return 0;
}

static int take_require(struct settings *s, const char *text, struct fault *f)
{
	const int r = value_require("require", text, f);

	if (r == 0)
		s->require = strcmp(text, VALUE_NONE) ? text : NULL;
	return r;
}

static int take_bits(struct settings *s, const char *text, struct fault *f)
{
	return value_number("bits", text, 1, RECORD_BITS_MAX, &s->bits, f);
}

static int take_shortfall(struct settings *s, const char *text, struct fault *f)
{
	return take_word("shortfall", text, "fail", "claim-less", &s->claim_less, f);
}

static int take_deadline(struct settings *s, const char *text, struct fault *f)
{
	return value_deadline("deadline", text, &s->deadline_ms, f);
}

static int take_ttl(struct settings *s, const char *text, struct fault *f)
{
	return value_duration("ttl", text, &s->ttl, f);
}

static int take_bind(struct settings *s, const char *text, struct fault *f)
{
	const int r = value_bind("bind", text, f);

	if (r == 0)
		s->bind = text;
	return r;
}

static int take_provenance(struct settings *s, const char *text, struct fault *f)
{
	return take_word("provenance", text, "brief", "full", &s->provenance_full, f);
}

static const char *const seed_words[] = {
	[DRIVE_SEED_ON] = "on",
	[DRIVE_SEED_MIX] = "mix",
	[DRIVE_SEED_OFF] = "off",
};

const char *config_seed_word(enum drive_mode mode)
{
	return seed_words[mode];
}

int config_parse_seed(const char *text, enum drive_mode *ret)
{
	unsigned i;

	for (i = 0; i < sizeof(seed_words) / sizeof(*seed_words); i++) {
		if (strcmp(text, seed_words[i]) == 0) {
			*ret = (enum drive_mode)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int take_seed(struct settings *s, const char *text, struct fault *f)
{
	if (config_parse_seed(text, &s->seed) == 0)
		return 0;
	return fault_set(f, -EINVAL, "seed: %s: must be on, mix or off", text);
}

static int take_strict(struct settings *s, const char *text, struct fault *f)
{
	return take_word("strict", text, "no", "yes", &s->strict, f);
}

static int take_fallback(struct settings *s, const char *text, struct fault *f)
{
	if (strcmp(text, VALUE_NONE) != 0 && text[0] != '/')
		return fault_set(
			f, -EINVAL, "fallback: %s: must be none or an absolute path", text);
	s->fallback = strcmp(text, VALUE_NONE) ? text : NULL;
	return 0;
}

static int take_broker(struct settings *s, const char *text, struct fault *f)
{
	if (text[0] != '/' || strlen(text) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return fault_set(f, -EINVAL,
			"broker: %s: must be an absolute path of at most %zu bytes", text,
			sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
	s->broker = text;
	return 0;
}

static int take_reservoir(struct settings *s, const char *text, struct fault *f)
{
	return value_number("reservoir", text, 2, CONFIG_RESERVOIR_MAX, &s->reservoir, f);
}

static int take_rate(struct settings *s, const char *text, struct fault *f)
{
	return value_number("rate", text, 1, CONFIG_RATE_MAX, &s->rate, f);
}

static int take_burst(struct settings *s, const char *text, struct fault *f)
{
	return value_number("burst", text, 1, CONFIG_RATE_MAX, &s->burst, f);
}

static int take_budget(struct settings *s, const char *text, struct fault *f)
{
	if (strcmp(text, VALUE_NONE) == 0) {
		s->budget = 0;
		return 0;
	}
	return value_number("budget", text, 1024, CONFIG_STREAM_MAX, &s->budget, f);
}

static int take_policy(struct settings *s, const char *text, struct fault *f)
{
	const bool none = strcmp(text, VALUE_NONE) == 0;
	const size_t max = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;

	if (!none && strncmp(text, "exec:/", 6) != 0 && strncmp(text, "unix:/", 6) != 0)
		return fault_set(f, -EINVAL,
			"policy: %s: must be none, exec:PATH or unix:PATH, with an absolute path",
			text);
	if (!none && strlen(text + 5) > max)
		return fault_set(
			f, -EINVAL, "policy: %s: must be a path of at most %zu bytes", text, max);
	s->policy = none ? NULL : text;
	return 0;
}

static int take_policy_timeout(struct settings *s, const char *text, struct fault *f)
{
	return value_deadline("policy-timeout", text, &s->policy_timeout_ms, f);
}

static int take_policy_cache(struct settings *s, const char *text, struct fault *f)
{
	return value_duration("policy-cache", text, &s->policy_cache, f);
}

/* --- keys --- */

/* clang-format off */
const struct config_key config_keys[] = {
	{ "source",     take_source,     { "",      "",           "" } },
	{ "require",    take_require,    { "none",  "none",       NULL } },
	{ "bits",       take_bits,       { "256",   "256",        NULL } },
	{ "shortfall",  take_shortfall,  { NULL,    "claim-less", NULL } },
	{ "deadline",   take_deadline,   { "10s",   "2s",         NULL } },
	{ "ttl",        take_ttl,        { "0",     "1d",         NULL } },
	{ "bind",       take_bind,       { "auto",  "auto",       NULL } },
	{ "provenance", take_provenance, { "brief", "brief",      NULL } },
	{ "seed",       take_seed,       { "on",    "on",         NULL } },
	{ "strict",     take_strict,     { NULL,    "no",         NULL } },
	{ "fallback",   take_fallback,   { NULL,    "none",       NULL } },
	{ "broker",     take_broker,     { BROKER_SOCKET, BROKER_SOCKET, BROKER_SOCKET } },
	{ "reservoir",  take_reservoir,  { NULL,    NULL,         "256" } },
	{ "rate",       take_rate,       { NULL,    NULL,         "32" } },
	{ "burst",      take_burst,      { NULL,    NULL,         "128" } },
	{ "budget",     take_budget,     { NULL,    NULL,         "none" } },
	{ "policy",     take_policy,     { NULL,    NULL,         "none" } },
	{ "policy-timeout", take_policy_timeout, { NULL, NULL,    "200ms" } },
	{ "policy-cache", take_policy_cache, { NULL, NULL,        "1m" } },
};
/* clang-format on */

const size_t config_keys_count = sizeof(config_keys) / sizeof(*config_keys);

_Static_assert(sizeof(config_keys) / sizeof(*config_keys) <= CONFIG_KEYS_MAX,
	"struct config has room for every key");

size_t config_key_find(const char *name)
{
	size_t i;

	for (i = 0; i < config_keys_count; i++)
		if (strcmp(config_keys[i].name, name) == 0)
			break;
	return i;
}

bool config_key_allowed(const struct config_key *k, enum config_part part)
{
	if (part == CONFIG_TOOLS)
		return k->initial[CONFIG_TOOLS] || k->initial[CONFIG_MKISOFS];
	return k->initial[part] != NULL;
}
