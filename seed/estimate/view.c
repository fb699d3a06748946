/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/estimate/view.h"

#include <stdlib.h>
#include <string.h>

void *estimate_new(size_t count, size_t size)
{
	return calloc(count, size);
}

void estimate_free(void *p, size_t count, size_t size)
{
	if (p)
		explicit_bzero(p, count * size);
	free(p);
}

double estimate_upper(double p, size_t n)
{
	return fmin(1.0, p + ESTIMATE_Z * sqrt(p * (1.0 - p) / ((double)n - 1.0)));
}
