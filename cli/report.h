/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "util/fault.h"
#include "util/warning.h"

/** report_program - who speaks, if it is not seedrive. */
void report_program(const char *name);

/** report_as - the command in whose name all lines are written from now on. */
void report_as(const char *command);

/**
 * report_error, report_warning - one line on standard error: "seedrive: build: THING: FAULT"
 * Bytes that could do more to a terminal than show are written as \xNN: see cli/print.h.
 */
void report_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void report_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** report_info - the same, of what is neither, for a user who has not asked for silence. */
void report_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** report_listen - who hears each line too, without the names before it. */
void report_listen(void (*hear)(const char *line));

/** report_sink - whatever is sent here becomes a report_warning(). */
extern const struct warning_sink report_sink;

/** report_fault - the error line of @f, unless it is said already. Returns: the exit status that goes with it. */
int report_fault(const struct fault *f);

#endif
