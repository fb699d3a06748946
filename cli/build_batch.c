/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `seedrive build --batch`. */
#include "cli/batch.h"
#include "cli/build.h"
#include "cli/print.h"
#include "cli/report.h"
#include "util/secret.h"

#include <string.h>

static int build_row(void *ctx, const struct batch_row *row)
{
	struct build *common = ctx;
	static struct build b;
	struct fault f;
	int r;

	if (!common->compose.draws && common->compose.mode != DRIVE_SEED_OFF)
		common->compose.draws = draw_memory_new();
	b = *common;
	b.compose.many = true;
	b.out = row->out;
	b.dir = row->dir;
	if (!b.compose.fixed_time)
		b.compose.now = time(NULL);
	/* A line for each drive is printed only on request; one line for all is printed at the end. */
	b.entropy.quiet |= !b.entropy.verbose;
	r = build_to_file(&b, &f);
	if (r < 0) {
		report_error("%s: not made: %s", row->out, report_without(f.text, row->out));
	}
	return r;
}

static void end_rows(void *ctx)
{
	struct build *common = ctx;

	draw_memory_free(common->compose.draws);
	common->compose.draws = NULL;
	secret_wipe_stack();
}

int build_batch(struct build *b, struct fault *f)
{
	const struct batch_work work = { build_row, end_rows, b };
	const unsigned jobs = b->jobs ? b->jobs : batch_jobs();
	struct batch batch;
	long done;
	int r;

	r = batch_read(&batch, b->batch, f);
	if (r == 0)
		r = batch_check_places(&batch, b->batch, f);
	if (r < 0)
		goto out;
	done = batch_run(&batch, jobs, &work, b->entropy.quiet);
	if (done < 0)
		r = fault_set(
			f, (int)done, "--batch: cannot start a process: %s", strerror((int)-done));
	else if ((size_t)done < batch.rows)
		r = fault_reported(f, EXIT_FAILED);
	if (done >= 0 && !b->entropy.quiet)
		print_line(stdout, "%ld of %zu drives made", done, batch.rows);
out:
	batch_clear(&batch);
	return r;
}
