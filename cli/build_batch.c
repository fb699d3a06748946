/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many drives of `seedrive build`. */
#include "cli/batch.h"
#include "cli/build.h"
#include "cli/report.h"
#include "util/secret.h"

#include <string.h>

static int build_row(void *ctx, const struct batch_row *row)
{
	struct build *common = ctx;
	static struct build b; /* where the handler of signals finds it */
	int status;

	if (!common->make.memory && common->make.seed_mode != CONFIG_SEED_OFF)
		common->make.memory = draw_memory_new();
	b = *common;
	b.make.entropy = &b.entropy;
	b.out = row->out;
	b.dir = row->dir;
	if (!b.make.fixed_time)
		b.make.now = time(NULL);
	/* Of each a word only where that is asked for; of all there is one in the end. */
	b.entropy.quiet |= !b.entropy.verbose;
	status = build_one(&b);
	if (status != EXIT_DONE)
		report_error("%s: not made", row->out);
	return status;
}

static void end_rows(void *ctx)
{
	struct build *common = ctx;

	draw_memory_free(common->make.memory);
	common->make.memory = NULL;
	secret_wipe_stack();
}

int build_batch(struct build *b)
{
	const struct batch_work work = { build_row, end_rows, b };
	const unsigned jobs = b->jobs ? b->jobs : batch_jobs();
	struct batch batch;
	int status = EXIT_FAILED;
	long done = -1;

	if (batch_read(&batch, b->batch, &b->make.fault) < 0) {
		report_failed(&b->make.fault);
		goto out;
	}
	done = batch_run(&batch, jobs, &work, b->entropy.quiet);
	if (done < 0) {
		report_error("--batch: %s", strerror((int)-done));
		goto out;
	}
	status = (size_t)done == batch.rows ? EXIT_DONE : EXIT_FAILED;
	if (!b->entropy.quiet)
		printf("%ld of %zu drives made\n", done, batch.rows);
out:
	batch_clear(&batch);
	return status;
}
