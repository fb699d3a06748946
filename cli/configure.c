/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/configure.h"
#include "cli/report.h"

#include <string.h>

int configure(struct config *c, const char *file, enum config_part part, struct settings *ret)
{
	const int r = config_read(c, file);
	bool lenient;
	size_t i;

	if (r < 0) {
		report_error("configuration: %s", strerror(-r));
		return EXIT_FAILED;
	}
	config_settle(c, part, ret);
	lenient = part == CONFIG_MKISOFS && !ret->strict;
	for (i = 0; i < c->faults; i++) {
		if (lenient)
			report_warning("%s", c->fault[i]);
		else
			report_error("%s", c->fault[i]);
	}
	return c->faults && !lenient ? EXIT_USAGE : -1;
}
