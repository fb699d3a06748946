/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CHECK_HEALTH_JSON_H
#define CLI_CHECK_HEALTH_JSON_H

#include <json-c/json.h>

#include "seed/health.h"

/** health_key - the name of the test in JSON: "repetition_count". */
const char *health_key(enum health_test test);

/** health_json - an object with the figure and the cutoff of a test, and its lag, if it has one. The caller frees it. */
json_object *health_json(const struct health_figures *h, enum health_test test);

#endif
