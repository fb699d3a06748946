/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that `seedrive build` puts onto the drive. */
#include "cli/build.h"
#include "cli/lost_names.h"
#include "cli/report.h"
#include "util/wire/label.h"

#include <errno.h>

/* NoCloud requires meta-data besides user-data; cloud-localds writes the same text if no meta-data is given. */
static const char default_metadata[] = "instance-id: iid-local01\n";

static size_t output_files(const struct output *o, struct tree_omit *out)
{
	return o->kind->files ? o->kind->files(o, out) : 0;
}

/* Is this file the old image, which is about to be replaced? */
static bool is_out(const struct build *b, const struct stat *st)
{
	struct tree_omit omit[OUTPUT_FILES_MAX];
	const size_t omits = output_files(&b->output, omit);
	size_t i;

	for (i = 0; i < omits; i++)
		if (st->st_ino == omit[i].ino && st->st_dev == omit[i].dev)
			return true;
	return false;
}

static int add_named(struct build *b, const char *name, const char *path, struct fault *f)
{
	struct tree *t = &b->compose.tree;
	int r = path ? tree_add_file(t, name, path, f) : 0;
	struct tree_node *node = path && r == 0 ? tree_find(t, name) : NULL;

	if (node && is_out(b, &node->st))
		return fault_set(f, -EEXIST,
			"%s: OUT is the same file as one that goes on the drive", b->out);
	return r;
}

static int open_files(struct build *b, struct fault *f)
{
	struct tree *t = &b->compose.tree;
	int r = tree_open(t, NULL, NULL, 0, f);

	if (r == 0)
		r = add_named(b, "user-data", b->user_data, f);
	if (r == 0)
		r = add_named(b, "meta-data", b->meta_data, f);
	if (r == 0)
		r = add_named(b, "network-config", b->network_config, f);
	/* NoCloud requires both files, even if they are empty. */
	if (r == 0 && !b->user_data)
		r = tree_add_bytes(t, "user-data", "", 0, 0444, b->compose.now, f);
	if (r == 0 && !b->meta_data)
		r = tree_add_bytes(t, "meta-data", default_metadata, sizeof(default_metadata) - 1,
			0444, b->compose.now, f);
	return r;
}

static int open_dir(struct build *b, struct fault *f)
{
	struct tree_omit omit[OUTPUT_FILES_MAX];
	const struct output *o = &b->output;
	int r = tree_open(&b->compose.tree, b->dir, omit, output_files(o, omit), f);

	return r == 0 && b->compose.tree.omitted_first && o->kind->check_old ?
		o->kind->check_old(o, f) :
		r;
}

int build_gather(struct compose *c, void *ctx, struct fault *f)
{
	struct build *b = ctx;
	const int r = b->dir ? open_dir(b, f) : open_files(b, f);

	if (r < 0)
		return r;
	if (!b->label)
		b->label = drive_default_label(&c->tree);
	if (!b->label)
		return fault_usage(
			f, "%s: neither openstack/ nor meta-data in it: --label is needed", b->dir);
	if (!label_is_seed(b->label))
		report_warning("--label: %s: guests look for a seed on config-2 and cidata only",
			b->label);
	compose_bind(c, b->bind);
	c->iso = (struct iso_options){
		.label = b->label,
		.publisher = b->publisher,
		.names = { .level = 3, .lowercase = true },
		.rock_ridge = true,
		.joliet = true,
	};
	lost_names_report(&c->tree, &c->iso, true,
		"use a copy made by cp -rL to include the targets of links");
	return 0;
}
