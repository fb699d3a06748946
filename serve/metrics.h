/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_METRICS_H
#define SERVE_METRICS_H

#include "serve/status.h"

/*
 * The pages for a monitoring system: /metrics in the text format of Prometheus (version 0.0.4), and /healthz. No label
 * has a separate value for each instance or client, so the number of time series does not grow with them. The pages
 * contain no byte of a seed.
 */

/**
 * metrics_write - write all metrics to @out. A metric that does not fit into @size bytes is left out.
 * Returns: the length.
 */
size_t metrics_write(const struct status_parts *p, char *out, size_t size);

/**
 * metrics_health - check that a source passes its tests, and that the stock is not empty
 * Returns: NULL if both are true; otherwise the reason, which is in @out or is a constant text.
 */
const char *metrics_health(const struct status_parts *p, char *out, size_t size);

#endif
