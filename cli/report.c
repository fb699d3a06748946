/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"
#include "util/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *command_name;

void report_as(const char *command)
{
	command_name = command;
}

static void say(const char *kind, const char *fmt, va_list ap)
{
	char line[2 * PATH_MAX];
	const char *p = line;
	size_t left, n;
	int len = vsnprintf(line, sizeof(line), fmt, ap);

	left = len < 0 ? 0 : (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1;
	fprintf(stderr, "seedrive: %s%s%s", command_name ? command_name : "",
		command_name ? ": " : "", kind);
	for (; left > 0; left -= n, p += n) {
		n = utf8_showable((const uint8_t *)p, left);
		if (n > 0) {
			fwrite(p, 1, n, stderr);
		} else {
			fprintf(stderr, "\\x%02x", (unsigned char)*p);
			n = 1;
		}
	}
	fputc('\n', stderr);
}

void report_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

void report_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("warning: ", fmt, ap);
	va_end(ap);
}

int report_failed(const struct fault *f)
{
	report_error("%s", f->text);
	return EXIT_FAILED;
}

int report_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
	return EXIT_USAGE;
}
