/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/progress.h"
#include "util/clock.h"

#include <stdio.h>
#include <unistd.h>

#define PATIENCE_MS 500
#define REDRAW_MS   100
#define BAR_WIDTH   30

void progress_init(struct progress *p, const char *what, bool quiet)
{
	*p = (struct progress){ .what = what, .on = !quiet && isatty(STDERR_FILENO) };
	p->begun_ms = clock_ms();
	p->next_ms = p->begun_ms + PATIENCE_MS;
}

void progress_show(void *progress, uint64_t done, uint64_t total)
{
	struct progress *p = progress;
	const int64_t now = p->on ? clock_ms() : 0;
	unsigned i, filled;

	if (!p->on || now < p->next_ms || total == 0)
		return;
	p->next_ms = now + REDRAW_MS;
	p->shown = true;
	filled = (unsigned)((double)done / (double)total * BAR_WIDTH);
	fprintf(stderr, "\r%s [", p->what);
	for (i = 0; i < BAR_WIDTH; i++)
		fputc(i < filled ? '#' : ' ', stderr);
	fprintf(stderr, "] %3u%%", (unsigned)(100.0 * (double)done / (double)total));
	fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
