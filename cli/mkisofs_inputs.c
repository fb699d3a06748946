/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inputs of an image: the settings for its seed, and the paths of the command line. */
#include "cli/mkisofs.h"
#include "cli/configure.h"
#include "cli/lost_names.h"
#include "cli/report.h"
#include "cli/start.h"
#include "iso/lost.h"

#include <errno.h>

/* The labels of genisoimage and xorriso if none is given. */
#define NO_LABEL         "CDROM"
#define NO_LABEL_XORRISO "ISOIMAGE"

#define CYLINDER (1024u << 10) /* bytes; xorrisofs uses 64 heads of 32 sectors of 512 bytes */

static bool may_mix(const struct mkisofs_args *a)
{
	size_t i;

	for (i = 0; i < a->paths; i++)
		if (a->path[i].graft || drive_may_mix(a->path[i].source))
			return true;
	return false;
}

/* Without memory for secrets the image is made without a seed, if the configuration allows that. */
static int set_up_secrets(struct mkisofs *m, struct fault *f)
{
	const int r = start_secrets(f);

	if (r == 0 || !m->entropy.asked.claim_less)
		return r;
	report_warning("%s", f->text);
	m->compose.mode = DRIVE_SEED_OFF;
	return 0;
}

/* The configuration applies to images with a seed label only. */
int mkisofs_settle(struct compose *c, void *ctx, struct fault *f)
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
		.lenient = true,
		.exclude = m->args.exclude,
		.excludes = m->args.excludes,
		.no_backups = m->args.no_backups,
		.new_folders = m->args.new_folders,
		.new_folder_mode = m->args.new_folder_mode,
	};
	size_t i;
	int r = tree_open(tree, NULL, NULL, 0, f);

	if (r == 0 && m->args.paths == 0)
		tree->root->st.st_mtim.tv_sec = m->compose.now;
	for (i = 0; i < m->args.paths && r == 0; i++)
		r = tree_graft(tree, m->args.path[i].graft, m->args.path[i].source, &rules, f);
	return r == 0 && tree->omitted_first && kind->check_old ? kind->check_old(&m->output, f) :
								  r;
}

/* Without Rock Ridge and Joliet, user-data would be named USER_DAT, which no guest looks for. */
static void choose_trees(struct mkisofs *m)
{
	struct mkisofs_args *a = &m->args;

	if (m->compose.plain || a->rock_ridge || a->joliet)
		return;
	if (a->no_rock)
		report_warning(
			"neither Rock Ridge nor Joliet: guests may not find user-data; leave out --norock, or add -J");
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

static void report_left_out(const struct tree *t)
{
	if (t->left_out == 1)
		report_warning("%s; left out", t->left_out_first);
	else if (t->left_out > 1)
		report_warning("%s; left out, with %zu other%s", t->left_out_first, t->left_out - 1,
			t->left_out > 2 ? "s" : "");
}

/* -input-charset and similar: names that are not ASCII would need conversion, which this program does not do. */
static int check_charset(struct mkisofs *m, int err, struct fault *f)
{
	const struct lost names =
		err == 0 ? lost_beyond_ascii(&m->compose.tree) : (struct lost){ 0 };
	char path[PATH_MAX];

	m->hand_over = err == -EILSEQ || names.count > 0;
	if (names.count == 0)
		return err;
	return fault_set(f, -ENOTSUP,
		"%s: the name is not ASCII, and the character set %s is not supported, only utf-8",
		tree_name(&m->compose.tree, names.first, path), m->args.charset);
}

/* Interchange levels 1 and 2 allow one extent per file, which is less than 4 GiB. */
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

int mkisofs_gather(struct compose *c, void *ctx, struct fault *f)
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
	report_left_out(&c->tree);
	links = m->args.rock_ridge ? 0 : tree_drop_links(&c->tree);
	if (links > 0)
		report_warning("%zu symbolic link%s left out: only Rock Ridge (-r, -R) has them",
			links, links > 1 ? "s" : "");
	if (!c->plain)
		compose_bind(c, m->entropy.settings.bind);
	c->iso = iso_options(&m->args);
	lost_names_report(&c->tree, &c->iso, !c->plain, "-f includes the targets of links");
	return 0;
}
