/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_TREE_H
#define ISO_TREE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "util/fault.h"

#define TREE_DEPTH_MAX 100 /* levels of folders; the walk holds one descriptor for each level */
#define TREE_FOLDERS_MAX \
	65535u /* including the root; ISO 9660 numbers the folders in 16 bits, in its path table */
#define TREE_NODES_MAX \
	(1u << 20) /* if links are followed, a few folders can expand to millions of files */

enum tree_kind { TREE_DIR, TREE_FILE, TREE_LINK };

struct tree_node {
	struct tree_node *parent; /* NULL for the root */
	enum tree_kind kind;
	struct stat st;           /* as the walk found it */
	struct tree_node **child; /* TREE_DIR: sorted by name */
	size_t children;
	char *target; /* TREE_LINK: the path to which the link points */
	char *source; /* the path on disk; NULL: it is the parent's path plus @name */
	int fd;     /* TREE_FILE: open since the walk; -1 if @again, or if there are only @bytes */
	bool again; /* TREE_FILE: opened again when its content is needed (iso/reopen.h) */
	struct timespec
		born; /* birth time of a file that will be opened again (@again); zero: the file system has none */
	const uint8_t *bytes; /* TREE_FILE: written instead of the content on disk, or NULL */
	uint64_t size;        /* TREE_FILE: bytes of content */
	bool first;           /* its content is written before that of all other files */
	/* TREE_DIR: the folder exists only in the image, and @st has its mode. */
	bool made;
	uint32_t lba; /* first sector of the content; iso_layout_end() sets it */
	char name[];
};

struct tree {
	struct tree_node *root;
	/* Number of files that the tree holds open, and the limit for this number. */
	unsigned held, held_max;
	/* The walk found, and left out, the first file of the list @omit. */
	bool omitted_first;
	unsigned folders, nodes; /* numbers of folders, and of all nodes, without the root */
	char **leftover;         /* paths of temporary files of other runs; they were left out */
	size_t leftovers;
	size_t left_out; /* number of files that were left out by tree_rules.lenient */
	char *left_out_first; /* "PATH: what it is", for the first of them in the order of the alphabet */
};

/* A file that must not go into the image. It is the output itself, which may be in the tree. */
struct tree_omit {
	dev_t dev;
	ino_t ino;
};

struct tree_rules {
	const struct tree_omit *omit; /* @omits files to leave out */
	size_t omits;
	bool follow; /* put the target of a symbolic link into the image instead of the link */
	/* Leave out and count, rather than refuse: FIFOs, sockets and devices; and with @follow, links that lead to
	 * nothing or back to a folder above them. */
	bool lenient;
	/* Patterns for fnmatch(3) with FNM_PATHNAME. An entry of a folder is left out if its name matches one of them,
	 * or its whole path as the user typed it. */
	const char *const *exclude;
	size_t excludes;
	bool no_backups;  /* leave out names that contain ~ or #, or that end in .bak */
	bool new_folders; /* folders that exist only in the image have @new_folder_mode, not 0555 */
	mode_t new_folder_mode;
};

/**
 * tree_reserve - make the kernel reserve room for a thousand descriptors; call it before the process has threads
 * If a process with threads opens so many files that the kernel must enlarge its table of them, the kernel waits until
 * no CPU can still be using the old table; this often takes ten milliseconds.
 */
void tree_reserve(void);

/**
 * tree_open - walk a folder, and build the tree of all files in it
 * @t:      the caller's storage; the caller calls tree_clear() in the end, also after an error
 * @path:   a folder; the caller keeps the string until tree_clear(); NULL: begin with an empty tree
 * @omit:   @omits files to leave out
 * @f:      on error, a message that names the file and the fault
 *
 * The image gets exactly the files that this walk finds; if a file changes later, making the image fails. A symbolic
 * link stays a link; below @path, no link is followed. Each of these is an error: a FIFO, socket or device; a name that
 * is not UTF-8; a file that may not be read; a file whose size is 0 but which has content, such as a file of /proc;
 * more than TREE_DEPTH_MAX levels, TREE_FOLDERS_MAX folders, or TREE_NODES_MAX files and folders in all. A file with
 * the name of one of our temporary files is left out, and its path is put into @t->leftover. The soft limit on open
 * files is raised to the hard limit; files that exceed the limit are closed and opened again later (iso/reopen.h).
 * Returns: 0 or -errno.
 */
int tree_open(struct tree *t, const char *path, const struct tree_omit *omit, size_t omits,
	struct fault *f);

/**
 * tree_graft - add one file, or the content of one folder, to a tree
 * @t:    a tree from tree_open(), which may be empty
 * @at:   the place in the image, as a path from its root. For a folder: the folder that gets its content. For a file:
 *        its new path; or, if @at ends in a slash, the folder that gets it. Missing folders are created. NULL: a file
 *        goes into the root under its own name, and the content of a folder goes into the root
 * @path: the folder, file or link on disk, as the user typed it
 *
 * A symbolic link stays a link, unless @rules->follow is set or @path ends in a slash. Two folders with the same name
 * are merged, and the attributes of the first one are kept. Returns: 0, or -errno with @f; -EEXIST if two files have
 * the same name.
 */
int tree_graft(struct tree *t, const char *at, const char *path, const struct tree_rules *rules,
	struct fault *f);

/** tree_drop_links - remove all symbolic links, which only Rock Ridge can store. Returns: how many there were. */
size_t tree_drop_links(struct tree *t);

/** tree_add_file - add the file @path to the root under the name @name. Returns: 0 or -errno with @f. */
int tree_add_file(struct tree *t, const char *name, const char *path, struct fault *f);

/**
 * tree_add_bytes - add to the root a file that exists only in memory; its content is written before that of other files
 * @bytes: owned by the caller, who keeps it until tree_clear(); it is never copied, so it may be a secret
 * @mtime: becomes all three time stamps of the new file
 */
int tree_add_bytes(struct tree *t, const char *name, const void *bytes, size_t size, mode_t mode,
	time_t mtime, struct fault *f);

/** tree_find - find a node by its path from the root; NULL if there is none. */
struct tree_node *tree_find(const struct tree *t, const char *path);

/** tree_drop - remove @node and everything below it from the tree, and free it. */
void tree_drop(struct tree_node *node);

/**
 * tree_name - the path of @node as the user typed it; if it is longer than PATH_MAX, its beginning is cut off
 * Returns: a pointer into @out.
 */
const char *tree_name(const struct tree *t, const struct tree_node *node, char out[PATH_MAX]);

/** tree_read - read the whole content of a file from disk into @out, which has @node->size bytes. */
int tree_read(const struct tree *t, const struct tree_node *node, void *out, struct fault *f);

/** tree_check - check that no file was changed or deleted since the walk. Returns: 0, or -ESTALE with @f. */
int tree_check(const struct tree *t, struct fault *f);

void tree_clear(struct tree *t);

#endif
