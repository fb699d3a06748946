/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/heard.h"

#include <string.h>

#include "guest/stage/lines.h"
#include "guest/stage/notes.h"
#include "guest/stage/say.h"
#include "util/hex.h"

#define PROGRAM "seedrive-guest: "

bool heard_seed(const char *line)
{
	return strstr(line, " seed=") != NULL;
}

static bool ends(const char *line, const char *with)
{
	const size_t n = strlen(line), k = strlen(with);

	return n >= k && strcmp(line + n - k, with) == 0;
}

bool heard_bare(const char *line)
{
	return ends(line, ": no seed drive") || strstr(line, ": no seed record");
}

/* Does the line contain @key, directly followed by @value and a space? @key begins with a space. */
static bool has(const char *line, const char *key, const char *value)
{
	const char *at = strstr(line, key);
	const char *rest = at ? lines_begins(at + strlen(key), value) : NULL;

	return rest && *rest == ' ';
}

static bool has_reason(const char *line, const char *reason)
{
	return has(line, " reason=", reason);
}

bool heard_drive(const char *line, const char *path)
{
	return heard_seed(line) && has(line, " drive=", path);
}

static const char *ledger_of_drive(const char *line)
{
	const char *drive = strstr(line, " drive=");

	return drive ? strstr(drive, " ledger=") : NULL;
}

bool heard_decision(const char *line)
{
	static const char open[][17] = { "ledger-read-only", "ledger-forgets", "ledger-failed",
		"ledger-full", "no-ledger", "no-clock" };
	size_t i;

	for (i = 0; i < sizeof(open) / sizeof(*open); i++)
		if (has_reason(line, open[i]))
			return false;
	return ledger_of_drive(line) != NULL;
}

enum heard_worth heard_worth(const char *line)
{
	const bool drive = strstr(line, " drive=") != NULL;

	if (strstr(line, ": credited ") ||
		(drive &&
			(has_reason(line, "ledger-read-only") ||
				has_reason(line, "already-ready"))))
		return HEARD_WRITE;
	return has_reason(line, "already-spent") ? HEARD_READ : HEARD_NOTHING;
}

/* Is "dir" one of the names in @ledgers, which are separated by commas, and end at a space? */
static bool names_dir(const char *ledgers)
{
	for (; *ledgers && *ledgers != ' '; ledgers++)
		if (lines_begins(ledgers, "dir"))
			return true;
	return false;
}

bool heard_committed(const char *line, char ret_id[HEARD_ID_SIZE])
{
	const char *ledgers = ledger_of_drive(line), *seed = strstr(line, " seed=");
	int i;

	if (!ledgers || !seed || !names_dir(ledgers + strlen(" ledger=")))
		return false;
	seed += strlen(" seed=");
	for (i = 0; i < HEARD_ID_SIZE - 1; i++)
		if (hex_digit(seed[i]) < 0)
			return false;
	memcpy(ret_id, seed, HEARD_ID_SIZE - 1);
	ret_id[HEARD_ID_SIZE - 1] = '\0';
	return true;
}

bool heard_any(const char *name, bool (*is)(const char *line))
{
	char path[NOTES_PATH];
	struct lines l;
	bool any = false;
	const char *line;

	if (!notes_name(path, name))
		return false;
	if (lines_open(&l, path) == 0)
		while (!any && (line = lines_next(&l)))
			any = is(line);
	lines_close(&l);
	return any;
}

static const char *sought;

static bool is_sought(const char *line)
{
	return heard_drive(line, sought);
}

bool heard_seed_of(const char *name, const char *path)
{
	sought = path;
	return heard_any(name, is_sought);
}

static bool report(const char *line)
{
	const char *rest = lines_begins(line, PROGRAM);

	say(rest ? rest : line, NULL, NULL);
	return false;
}

void heard_report(const char *name)
{
	(void)heard_any(name, report);
}
