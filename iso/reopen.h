/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_REOPEN_H
#define ISO_REOPEN_H

/*
 * Access to a file's content as it was when the tree was walked. The walk holds files open, as many as the limit on
 * open files allows and at most TREE_HELD_MAX; few trees have more. Every other file is opened again when its content
 * is needed, which costs four system calls, and is checked to be the same file, unchanged: by its device, inode, birth
 * time if the file system has one, size, and modification time. Only iso/ uses this.
 */

#include "iso/tree.h"

#define TREE_HELD_MAX 8192

/** reopen_begin - raise the soft limit on open files to the hard limit, and set @t->held_max by it. */
void reopen_begin(struct tree *t);

/** reopen_note - called by the walk for each file it has opened: keeps @node->fd open, or closes it and sets @again. */
void reopen_note(struct tree *t, struct tree_node *node);

/**
 * reopen_file - get a descriptor to read @node's content from
 * Returns: a descriptor, which the caller passes to reopen_close(); or -errno with @f, -ESTALE if the file was replaced
 * or changed.
 */
int reopen_file(const struct tree *t, const struct tree_node *node, struct fault *f);

/** reopen_close - give back @fd from reopen_file(); a descriptor that the tree holds stays open. */
void reopen_close(const struct tree_node *node, int fd);

/**
 * reopen_check - was @node changed, replaced or deleted since the walk?
 * Returns: 0 if not; 1 if only its ctime changed, in which case the content is the same unless somebody also set the
 * modification time back; -ESTALE with @f if it was.
 */
int reopen_check(const struct tree *t, const struct tree_node *node, struct fault *f);

#endif
