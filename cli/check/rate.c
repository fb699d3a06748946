/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check/rate.h"

#include <stdio.h>

const char *rate_text(double rate, char *out, size_t size)
{
	static const char *const units[] = { "B/s", "kB/s", "MB/s", "GB/s" };
	size_t i = 0;

	for (; rate >= 999.95 && i < 3; i++)
		rate /= 1000;
	snprintf(out, size, "%.1f %s", rate, units[i]);
	return out;
}
