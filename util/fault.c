/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int fault_set(struct fault *f, int err, const char *fmt, ...)
{
	va_list ap;

	if (!f)
		return err;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	return err;
}

int fault_errno(struct fault *f, int err, const char *thing)
{
	return fault_set(f, err, "%s: %s", thing, strerror(-err));
}
