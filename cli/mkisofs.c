/* SPDX-License-Identifier: GPL-2.0-or-later */
/* genisoimage's command line, and nothing of its own but the seed. */
#include "cli/configure.h"
#include "cli/drive_log.h"
#include "cli/lost_names.h"
#include "cli/mkisofs_args.h"
#include "cli/mkisofs_fallback.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/start.h"
#include "drive/compose.h"
#include "iso/lost.h"
#include "iso/output/disk.h"
#include "iso/output/target.h"
#include "util/wire/label.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where none is given: genisoimage's and xorriso's. */
#define NO_LABEL         "CDROM"
#define NO_LABEL_XORRISO "ISOIMAGE"

#define CYLINDER (1024u << 10) /* xorrisofs': 64 heads of 32 sectors of 512 bytes */

struct mkisofs {
	struct mkisofs_args args;
	struct entropy_options entropy;
	/* Where it goes: one of these. */
	struct target target;
	struct stream stream;
	struct disk disk;
	struct output_device device;
	struct output output;
	struct compose compose;
	bool hand_over; /* what it failed by may be no fault to another program */
};

static void show_help(void)
{
	fputs("usage: seedrive-mkisofs [-as NAME] [OPTION...] [-o OUT] PATH...\n"
	      "\n"
	      "Makes an ISO 9660 image as genisoimage, mkisofs and xorrisofs do. One that is labelled\n"
	      "config-2, CONFIG-2, cidata or CIDATA also gets a seed for the guest's kernel.\n"
	      "\n"
	      "  -as NAME                 in the first place: as xorriso, which then has Rock Ridge\n"
	      "  -o, -output OUT          written where it stands; without it, standard output\n"
	      "  -V, -volid TEXT          the label\n"
	      "  -J, -joliet              names for Windows; -joliet-long: of up to 103 characters\n"
	      "  -r, -rational-rock       names, modes and links for Unix; all readable, and root's\n"
	      "  -R, -rock                the same, modes and owners as they are; --norock: neither\n"
	      "  -l, -iso-level N, -allow-lowercase, -relaxed-filenames, -max-iso9660-filenames,\n"
	      "  -U, -N, -d               what the plain names may be\n"
	      "  -publisher, -p, -A, -sysid, -volset TEXT\n"
	      "                           what the volume descriptor says\n"
	      "  -f, -follow-links        what a symbolic link leads to, rather than the link\n"
	      "  -m, -x, -exclude PATTERN what is left out of folders; -no-bak: backups\n"
	      "  -uid, -gid, -file-mode, -dir-mode, -new-dir-mode N\n"
	      "                           owners and modes in Rock Ridge\n"
	      "  -graft-points            a PATH is PLACE=PATH\n"
	      "  -partition_cyl_align on  a size of whole MiB, as xorrisofs has it\n"
	      "  --seed on|mix|off        off: no seed, for an image that many machines share\n"
	      "  -quiet                   no progress on a terminal\n"
	      "  -version, -help\n"
	      "\n"
	      "seedrive-mkisofs(1) has all of them; /etc/seedrive.conf rules the seed.\n",
		stderr);
}

/* --- in --- */

static bool may_mix(const struct mkisofs_args *a)
{
	size_t i;

	for (i = 0; i < a->paths; i++)
		if (a->path[i].graft || drive_may_mix(a->path[i].source))
			return true;
	return false;
}

/* Where there is no memory for secrets, there is no seed. */
static int set_up_secrets(struct mkisofs *m, struct fault *f)
{
	const int r = start_secrets(f);

	if (r == 0 || !m->entropy.asked.claim_less)
		return r;
	report_warning("%s", f->text);
	m->compose.mode = DRIVE_SEED_OFF;
	return 0;
}

/* The configuration rules what a guest looks for a seed on, and no other image. */
static int settle(struct compose *c, void *ctx, struct fault *f)
{
	struct mkisofs *m = ctx;
	int r;

	if (c->plain)
		return 0;
	r = configure(&m->entropy.config, NULL, CONFIG_MKISOFS, &m->entropy.settings, f);
	if (r < 0)
		return r;
	r = options_seed_env(&m->entropy, f);
	if (r == 0 && m->args.seed)
		r = option_seed(&m->entropy, "--seed", m->args.seed, f);
	if (r < 0)
		return r;
	entropy_options_settle(&m->entropy);
	m->entropy.asked.sources.unmixed = !may_mix(&m->args);
	c->mode = m->entropy.settings.seed;
	c->provenance = m->entropy.settings.provenance_full;
	c->request.ttl = m->entropy.settings.ttl;
	return set_up_secrets(m, f);
}

