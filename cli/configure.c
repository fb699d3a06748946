/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/configure.h"
#include "cli/report.h"

#include <string.h>

int configure(struct config *c, const char *file, enum config_part part, struct settings *ret,
	struct fault *f)
{
	const int r = config_read(c, file);
	bool lenient;
	size_t i;

	if (r < 0)
		return fault_errno(f, r, "configuration");
	config_settle(c, part, ret);
	lenient = part == CONFIG_MKISOFS && !ret->strict;
	for (i = 0; i < c->faults; i++) {
		if (lenient)
			report_warning("%s", c->fault[i]);
		else if (i + 1 < c->faults)
			report_error("%s", c->fault[i]);
	}
	return c->faults && !lenient ? fault_usage(f, "%s", c->fault[c->faults - 1]) : 0;
}
