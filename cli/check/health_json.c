/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check/health_json.h"
#include "util/json_build.h"

json_object *health_json(const struct health_figures *h, enum health_test test)
{
	const unsigned lag = test == HEALTH_LAG ? h->lag_at :
		test == HEALTH_STEP             ? h->step_at :
		test == HEALTH_FRAME            ? h->frame_at :
						  0;
	json_object *o = json_object_new_object();

	json_add_number(o, "figure", health_figure(h, test));
	json_add_number(o, "cutoff", health_cutoff(h, test));
	if (lag)
		json_add_number(o, "lag", lag);
	return o;
}

const char *health_key(enum health_test test)
{
	static const char *const keys[] = { "", "repetition_count", "adaptive_proportion",
		"equal_bytes", "equal_steps", "equal_neighbours", "equal_words", "stuck_words",
		"replay" };

	return keys[test];
}
