/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MKISOFS_ARGS_H
#define CLI_MKISOFS_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "iso/names.h"
#include "iso/write.h"
#include "util/fault.h"

/* A path of the command line, and its place in the image. */
struct mkisofs_path {
	const char *source;
	const char *
		graft; /* with -graft-points: the path in the image, from its root on; NULL: the root itself */
};

enum mkisofs_action { MKISOFS_MAKE, MKISOFS_VERSION, MKISOFS_HELP };

/* What a command line of genisoimage or xorrisofs asks for. */
struct mkisofs_args {
	enum mkisofs_action action;
	bool as_xorriso; /* the defaults are those of xorriso: called as `xorriso -as NAME`, or by the name xorrisofs */
	int skip; /* number of words before those for mkisofs: 2 for `-as NAME`; argv[0] does not count */
	bool foreign; /* NAME is not one of mkisofs's names: only xorriso could carry the line out */
	const char *out; /* NULL: standard output */
	const char *label, *publisher, *preparer, *application, *system, *volume_set;
	struct iso_names names;
	bool rock_ridge, joliet, joliet_long, joliet_utf16;
	bool no_rock;  /* --norock: no Rock Ridge even if it is the default */
	bool rational; /* -r: everybody may read, nobody may write, root owns all files */
	bool follow;   /* -f: also follow symbolic links inside the tree */
	bool graft, quiet;
	const char *seed; /* the argument of --seed; NULL: not given */
	bool large_files; /* -allow-limited-size: allow files of 4 GiB and more */
	bool no_backups;  /* -no-bak: leave out names with ~ or #, or that end in .bak */
	bool new_folders; /* -new-dir-mode: @new_folder_mode applies to folders that exist only in the image */
	mode_t new_folder_mode;
	struct iso_attributes attributes; /* -uid, -gid, -file-mode, -dir-mode */
	const char *charset;  /* character set of the names if it is not UTF-8, else NULL */
	const char **exclude; /* -m: patterns of names to leave out */
	size_t excludes;
	bool align; /* -partition_cyl_align: round the image's size up to a MiB */
	struct mkisofs_path *path;
	size_t paths;
	char *words; /* the unescaped paths; @path points into it */
};

/**
 * mkisofs_parse - reads a command line of genisoimage, mkisofs, xorrisofs, or `xorriso -as mkisofs`
 * @a:    the caller's storage; the caller calls mkisofs_args_clear() when done, also after an error
 * @argv: of argv[0], only the name xorrisofs matters; @a points into the words, so they must live as long as @a
 * @f:    names the option and the fault
 *
 * cli/mkisofs_words.h has the grammar. Options may follow paths, as with xorrisofs; `--` ends the options. If an option is
 * given twice, the last one counts. After a fault the rest of the line is still read, because the label and the output
 * decide what is logged and which program makes the image instead.
 * Returns: 0; -ENOTSUP: an option that this program does not honour, but another may; -EINVAL: no program could honour the
 * line; -ENOMEM.
 */
int mkisofs_parse(struct mkisofs_args *a, int argc, char **argv, struct fault *f);

/* Functions of cli/mkisofs_paths.c for cli/mkisofs_args.c. Each returns 0, or -errno with @f. */
int mkisofs_add_path(struct mkisofs_args *a, const char *word, struct fault *f);
int mkisofs_add_exclude(struct mkisofs_args *a, const char *pattern, struct fault *f);
/** mkisofs_split_grafts - splits PLACE=PATH in all paths; called last, since -graft-points may follow the paths. */
int mkisofs_split_grafts(struct mkisofs_args *a, struct fault *f);

void mkisofs_args_clear(struct mkisofs_args *a);

#endif
