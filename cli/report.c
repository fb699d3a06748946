/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"
#include "cli/print.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *program_name = "seedrive", *command_name;

void report_program(const char *name)
{
	program_name = name;
}

static void (*listener)(const char *line);

void report_listen(void (*hear)(const char *line))
{
	listener = hear;
}

void report_as(const char *command)
{
	command_name = command;
}

static void say(const char *kind, const char *fmt, va_list ap)
{
	char line[2 * PATH_MAX];

	if (vsnprintf(line, sizeof(line), fmt, ap) < 0)
		line[0] = '\0';
	if (listener)
		listener(line);
	print_line(stderr, "%s: %s%s%s%s", program_name, command_name ? command_name : "",
		command_name ? ": " : "", kind, line);
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

void report_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

static void warn(void *ctx, const char *text)
{
	(void)ctx;
	report_warning("%s", text);
}

const struct warning_sink report_sink = { .line = warn };

const char *report_without(const char *text, const char *name)
{
	const size_t len = strlen(name);

	return strncmp(text, name, len) == 0 && strncmp(text + len, ": ", 2) == 0 ? text + len + 2 :
										    text;
}

int report_fault(const struct fault *f)
{
	if (f->text[0])
		report_error("%s", f->text);
	return f->status;
}
