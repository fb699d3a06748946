/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_HEALTH_WINDOW_H
#define SEED_HEALTH_WINDOW_H

#include "seed/health.h"

/**
 * health_count_window - count in the current window how often the most frequent value occurs, and what is equal at lags
 * 1 to HEALTH_LAGS
 * @h: its window may be incomplete, and may have fewer samples before it than a lag needs: then only pairs of which
 *     both samples exist are counted. @h->found keeps the highest count of each kind.
 *
 * If @h->mode.sampled is set, and health_is_sampled() does not choose this window, nothing is counted.
 */
void health_count_window(struct health *h);

#endif
