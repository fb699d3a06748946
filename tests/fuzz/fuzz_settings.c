/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a guest's settings: /etc/default/seedrive-guest, the kernel's command line, and lines that seedrive-guest
 * has printed (tests/fuzz/world.h). A setting that is not understood must not let anything be credited, every limit
 * must be kept, and each value that is taken from a line must be a part of the line. The input may also say which
 * folder is the root of the program; there are no files below it, so the settings must be the defaults.
 *
 * FUZZ_WITH: guest/stage/settings.c guest/stage/heard.c guest/stage/lines.c guest/stage/notes.c util/duration.c util/hex.c
 */
#include "tests/fuzz/world.h"

#include "guest/stage/heard.h"
#include "guest/stage/notes.h"
#include "guest/stage/say.h"
#include "guest/stage/settings.h"

#include <ctype.h>
#include <stdio.h>

#define DRIVE "/dev/sr0"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct world_file world[WORLD_FILES] = { { .letter = 'f',
							.path = "/etc/default/seedrive-guest" },
	{ .letter = 'c', .path = "/proc/cmdline" },
	{ .letter = 'n', .path = "/run/seedrive/guest/note" }, { .letter = 'T', .path = "top" } };

int sys_fstatfs(int fd, struct statfs *ret)
{
	(void)fd, (void)ret;
	return -ENOSYS;
}

static unsigned said;

void say(const char *a, const char *b, const char *c)
{
	assert(a);
	said += (unsigned)strlen(a) + (b ? (unsigned)strlen(b) : 0) +
		(b && c ? (unsigned)strlen(c) : 0) + 1;
}

static bool within(const char *p, const char *area, size_t size)
{
	return p >= area && p + strlen(p) < area + size;
}

static const char *word_of(enum use use, const char *full)
{
	return use == USE_OFF ? "off" : use == USE_MIX ? "mix" : full;
}

static void check_settings(void)
{
	static struct settings s;
	size_t i, k;

	said = 0;
	settings_read(&s);
	assert(s.seed <= USE_FULL && s.carry_over <= USE_FULL);
	assert(s.limit_ms >= 1000 && s.limit_ms <= SETTINGS_LIMIT_MAX_S * 1000);
	/* If nothing was reported, the value in force is the one that was written. */
	assert(said || strcmp(s.seed_word, word_of(s.seed, "on")) == 0);
	assert(said || strcmp(s.carry_over_word, word_of(s.carry_over, "credit")) == 0);
	assert(s.seed != USE_FULL || strcmp(s.seed_word, "on") == 0);
	assert(s.carry_over != USE_FULL || strcmp(s.carry_over_word, "credit") == 0);
	for (i = 0; s.options[i]; i++) {
		assert(i < SETTINGS_WORDS_MAX);
		assert(*s.options[i] && within(s.options[i], s.words, sizeof(s.words)));
		assert(strncmp(s.options[i], "--device=", 9) != 0);
		/* The option has no path only if it is the last word. */
		assert(strcmp(s.options[i], "--device") != 0 || !s.options[i + 1]);
	}
	for (k = 0; s.devices[k]; k++)
		assert(i + k < SETTINGS_WORDS_MAX &&
			within(s.devices[k], s.words, sizeof(s.words)));
	assert(!*notes_top ||
		(!said && s.seed == USE_FULL && s.carry_over == USE_FULL && !s.foreign &&
			i + k == 0));
	assert(!s.foreign || within(s.foreign, s.command_line, sizeof(s.command_line)));
}

static void check_line(const char *line)
{
	char id[HEARD_ID_SIZE];
	int i;

	(void)heard_seed(line);
	if (heard_committed(line, id)) {
		assert(heard_seed(line) && strlen(id) == HEARD_ID_SIZE - 1 && strstr(line, id));
		for (i = 0; id[i]; i++)
			assert(isxdigit((unsigned char)id[i]));
	}
	assert(!heard_decision(line) || strstr(line, " drive="));
	assert(!heard_drive(line, DRIVE) ||
		(heard_seed(line) && strstr(line, " drive=" DRIVE " ")));
	assert(!heard_bare(line) || strstr(line, ": no seed "));
	assert(heard_worth(line) <= HEARD_WRITE);
}

static unsigned lines;
static bool of_drive;

/* Each line is in a buffer of just its length. */
static bool each_line(const char *line)
{
	const size_t n = strlen(line) + 1;
	char *copy = malloc(n);

	assert(copy);
	lines++;
	of_drive |= heard_drive(line, DRIVE);
	memcpy(copy, line, n);
	check_line(copy);
	free(copy);
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char top[NOTES_PATH + 16];

	world_begin(data, size);
	world_text("top", top, sizeof(top));
	notes_top = top;
	check_settings();
	lines = said = 0;
	of_drive = false;
	assert(!heard_any("note", each_line));
	assert(heard_seed_of("note", DRIVE) == of_drive);
	heard_report("note");
	assert((lines > 0) == (said > 0));
	notes_top = "";
	return 0;
}
