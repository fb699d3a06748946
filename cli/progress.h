/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* A line that is drawn over, on a terminal alone, once work has lasted for half a second. */
struct progress {
	const char *what;
	bool on, shown;
	int64_t begun_ms, next_ms;
};

void progress_init(struct progress *p, const char *what, bool quiet);

/** progress_show - fits as an iso_progress. */
void progress_show(void *progress, uint64_t done, uint64_t total);

/** progress_end - leave the line empty for what comes next. */
void progress_end(struct progress *p);

#endif
