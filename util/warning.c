/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/warning.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

void warning_send(const struct warning_sink *to, const char *fmt, ...)
{
	char line[2 * PATH_MAX];
	va_list ap;

	if (!to)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	to->line(to->ctx, line);
}
