/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seedrive-mkisofs: takes genisoimage's command line, and adds a seed to drives with a seed label. */
#include "cli/mkisofs.h"
#include "cli/drive_log.h"
#include "cli/mkisofs_fallback.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/start.h"
#include "util/wire/label.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A disk is overwritten even if it holds data, as genisoimage does. An optical drive is refused: whether it keeps what the
 * kernel writes to it depends on its medium. */
static int choose_output(struct mkisofs *m, struct fault *f)
{
	const enum output_target target = output_target(m->args.out);
	struct output *o = &m->output;

	*o = (struct output){ .path = m->args.out, .warn = &report_sink };
	if (target == OUTPUT_OPTICAL)
		return fault_set(f, -ENOTSUP,
			"%s: seedrive-mkisofs does not write to an optical drive; use seedrive build -o",
			output_name(o));
	if (target == OUTPUT_FILE) {
		o->kind = &output_in_place;
		o->state = &m->target;
	} else if (target == OUTPUT_STREAM) {
		o->kind = &output_stream;
		o->state = &m->stream;
	} else {
		m->disk.force = true;
		m->device.functions = &disk_functions;
		m->device.device = &m->disk;
		o->kind = &output_device;
		o->state = &m->device;
	}
	return target == OUTPUT_DISK && !o->path ? disk_check_stdout(f) : 0;
}

static int make_image(struct mkisofs *m, struct fault *f)
{
	const struct compose_caller caller = { mkisofs_settle, mkisofs_gather, m };
	struct compose *c = &m->compose;
	struct progress progress;
	int r;

	if (!m->args.out && isatty(STDOUT_FILENO))
		return fault_set(f, -EINVAL, "standard output: an image does not go to a terminal");
	r = choose_output(m, f);
	if (r < 0)
		return r;
	entropy_options_init(&m->entropy);
	c->asked = &m->entropy.asked;
	c->warn = &report_sink;
	c->hands_over = m->args.charset;
	c->plain = !m->args.label || !label_is_seed(m->args.label);
	c->output = &m->output;
	c->progress = progress_show;
	c->progress_ctx = &progress;
	progress_init(&progress, output_name(&m->output), m->args.quiet);
	r = compose_image(c, &caller, f);
	progress_end(&progress);
	return r;
}

static bool is_drive(const struct mkisofs_args *a)
{
	return a->label && label_is_seed(a->label);
}

static const char *out_name(const struct mkisofs_args *a)
{
	return a->out ? a->out : "standard output";
}

/* The last line of genisoimage, or the last two of xorriso: some callers take an image without them for a failure. */
static void report_size(const struct mkisofs *m)
{
	const unsigned long long size = m->compose.layout.size, sectors = size / ISO_SECTOR;

	if (m->args.quiet)
		return;
	if (!m->args.as_xorriso) {
		print_line(stderr, "%llu extents written (%llu MB)", sectors, size >> 20);
		return;
	}
	print_line(stderr, "ISO image produced: %llu sectors", sectors);
	print_line(stderr, "Writing to 'stdio:%s' completed successfully.",
		m->args.out ? m->args.out : "/dev/fd/1");
}

/* The words for an image that has no seed, with the setting that asked for none. */
static const char *without_seed(const struct mkisofs *m, char *out, size_t size)
{
	char origin[PATH_MAX + 32];

	if (m->entropy.settings.seed == DRIVE_SEED_ON)
		return "without a seed";
	snprintf(out, size, "without a seed: %s",
		entropy_options_seed_origin(&m->entropy, origin, sizeof(origin)));
	return out;
}

/* Writes the journal entry of a drive; a plain image has none. */
static void write_log(const struct mkisofs *m, int err)
{
	const struct compose *c = &m->compose;
	char without[PATH_MAX + 64];

	if (!is_drive(&m->args))
		return;
	drive_log_write(
		&(struct drive_log){ .identifier = "seedrive-mkisofs",
			.done = "made",
			.without =
				m->handed_over ? NULL : without_seed(m, without, sizeof(without)),
			.out = out_name(&m->args),
			.label = m->args.label,
			.seed = c->drive.has_record ? &c->seed : NULL,
			.uuid = c->request.uuid },
		err);
}

/* Executes the fallback program, if one is configured. If the image is a drive, warns that it gets no seed. Returns only on
 * failure: -errno with @f. */
static int hand_over(
	struct mkisofs *m, int argc, char **argv, const struct fault *refused, struct fault *f)
{
	const struct mkisofs_args *a = &m->args;
	struct mkisofs_fallback next;
	int r = mkisofs_fallback_find(&next, a, refused, f);

	if (r == 0 && is_drive(a)) {
		report_warning("%s: left to %s, which adds no seed: %s", out_name(a), next.program,
			refused->text);
		m->handed_over = true;
		write_log(m, 0);
	}
	if (r == 0)
		r = mkisofs_fallback_exec(&next, a, argc, argv, f);
	mkisofs_fallback_clear(&next);
	return r;
}

/* Prints the error before it writes the journal entry, which repeats it. */
static int log_failure(struct mkisofs *m, int err, struct fault *f)
{
	if (!is_drive(&m->args))
		return err;
	err = fault_reported(f, report_fault(f));
	write_log(m, err);
	return err;
}

static int run(struct mkisofs *m, int argc, char **argv, struct fault *f)
{
	struct fault refused;
	int r = make_image(m, f);

	if (r < 0 && !m->hand_over) {
		r = log_failure(m, r, f);
	} else if (r == 0) {
		write_log(m, 0);
		report_size(m);
	}
	m->compose.last = !m->hand_over;
	m->stream.inherit = m->hand_over;
	compose_clear(&m->compose);
	entropy_options_clear(&m->entropy);
	if (!m->hand_over)
		return r;
	refused = *f;
	m->compose = (struct compose){ 0 };
	start_signals_undo();
	return hand_over(m, argc, argv, &refused, f);
}

static int act(struct mkisofs *m, int argc, char **argv, struct fault *f)
{
	struct fault refused;
	int r = mkisofs_parse(&m->args, argc, argv, &refused);

	if (is_drive(&m->args))
		drive_log_listen(out_name(&m->args));
	if (r == -ENOTSUP)
		return hand_over(m, argc, argv, &refused, f);
	if (r < 0)
		return fault_set(f, r, "%s", refused.text);
	if (m->args.action == MKISOFS_HELP) {
		mkisofs_help();
		return 0;
	}
	if (m->args.action == MKISOFS_VERSION) {
		puts("seedrive-mkisofs " VERSION);
		return 0;
	}
	start_signals();
	return run(m, argc, argv, f);
}

int main(int argc, char **argv)
{
	static struct mkisofs m = { .target = { .fd = -1 } };
	static struct fault f;
	int r;

	start_descriptors();
	report_program("seedrive-mkisofs");
	r = act(&m, argc, argv, &f);
	/* An empty text: the error was printed before. */
	if (r < 0 && f.text[0])
		r = log_failure(&m, r, &f);
	mkisofs_args_clear(&m.args);
	return finish(r < 0 ? report_fault(&f) : EXIT_DONE);
}
