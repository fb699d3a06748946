/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* A progress bar on one line of the terminal. It appears after half a second of work, and only on a terminal. */
struct progress {
	const char *what;
	bool on, shown;
	int64_t begun_ms, next_ms;
};

void progress_init(struct progress *p, const char *what, bool quiet);

/** progress_show - redraws the bar; can be passed as an iso_progress. */
void progress_show(void *progress, uint64_t done, uint64_t total);

/** progress_end - erases the bar, so that the next output begins on an empty line. */
void progress_end(struct progress *p);

#endif
