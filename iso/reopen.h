/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_REOPEN_H
#define ISO_REOPEN_H

/*
 * Access to a file's content as it was when the tree was walked. The walk holds files open: as many as the limit on
 * open files allows, but at most TREE_HELD_MAX; few trees have more files. Each further file is opened again when its
 * content is needed, which costs four system calls. It must then be the same file, unchanged: the device, inode, size,
 * modification time and, if the file system has one, birth time are compared. Only code in iso/ uses this.
 */

#include "iso/tree.h"

#define TREE_HELD_MAX 8192

/** reopen_begin - raise the soft limit on open files to the hard limit, if possible; compute @t->held_max from it. */
void reopen_begin(struct tree *t);

/**
 * reopen_note - called by the walk for each file that it has opened: keep @node->fd open, or close it and set @again
 */
void reopen_note(struct tree *t, struct tree_node *node);

/**
 * reopen_file - get a descriptor from which @node's content can be read
 * Returns: a descriptor, which the caller passes to reopen_close(); or -errno with @f: -ESTALE if the file was replaced
 * or changed.
 */
int reopen_file(const struct tree *t, const struct tree_node *node, struct fault *f);

/** reopen_close - give back @fd from reopen_file(); a descriptor that the tree holds stays open. */
void reopen_close(const struct tree_node *node, int fd);

/**
 * reopen_check - was @node changed, replaced or deleted since the walk?
 * Returns: 0: no; 1: only its ctime has changed: the content is the same, unless somebody changed it and then set the
 * modification time back; -ESTALE with @f: yes.
 */
int reopen_check(const struct tree *t, const struct tree_node *node, struct fault *f);

#endif
