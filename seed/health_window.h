/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_HEALTH_WINDOW_H
#define SEED_HEALTH_WINDOW_H

#include "seed/health.h"

/**
 * health_count_window - the most frequent value of a window, and by each lag of 1 to HEALTH_LAGS what is equal
 * @h: its window may not be full yet, and may have less before it than the lags look back at; then only pairs of samples
 *     that are both there count. @h->found keeps the highest count of each kind.
 *
 * Where @h->mode says that windows are sampled, another window than one of those is passed over.
 */
void health_count_window(struct health *h);

#endif