static int add_paths(struct mkisofs *m, struct fault *f)
{
	const struct output_kind *kind = m->output.kind;
	struct tree *tree = &m->compose.tree;
	struct tree_omit omit[OUTPUT_FILES_MAX];
	const struct tree_rules rules = {
		.omit = omit,
		.omits = kind->files ? kind->files(&m->output, omit) : 0,
		.follow = m->args.follow,
		.exclude = m->args.exclude,
		.excludes = m->args.excludes,
		.no_backups = m->args.no_backups,
		.new_folders = m->args.new_folders,
		.new_folder_mode = m->args.new_folder_mode,
	};
	size_t i;
	int r = tree_open(tree, NULL, NULL, 0, f);

	for (i = 0; i < m->args.paths && r == 0; i++)
		r = tree_graft(tree, m->args.path[i].graft, m->args.path[i].source, &rules, f);
	return r == 0 && tree->omitted_first && kind->check_old ? kind->check_old(&m->output, f) :
								  r;
}

/* Without either tree user-data is USER_DAT, which no reader of a seed drive looks for. */
static void choose_trees(struct mkisofs *m)
{
	struct mkisofs_args *a = &m->args;

	if (m->compose.plain || a->rock_ridge || a->joliet)
		return;
	if (a->no_rock)
		report_warning(
			"neither Rock Ridge nor Joliet: guests find no user-data by a plain name");
	else
		a->rock_ridge = a->rational = true;
}

static struct iso_options iso_options(const struct mkisofs_args *a)
{
	const char *no_label = a->as_xorriso ? NO_LABEL_XORRISO : NO_LABEL;

	return (struct iso_options){
		.label = a->label ? a->label : no_label,
		.publisher = a->publisher,
		.preparer = a->preparer,
		.application = a->application,
		.system = a->system,
		.volume_set = a->volume_set,
		.names = a->names,
		.large_files = a->large_files,
		.rock_ridge = a->rock_ridge,
		.keep_owners = !a->rational,
		.attributes = a->attributes,
		.joliet = a->joliet,
		.joliet_long = a->joliet_long,
		.joliet_utf16 = a->joliet_utf16,
		.multiple = a->align ? CYLINDER : 0,
	};
}

/* -input-charset and its kin: names that are not ASCII would have to be translated, and are not here. */
static int check_charset(struct mkisofs *m, int err, struct fault *f)
{
	const struct lost names =
		err == 0 ? lost_beyond_ascii(&m->compose.tree) : (struct lost){ 0 };
	char path[PATH_MAX];

	m->hand_over = err == -EILSEQ || names.count > 0;
	if (names.count == 0)
		return err;
	return fault_set(f, -ENOTSUP,
		"%s: the name is not ASCII, and %s not a character set of this program, which is utf-8",
		tree_name(&m->compose.tree, names.first, path), m->args.charset);
}

/* Levels 1 and 2 have one extent for a file. */
static int check_sizes(const struct mkisofs *m, struct fault *f)
{
	const struct tree *t = &m->compose.tree;
	const struct lost files = lost_too_large(t, ISO_FILE_MAX);
	const struct iso_names *n = &m->args.names;
	char path[PATH_MAX];

	if (files.count == 0 || n->level > 2 || m->args.large_files)
		return 0;
	return fault_set(f, -EFBIG,
		"%s: 4 GiB or larger: such files need -iso-level 3 or -allow-limited-size",
		tree_name(t, files.first, path));
}

static int gather(struct compose *c, void *ctx, struct fault *f)
{
	struct mkisofs *m = ctx;
	const char *epoch = compose_clock(c);
	size_t links;
	int r;

	if (epoch)
		report_warning("SOURCE_DATE_EPOCH: %s: must be seconds since 1970", epoch);
	choose_trees(m);
	r = add_paths(m, f);
	if (m->args.charset)
		r = check_charset(m, r, f);
	if (r == 0)
		r = check_sizes(m, f);
	if (r < 0)
		return r;
	links = m->args.rock_ridge ? 0 : tree_drop_links(&c->tree);
	if (links > 0)
		report_warning("%zu symbolic link%s left out: only Rock Ridge (-r, -R) has them",
			links, links > 1 ? "s" : "");
	if (!c->plain)
		compose_bind(c, m->entropy.settings.bind);
	c->iso = iso_options(&m->args);
	lost_names_report(&c->tree, &c->iso, !c->plain, "-f takes what links lead to");
	return 0;
}

