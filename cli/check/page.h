/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CHECK_PAGE_H
#define CLI_CHECK_PAGE_H

#include "cli/check/check.h"

/* Shared by the files of the HTML report. No file outside cli/check/ includes this header. */

#define PAGE_DASH "\342\200\223" /* an en dash, for a value that does not exist */

extern const char check_style[];

/** page_verdict - write a verdict with its mark, as inline HTML. */
void page_verdict(enum verdict v, FILE *to);

/** page_overall - write the verdict on all sources together, and its reasons. The exit status says the same. */
void page_overall(const struct check *c, FILE *to);

/** page_summary - write the table with one row for each source. */
void page_summary(const struct check *c, FILE *to);

/* The plots of one source; @number: the number of the source's section in the page. */
void plot_histogram(const struct checked *c, size_t number, FILE *to);
void plot_lags(const struct checked *c, size_t number, FILE *to);
void plot_runs(const struct checked *c, size_t number, FILE *to);
void plot_rate(const struct checked *c, size_t number, FILE *to);

#endif
