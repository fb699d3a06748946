/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "util/fault.h"
#include "util/warning.h"

/** report_program - sets the program's name at the beginning of each line; "seedrive" unless set. */
void report_program(const char *name);

/** report_as - sets the command's name, which follows the program's in each line from now on. */
void report_as(const char *command);

/**
 * report_error, report_warning - print one line on standard error: "seedrive: build: THING: FAULT"
 * Bytes that could control a terminal are written as \xNN: see cli/print.h.
 */
void report_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void report_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** report_info - the same for a line that is neither an error nor a warning; with --quiet, callers do not call it. */
void report_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** report_listen - sets a function that also receives each line, without the names of program and command. */
void report_listen(void (*hear)(const char *line));

/** report_sink - passes each warning sent to it to report_warning(). */
extern const struct warning_sink report_sink;

/** report_without - @text without "NAME: " at its beginning, for a line that has said the name. Returns: a part of @text. */
const char *report_without(const char *text, const char *name);

/** report_fault - prints the error line of @f, unless that was printed before. Returns: the exit status of @f. */
int report_fault(const struct fault *f);

#endif
