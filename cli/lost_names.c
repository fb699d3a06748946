/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/lost_names.h"
#include "cli/report.h"
#include "iso/lost.h"

#include <stdio.h>

/* Size of a buffer for a path and "and N others". */
#define WHO_SIZE (PATH_MAX + 32)

static const char *say_who(const struct tree *t, const struct lost *l, char out[WHO_SIZE])
{
	char path[PATH_MAX];
	const char *first = tree_name(t, l->first, path);

	if (l->count == 1)
		snprintf(out, WHO_SIZE, "%s", first);
	else
		snprintf(out, WHO_SIZE, "%s and %zu other%s", first, l->count - 1,
			l->count > 2 ? "s" : "");
	return out;
}

static void report_joliet(const struct tree *t, const struct iso_options *o)
{
	const struct lost_joliet limits = { o->joliet_long ? 103 : 64, o->joliet_utf16 };
	const struct lost names = lost_in_joliet(t, &limits);
	char who[WHO_SIZE];

	if (names.count == 0)
		return;
	report_warning(
		"%s: %s cut or changed in Joliet, which takes %zu characters of %s without * / : ; ? \\",
		say_who(t, &names, who), names.count > 1 ? "the names are" : "the name is",
		limits.max, limits.utf16 ? "UTF-16" : "UCS-2");
}

static void report_links(const struct tree *t, const char *way)
{
	const struct lost links = lost_links(t);
	char who[WHO_SIZE];

	if (links.count > 0)
		report_warning("%s: %s to nothing on the drive; %s", say_who(t, &links, who),
			links.count > 1 ? "the links lead" : "the link leads", way);
}

void lost_names_report(
	const struct tree *t, const struct iso_options *o, bool links, const char *way)
{
	if (o->joliet)
		report_joliet(t, o);
	if (links && o->rock_ridge)
		report_links(t, way);
}
