/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int set(struct fault *f, int err, int status, const char *fmt, va_list ap)
{
	if (!f)
		return err;
	f->status = status;
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	return err;
}

int fault_set(struct fault *f, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(f, err, EXIT_FAILED, fmt, ap);
	va_end(ap);
	return err;
}

int fault_errno(struct fault *f, int err, const char *thing)
{
	return fault_set(f, err, "%s: %s", thing, strerror(-err));
}

int fault_usage(struct fault *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(f, -EINVAL, EXIT_USAGE, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int fault_refused(struct fault *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(f, -ENODATA, EXIT_REFUSED, fmt, ap);
	va_end(ap);
	return -ENODATA;
}

int fault_reported(struct fault *f, int status)
{
	*f = (struct fault){ .status = status };
	return -ECANCELED;
}
