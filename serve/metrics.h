/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_METRICS_H
#define SERVE_METRICS_H

#include "serve/status.h"

/*
 * What a monitoring system asks: /metrics in the text format of Prometheus (version 0.0.4), and /healthz. No label has a
 * value for each instance or client, so that the number of time series does not grow with them. No byte of a seed.
 */

/** metrics_write - all of them. Returns: bytes written to @out, at most @size; a metric that has no room is left out. */
size_t metrics_write(const struct status_parts *p, char *out, size_t size);

/** metrics_health - NULL: a source passes its tests, and there is stock; else why not, in @out or constant. */
const char *metrics_health(const struct status_parts *p, char *out, size_t size);

#endif
