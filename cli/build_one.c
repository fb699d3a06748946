/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/build.h"
#include "cli/progress.h"
#include "cli/report.h"

int build_one(struct build *b, const struct output_kind *kind, void *state, struct fault *f)
{
	struct compose *c = &b->compose;
	const struct compose_caller caller = { .gather = build_gather, .ctx = b };
	struct progress progress;
	int r;

	b->output = (struct output){
		.kind = kind, .path = b->to_stdout ? NULL : b->out, .state = state
	};
	b->entropy.asked.sources.unmixed = !b->dir || !drive_may_mix(b->dir);
	c->asked = &b->entropy.asked;
	c->warn = &report_sink;
	c->output = &b->output;
	b->output.warn = &report_sink;
	c->progress = progress_show;
	c->progress_ctx = &progress;
	progress_init(&progress, output_name(&b->output), b->entropy.quiet);
	r = compose_image(c, &caller, f);
	progress_end(&progress);
	if (r == 0)
		build_print(b);
	c->last = !b->batch;
	compose_clear(c);
	return r;
}
