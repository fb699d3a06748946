/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes onto the drive of `seedrive build`. */
#include "cli/build.h"
#include "cli/report.h"

#include <errno.h>

/* What a NoCloud drive needs besides user-data; cloud-localds makes the same where none is given. */
static const char default_metadata[] = "instance-id: iid-local01\n";

static bool is_out(const struct build *b, const struct stat *st)
{
	return b->replace.replaces && st->st_ino == b->replace.old.st_ino &&
		st->st_dev == b->replace.old.st_dev;
}

static int add_named(struct build *b, const char *name, const char *path)
{
	int r = path ? tree_add_file(&b->make.tree, name, path, &b->make.fault) : 0;
	struct tree_node *node = path && r == 0 ? tree_find(&b->make.tree, name) : NULL;

	if (node && is_out(b, &node->st))
		return fault_set(&b->make.fault, -EEXIST,
			"%s: is one of the files that go on the drive", b->out);
	return r;
}

static int open_files(struct build *b)
{
	int r = tree_open(&b->make.tree, NULL, NULL, 0, &b->make.fault);

	if (r == 0)
		r = add_named(b, "user-data", b->user_data);
	if (r == 0)
		r = add_named(b, "meta-data", b->meta_data);
	if (r == 0)
		r = add_named(b, "network-config", b->network_config);
	/* NoCloud wants both, were they empty. */
	if (r == 0 && !b->user_data)
		r = tree_add_bytes(
			&b->make.tree, "user-data", "", 0, 0444, b->make.now, &b->make.fault);
	if (r == 0 && !b->meta_data)
		r = tree_add_bytes(&b->make.tree, "meta-data", default_metadata,
			sizeof(default_metadata) - 1, 0444, b->make.now, &b->make.fault);
	return r;
}

/* The temporary file too may lie in DIR. */
static int open_dir(struct build *b)
{
	struct tree_omit omit[2];
	size_t omits = 0;
	struct stat st;
	int r;

	if (b->replace.replaces) {
		omit[omits].dev = b->replace.old.st_dev;
		omit[omits++].ino = b->replace.old.st_ino;
	}
	if (!b->to_stdout && fstat(b->replace.fd, &st) == 0) {
		omit[omits].dev = st.st_dev;
		omit[omits++].ino = st.st_ino;
	}
	r = tree_open(&b->make.tree, b->dir, omit, omits, &b->make.fault);
	if (r < 0 || !b->make.tree.omitted_first || !b->replace.replaces ||
		b->replace.old.st_size == 0)
		return r;
	return make_check_old(&b->make, b->replace.dirfd, b->replace.name, b->out);
}

int build_begin(struct build *b)
{
	b->entropy.sources.unmixed = !b->dir || !drive_may_mix(b->dir);
	return make_begin(&b->make);
}

int build_gather(struct build *b)
{
	if ((b->dir ? open_dir(b) : open_files(b)) < 0)
		return report_failed(&b->make.fault);
	if (!b->label)
		b->label = drive_default_label(&b->make.tree);
	if (!b->label)
		return report_usage(
			"%s: neither openstack/ nor meta-data in it: --label is needed", b->dir);
	if (!drive_is_seed_label(b->label))
		report_warning("--label: %s: guests look for a seed on config-2 and cidata only",
			b->label);
	make_bind(&b->make, b->bind);
	return -1;
}

int build_lay_out(struct build *b)
{
	const struct iso_options iso = {
		.label = b->label,
		.publisher = b->publisher,
		.names = { .level = 3, .lowercase = true },
		.rock_ridge = true,
		.joliet = true,
		.fixed_time = b->make.fixed_time,
		.time = b->make.now,
	};

	return make_lay_out(&b->make, &iso);
}
