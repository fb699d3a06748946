/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_REOPEN_H
#define ISO_REOPEN_H

/*
 * A file's content, as it was when the tree was walked. The first files that the walk meets are held open, as many as the
 * limit of open files allows, and no more than TREE_HELD_MAX: few trees have others. Each other file is opened again when it
 * is needed, which costs four system calls, and is proved to be the same: by device, inode, birth time where the file system has one,
 * size, and time of modification. For iso/ alone.
 */

#include "iso/tree.h"

#define TREE_HELD_MAX 8192

/** reopen_begin - how many files of @t may be held: by the limit of open files, which becomes the hard one. */
void reopen_begin(struct tree *t);

/** reopen_note - the walk has opened @node and looked at it: from now on it is held, or its descriptor is closed. */
void reopen_note(struct tree *t, struct tree_node *node);

/** reopen_file - for its content. Returns: a descriptor, for reopen_close(); or -errno with @f, -ESTALE where it is another. */
int reopen_file(const struct tree *t, const struct tree_node *node, struct fault *f);

/** reopen_close - @fd of reopen_file(), which stays open if it is held. */
void reopen_close(const struct tree_node *node, int fd);

/**
 * reopen_check - has @node changed, or lost its name, since the walk?
 * Returns: 0; 1 where its status did, so that the content may be another only if its time was set back; -ESTALE with @f.
 */
int reopen_check(const struct tree *t, const struct tree_node *node, struct fault *f);

#endif
