/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/settings.h"

#include <string.h>

#include "guest/stage/lines.h"
#include "guest/stage/notes.h"
#include "guest/stage/say.h"
#include "guest/sys.h"
#include "util/duration.h"

#define FILE_PATH    "/etc/default/seedrive-guest"
#define COMMAND_LINE "/proc/cmdline"

/* Copies a value. If it does not fit, it is replaced by "?", which no setting accepts: a part of it might be a valid
 * value. */
static void copy(char *to, size_t size, const char *value)
{
	if (!sys_join(to, size, value, "", ""))
		sys_join(to, size, "?", "", "");
}

/* Removes quotes around the value, as a shell does. */
static char *unquoted(char *value)
{
	const size_t n = strlen(value);

	if (n < 2 || (*value != '"' && *value != '\'') || value[n - 1] != *value)
		return value;
	value[n - 1] = '\0';
	return value + 1;
}

/* Removes blanks at both ends of the line. */
static char *trimmed(char *line)
{
	char *end;

	while (*line == ' ' || *line == '\t')
		line++;
	for (end = line + strlen(line); end > line && (end[-1] == ' ' || end[-1] == '\t'); end--)
		;
	*end = '\0';
	return line;
}

void settings_begin(struct settings *s)
{
	memset(s, 0, sizeof(*s));
	copy(s->seed_word, sizeof(s->seed_word), "on");
	copy(s->carry_over_word, sizeof(s->carry_over_word), "credit");
}

void settings_line(struct settings *s, char *line)
{
	const struct {
		const char *name;
		char *to;
		size_t size;
	} rows[] = {
		{ "SEED=", s->seed_word, sizeof(s->seed_word) },
		{ "CARRY_OVER=", s->carry_over_word, sizeof(s->carry_over_word) },
		{ "DEADLINE=", s->limit_word, sizeof(s->limit_word) },
		{ "OPTIONS=", s->words, sizeof(s->words) },
	};
	size_t i, n;

	line = trimmed(line);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		n = strlen(rows[i].name);
		if (strncmp(line, rows[i].name, n) == 0)
			copy(rows[i].to, rows[i].size, unquoted(line + n));
	}
}

/* Does this word of the kernel's command line mean that /var is not on root? */
static bool is_foreign(const char *word)
{
	return strcmp(word, "systemd.volatile") == 0 || lines_begins(word, "ostree=") ||
		(lines_begins(word, "systemd.volatile=") &&
			strcmp(word, "systemd.volatile=no") != 0);
}

void settings_command_line(struct settings *s)
{
	char *rest = s->command_line;
	const char *word, *value;

	while ((word = lines_word(&rest))) {
		if ((value = lines_begins(word, "seedrive.guest=")))
			copy(s->seed_word, sizeof(s->seed_word), value);
		if (is_foreign(word))
			s->foreign = word;
	}
}

/* Finds the use that the value @word of the setting @key means. @names: the word for each use. Returns: the use;
 * USE_MIX for any other word, which is also reported. */
static enum use use_of(
	const char *const names[3], const char *key, const char *word, const char *words)
{
	int i;

	for (i = 0; i < 3; i++)
		if (strcmp(word, names[i]) == 0)
			return (enum use)i;
	say(key, word, words);
	return USE_MIX;
}

static unsigned limit_of(const char *word)
{
	uint64_t ms;

	if (!*word)
		return SETTINGS_LIMIT_S * 1000;
	if (duration_parse(word, strlen(word), &ms) == 0 && ms >= 1000 &&
		ms <= SETTINGS_LIMIT_MAX_S * 1000)
		return (unsigned)ms;
	say("DEADLINE=", word, ": must be a time from 1s to 30s; taken as 5s");
	return SETTINGS_LIMIT_S * 1000;
}

/* If there are too many options, none of them is used. One of them might forbid a credit, so then nothing is
 * credited. */
static void split_options(struct settings *s)
{
	char *rest = s->words;
	size_t n = 0;
	const char *word;

	while ((word = lines_word(&rest)) && n < SETTINGS_WORDS_MAX)
		s->options[n++] = word;
	if (!word && strcmp(s->words, "?") != 0)
		return;
	say("OPTIONS=: too long: nothing is credited", NULL, NULL);
	s->options[0] = NULL;
	if (s->seed == USE_FULL)
		s->seed = USE_MIX;
}

/* Moves each "--device PATH" and "--device=PATH" from @options to @devices: when udev announces devices, only these are
 * used. A --device without a path stays in @options, and the program will report it. */
static void part_devices(struct settings *s)
{
	const char **option = s->options, **to = s->options, **device = s->devices;

	for (; *option; option++) {
		const char *path = lines_begins(*option, "--device=");

		if (!path && strcmp(*option, "--device") == 0 && option[1])
			path = *++option;
		if (path)
			*device++ = path;
		else
			*to++ = *option;
	}
	*to = *device = NULL;
}

void settings_end(struct settings *s)
{
	static const char *const seeds[3] = { "off", "mix", "on" };
	static const char *const carries[3] = { "off", "mix", "credit" };

	s->seed = use_of(seeds, "SEED or seedrive.guest=", s->seed_word,
		": must be on, mix or off; taken as mix");
	s->carry_over = use_of(carries, "CARRY_OVER=", s->carry_over_word,
		": must be credit, mix or off; taken as mix");
	s->limit_ms = limit_of(s->limit_word);
	split_options(s);
	part_devices(s);
}

static void read_file(struct settings *s)
{
	char path[NOTES_PATH];
	struct lines l;
	char *line;

	if (!notes_path(path, FILE_PATH, ""))
		return;
	if (lines_open(&l, path) == 0)
		while ((line = lines_next(&l)))
			settings_line(s, line);
	lines_close(&l);
}

void settings_read(struct settings *ret)
{
	char path[NOTES_PATH];
	char *rest = ret->command_line;

	settings_begin(ret);
	read_file(ret);
	if (notes_path(path, COMMAND_LINE, "") &&
		sys_read_text(path, ret->command_line, sizeof(ret->command_line)) > 0)
		(void)lines_field(&rest, '\n');
	settings_command_line(ret);
	settings_end(ret);
}
