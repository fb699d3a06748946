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

#define TREE_DEPTH_MAX 100 /* folders in each other; each holds a descriptor during the walk */
#define TREE_FOLDERS_MAX \
	65535u /* with the root: the path table of ISO 9660 numbers them in 16 bits */
#define TREE_NODES_MAX (1u << 20) /* where links are followed, a few folders can be millions */

enum tree_kind { TREE_DIR, TREE_FILE, TREE_LINK };

struct tree_node {
	struct tree_node *parent; /* NULL: the root */
	enum tree_kind kind;
	struct stat st;           /* as the walk found it */
	struct tree_node **child; /* TREE_DIR: by name, ascending */
	size_t children;
	char *target;         /* TREE_LINK */
	char *source;         /* the path it was found by, where its folder's does not lead to it */
	int fd;               /* TREE_FILE: held open since the walk; -1: not, or only @bytes */
	bool again;           /* TREE_FILE: opened again when it is needed (iso/reopen.h) */
	struct timespec born; /* of one that is opened again, if its file system knows that */
	const uint8_t *bytes; /* TREE_FILE: content that stands in for the file's, or NULL */
	uint64_t size;        /* TREE_FILE */
	bool first;           /* its content goes before that of the others */
	bool made;            /* TREE_DIR: only in the image, with a mode of its own */
	uint32_t lba;         /* set by iso/write */
	char name[];
};

struct tree {
	struct tree_node *root;
	unsigned held, held_max; /* files that are held open */
	bool omitted_first;      /* the first of the files to be left out stood in the tree */
	unsigned folders, nodes; /* below the root */
	char **leftover;         /* paths of temporary files of other runs, which were left out */
	size_t leftovers;
};

/* A file that must not go in: the image itself, when it lies in the tree. */
struct tree_omit {
	dev_t dev;
	ino_t ino;
};

struct tree_rules {
	const struct tree_omit *omit; /* @omits files to leave out */
	size_t omits;
	bool follow; /* symbolic links: what they lead to goes in */
	/* Of what a folder has: leave out each name, or whole path as the user knows it, that one of these matches by fnmatch(3)
	 * with FNM_PATHNAME; and names with ~ or #, or that end in .bak. */
	const char *const *exclude;
	size_t excludes;
	bool no_backups;
	bool new_folders; /* folders that are only in the image have @new_folder_mode, not 0555 */
	mode_t new_folder_mode;
};

/**
 * tree_open - walk a folder: what goes on the drive is what stood there now, or else there will be no drive
 * @t:      the caller's storage; needs tree_clear() in the end, also after an error
 * @path:   a folder, kept by the caller; NULL: begin with an empty tree
 * @omit:   @omits files to leave out
 * @f:      names the thing and the fault
 *
 * Symbolic links stay links, and none is followed below @path. A FIFO, socket or device, a name that
 * is not UTF-8, a file that may not be read, one that says that it is empty and is not, as those of /proc, more
 * than TREE_DEPTH_MAX levels, TREE_FOLDERS_MAX folders, TREE_NODES_MAX of everything: each is an error. What has the
 * name of a temporary file of ours is left out, and is in @t->leftover.
 * Raises the soft limit of open files to the hard one; files beyond it are opened again (iso/reopen.h). Returns: 0 or -errno.
 */
int tree_open(struct tree *t, const char *path, const struct tree_omit *omit, size_t omits,
	struct fault *f);

/**
 * tree_graft - one more file, or all that is in one more folder
 * @t:    as tree_open() left it; a tree of many roots begins with an empty one
 * @at:   from the root on: of a folder where its content goes, of a file its name, or its folder with a
 *        slash in the end; folders that are not there are made. NULL: into the root by its own name
 * @path: a folder, file or link, as the caller's user knows it
 *
 * A symbolic link stays one unless @rules follow it; a slash behind it follows it too. Folders of one
 * name become one, whose attributes are the first one's. Returns: 0, or -errno with @f; -EEXIST for
 * two files of one name.
 */
int tree_graft(struct tree *t, const char *at, const char *path, const struct tree_rules *rules,
	struct fault *f);

/** tree_drop_links - without Rock Ridge there is no way to keep one. Returns: how many there were. */
size_t tree_drop_links(struct tree *t);

/** tree_add_file - one file from @path into the root under @name. */
int tree_add_file(struct tree *t, const char *name, const char *path, struct fault *f);

/**
 * tree_add_bytes - a file that exists only in memory into the root, its content before all others
 * @bytes: the caller's, until the tree is cleared; never copied, so it may be a secret
 * @mtime: of the new node
 */
int tree_add_bytes(struct tree *t, const char *name, const void *bytes, size_t size, mode_t mode,
	time_t mtime, struct fault *f);

/** tree_find - a node by its path from the root, NULL if there is none. */
struct tree_node *tree_find(const struct tree *t, const char *path);

/** tree_drop - take @node and all below it out of the tree. */
void tree_drop(struct tree_node *node);

/** tree_name - the whole path of @node as the user knows it, cut to PATH_MAX. */
const char *tree_name(const struct tree *t, const struct tree_node *node, char out[PATH_MAX]);

/** tree_read - all of a file's content as it is on the disk into @out of @node->size bytes. */
int tree_read(const struct tree *t, const struct tree_node *node, void *out, struct fault *f);

/** tree_check - has a file changed, or lost its name, since the walk? 0, or -ESTALE with @f. */
int tree_check(const struct tree *t, struct fault *f);

void tree_clear(struct tree *t);

#endif
