/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MKISOFS_ARGS_H
#define CLI_MKISOFS_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "iso/names.h"
#include "iso/write.h"
#include "util/fault.h"

/* A path of the command line, and where it goes in the image. */
struct mkisofs_path {
	const char *source;
	const char *graft; /* with -graft-points, from the root on; NULL: into the root */
};

enum mkisofs_action { MKISOFS_MAKE, MKISOFS_VERSION, MKISOFS_HELP };

/* What genisoimage's command line asks for, in our words. */
struct mkisofs_args {
	enum mkisofs_action action;
	bool as_xorriso; /* -as NAME: argv[1] and argv[2] */
	const char *out; /* NULL: standard output */
	const char *label, *publisher, *preparer, *application, *system, *volume_set;
	struct iso_names names;
	bool rock_ridge, joliet, joliet_long, joliet_utf16;
	bool no_rock;  /* --norock: not even where it is the default */
	bool rational; /* -r: everybody may read, nobody may write, all is root's */
	bool follow;   /* -f: symbolic links in the tree too */
	bool graft, quiet;
	const char *seed; /* --seed, as it is typed; NULL: not given */
	bool large_files; /* -allow-limited-size: files of 4 GiB and more */
	bool no_backups;  /* -no-bak: leave out names with ~ or #, or that end in .bak */
	bool new_folders; /* -new-dir-mode: @new_folder_mode for those that are only in the image */
	mode_t new_folder_mode;
	struct iso_attributes attributes; /* -uid and its kin */
	const char *charset;              /* of names, where that is not UTF-8; else NULL */
	const char **exclude;             /* -m: patterns of what is left out */
	size_t excludes;
	bool align; /* -partition_cyl_align: the image's size is a multiple of a MiB */
	struct mkisofs_path *path;
	size_t paths;
	char *words; /* where unescaped names are kept */
};

/**
 * mkisofs_parse - read the command line as genisoimage, mkisofs and xorrisofs do, or `xorriso -as mkisofs`
 * @a:    the caller's storage; needs mkisofs_args_clear() in the end, also after an error
 * @argv: argv[0] is not looked at; the words have to outlive @a
 * @f:    names the option and the fault
 *
 * The grammar is that of cli/mkisofs_words.h. Options may also follow paths, as xorrisofs has it; `--` ends them. Of an
 * option given twice the last counts. After the first fault the rest of the line is read for what it says of the label
 * and the output.
 * Returns: 0; -ENOTSUP for an option that is not ours to honour; -EINVAL for what nobody could; -ENOMEM.
 */
int mkisofs_parse(struct mkisofs_args *a, int argc, char **argv, struct fault *f);

/* For cli/mkisofs_args.c, by cli/mkisofs_paths.c. Each returns 0 or -errno with @f. */
int mkisofs_add_path(struct mkisofs_args *a, const char *word, struct fault *f);
int mkisofs_add_exclude(struct mkisofs_args *a, const char *pattern, struct fault *f);
/** mkisofs_split_grafts - -graft-points may stand after the first path, so all are looked at in the end. */
int mkisofs_split_grafts(struct mkisofs_args *a, struct fault *f);

void mkisofs_args_clear(struct mkisofs_args *a);

#endif
