/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CHECK_PAGE_H
#define CLI_CHECK_PAGE_H

#include "cli/check/check.h"

/* What the files of the report share; for them alone. */

#define PAGE_DASH "\342\200\223" /* for what there is not */

extern const char check_style[];

/** page_verdict - a verdict with its mark, in a line. */
void page_verdict(enum verdict v, FILE *to);

/** page_overall - the one verdict of all sources, as the exit status has it, and the reasons. */
void page_overall(const struct check *c, FILE *to);

/** page_summary - the table with one row for each source. */
void page_summary(const struct check *c, FILE *to);

/* The plots of one source; @number: of its section in the page. */
void plot_histogram(const struct checked *c, size_t number, FILE *to);
void plot_lags(const struct checked *c, size_t number, FILE *to);
void plot_runs(const struct checked *c, size_t number, FILE *to);
void plot_rate(const struct checked *c, size_t number, FILE *to);

#endif
