/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CHECK_PAGE_H
#define CLI_CHECK_PAGE_H

#include "cli/check/check.h"

/* What the files of the report share; for them alone. */

extern const char check_style[];

/* The plots of one source; @number: of its section in the page. */
void plot_histogram(const struct checked *c, size_t number, FILE *to);
void plot_lags(const struct checked *c, size_t number, FILE *to);
void plot_runs(const struct checked *c, size_t number, FILE *to);
void plot_rate(const struct checked *c, size_t number, FILE *to);

#endif