/* --- out --- */

/* A disk is overwritten whatever it holds, as genisoimage would. What is written through the kernel an optical drive may
 * take or lose, by its medium. */
static int choose_output(struct mkisofs *m, struct fault *f)
{
	const enum output_target target = output_target(m->args.out);
	struct output *o = &m->output;

	*o = (struct output){ .path = m->args.out, .warn = &report_sink };
	if (target == OUTPUT_OPTICAL)
		return fault_set(f, -ENOTSUP, "%s: an optical drive: seedrive build -o burns there",
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
	const struct compose_caller caller = { settle, gather, m };
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

/* Of a plain image there is nothing to say; of a drive there is an entry in the journal. */
static void write_log(const struct mkisofs *m, int err)
{
	const struct compose *c = &m->compose;

	if (!is_drive(&m->args))
		return;
	drive_log_write(&(struct drive_log){ .identifier = "seedrive-mkisofs",
				.done = "made",
				.without = "without a seed",
				.out = out_name(&m->args),
				.label = m->args.label,
				.seed = c->drive.has_record ? &c->seed : NULL,
				.uuid = c->request.uuid },
		err);
}

/* To another program, if there is one. Of a drive it is said that it has no seed then. Returns: -errno with @f, if at all. */
static int hand_over(struct mkisofs *m, char **argv, const struct fault *refused, struct fault *f)
{
	const struct mkisofs_args *a = &m->args;
	struct mkisofs_fallback next;
	int r = mkisofs_fallback_find(&next, refused, f);

	if (r == 0 && is_drive(a)) {
		report_warning("%s: made by %s, without a seed: %s", out_name(a), next.program,
			refused->text);
		write_log(m, 0);
	}
	if (r == 0)
		r = mkisofs_fallback_exec(&next, a->as_xorriso, argv, f);
	mkisofs_fallback_clear(&next);
	return r;
}

/* Before the entry, which repeats the line. */
static int log_failure(struct mkisofs *m, int err, struct fault *f)
{
	if (!is_drive(&m->args))
		return err;
	err = fault_said(f, report_fault(f));
	write_log(m, err);
	return err;
}

static int run(struct mkisofs *m, char **argv, struct fault *f)
{
	struct fault refused;
	int r = make_image(m, f);

	if (r < 0 && !m->hand_over)
		r = log_failure(m, r, f);
	else if (r == 0)
		write_log(m, 0);
	m->compose.last = !m->hand_over;
	compose_clear(&m->compose);
	entropy_options_clear(&m->entropy);
	if (!m->hand_over)
		return r;
	refused = *f;
	m->compose = (struct compose){ 0 };
	return hand_over(m, argv, &refused, f);
}

static int act(struct mkisofs *m, int argc, char **argv, struct fault *f)
{
	struct fault refused;
	int r = mkisofs_parse(&m->args, argc, argv, &refused);

	if (is_drive(&m->args))
		drive_log_listen();
	if (r == -ENOTSUP)
		return hand_over(m, argv, &refused, f);
	if (r < 0)
		return fault_set(f, r, "%s", refused.text);
	if (m->args.action == MKISOFS_HELP) {
		show_help();
		return 0;
	}
	if (m->args.action == MKISOFS_VERSION) {
		puts("seedrive-mkisofs " VERSION);
		return 0;
	}
	start_signals();
	return run(m, argv, f);
}

int main(int argc, char **argv)
{
	static struct mkisofs m = { .target = { .fd = -1 } };
	static struct fault f;
	int r;

	start_descriptors();
	report_program("seedrive-mkisofs");
	r = act(&m, argc, argv, &f);
	/* Unless it is said already. */
	if (r < 0 && f.text[0])
		r = log_failure(&m, r, &f);
	mkisofs_args_clear(&m.args);
	return finish(r < 0 ? report_fault(&f) : EXIT_DONE);
}
