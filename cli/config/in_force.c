/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values in force, from the entries that config.c has read. */
#include "cli/config/config.h"
#include "cli/config/key.h"
#include "util/wire/broker.h"

#include <stdio.h>
#include <string.h>

/* The entry that is in force for @part; NULL: the default is in force. */
static const struct config_entry *find_entry(
	const struct config *c, enum config_part part, size_t i)
{
	const bool apart = part == CONFIG_SERVE && i == config_key_find("source");

	if (c->entry[part][i].value)
		return &c->entry[part][i];
	return !apart && c->entry[CONFIG_TOOLS][i].value ? &c->entry[CONFIG_TOOLS][i] : NULL;
}

void config_settle(const struct config *c, enum config_part part, struct settings *ret)
{
	size_t i;

	*ret = (struct settings){ .part = part };
	for (i = 0; i < config_keys_count; i++) {
		const struct config_entry *e = find_entry(c, part, i);

		/* No error is possible: the value was checked when it was read, and defaults are valid. */
		if (config_keys[i].initial[part])
			(void)config_keys[i].take(
				ret, e ? e->value : config_keys[i].initial[part], NULL);
	}
	ret->sources.deadline_ms = ret->deadline_ms;
	config_address(ret, &ret->sources);
}

void config_address(const struct settings *s, struct source_list *sources)
{
	size_t i;

	if (!s->broker || strcmp(s->broker, BROKER_SOCKET) == 0)
		return;
	for (i = 0; i < sources->count; i++) {
		struct source_spec *spec = sources->spec + i;

		if (spec->src->kind == SOURCE_BROKER && !spec->arg[0])
			snprintf(spec->arg, sizeof(spec->arg), "%s", s->broker);
	}
}

/* Writes the names of a default list of sources, which is in no file, as text. */
static void list_names(const struct source_list *list, char *out, size_t size)
{
	size_t i, at = 0;

	for (i = 0; i < list->count && at < size; i++)
		at += (size_t)snprintf(
			out + at, size - at, "%s%s", i ? "," : "", list->spec[i].src->name);
}

uint32_t config_burst(uint32_t burst, uint32_t reservoir)
{
	return burst < reservoir / 2 ? burst : reservoir / 2;
}

/* Shows the value in force where the daemon limits the configured one. */
static void show_limit(const struct settings *s, struct config_shown *row)
{
	const uint32_t burst = config_burst(s->burst, s->reservoir);

	if (strcmp(row->key, "burst") != 0 || burst == s->burst)
		return;
	snprintf(row->text, sizeof(row->text), "%u", burst);
	row->value = row->text;
	row->limit = "half of reservoir";
}

bool config_show(const struct config *c, enum config_part part, size_t i, struct config_shown *ret)
{
	const struct config_entry *e;
	struct settings s;
	size_t at;

	for (at = 0; at < config_keys_count; at++)
		if (config_keys[at].initial[part] && i-- == 0)
			break;
	if (at == config_keys_count)
		return false;
	e = find_entry(c, part, at);
	*ret = (struct config_shown){ .key = config_keys[at].name,
		.value = e ? e->value : config_keys[at].initial[part],
		.file = e ? c->file[e->file] : NULL,
		.line = e ? e->line : 0 };
	config_settle(c, part, &s);
	if (!*ret->value) {
		list_names(&s.sources, ret->text, sizeof(ret->text));
		ret->value = ret->text;
	}
	if (part == CONFIG_SERVE)
		show_limit(&s, ret);
	return true;
}

const char *config_origin(
	const struct config *c, enum config_part part, const char *key, char *out, size_t size)
{
	const struct config_entry *e = find_entry(c, part, config_key_find(key));

	if (e)
		snprintf(out, size, "%s:%u", c->file[e->file], e->line);
	else
		snprintf(out, size, "default");
	return out;
}
