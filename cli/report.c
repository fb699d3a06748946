/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"
#include "util/utf8.h"

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

void report_text(FILE *to, const char *text)
{
	size_t left = strlen(text), n;

	for (; left > 0; left -= n, text += n) {
		n = utf8_showable((const uint8_t *)text, left);
		if (n > 0) {
			fwrite(text, 1, n, to);
		} else {
			fprintf(to, "\\x%02x", (unsigned char)*text);
			n = 1;
		}
	}
}

static void say(const char *kind, const char *fmt, va_list ap)
{
	char line[2 * PATH_MAX];

	if (vsnprintf(line, sizeof(line), fmt, ap) < 0)
		line[0] = '\0';
	if (listener)
		listener(line);
	fprintf(stderr, "%s: %s%s%s", program_name, command_name ? command_name : "",
		command_name ? ": " : "", kind);
	report_text(stderr, line);
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

int report_fault(const struct fault *f)
{
	if (f->text[0])
		report_error("%s", f->text);
	return f->status;
}
