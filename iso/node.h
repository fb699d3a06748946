/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_NODE_H
#define ISO_NODE_H

#include "iso/tree.h"

/* Functions that the files which build a tree share. Only code in iso/ uses them. */

struct tree_node *node_new(struct tree_node *parent, const char *name);
void node_free(struct tree_node *node);

/**
 * node_append - add @node as the last child of @dir; the caller calls node_sort() afterwards.
 * Returns: 0 or -ENOMEM.
 */
int node_append(struct tree_node *dir, struct tree_node *node);
void node_sort(struct tree_node *dir);

/** node_insert - add @node to the sorted children of @dir, at its place. Returns: 0 or -ENOMEM. */
int node_insert(struct tree_node *dir, struct tree_node *node);

/** node_child - the child of @dir with the name of @len bytes, or NULL. The children of @dir must be sorted. */
struct tree_node *node_child(const struct tree_node *dir, const char *name, size_t len);

/** node_fault - call fault_set() with the message "PATH: @what". PATH is the node's path as the user typed it. */
int node_fault(const struct tree *t, const struct tree_node *node, struct fault *f, int err,
	const char *what);

/* The values that every step of a walk needs. */
struct walk {
	struct tree *tree;
	const struct tree_rules *rules;
	struct fault *fault;
};

/** walk_dir - add to @dir everything in the folder that is open as @fd; @fd is closed in every case. */
int walk_dir(struct walk *w, struct tree_node *dir, int fd, unsigned depth);

/**
 * walk_node - fill in @node from the file @name in the folder @at
 * Returns: 0; 1: the file must be left out; -errno.
 */
int walk_node(struct walk *w, struct tree_node *node, int at, const char *name, unsigned char type,
	unsigned depth);

/** walk_name_is_utf8 - is @name valid UTF-8? libisofs converts names from UTF-8, so all other names are refused. */
bool walk_name_is_utf8(const char *name);

/** walk_kind - the message for a file of a type that cannot go on a drive: "is a socket: ..." */
const char *walk_kind(mode_t mode);

/**
 * walk_leave - @node cannot go into an image; @what is the reason
 * Returns: 1 if the rules are lenient, so the node must be left out and was counted; else @err with @w->fault; -ENOMEM.
 */
int walk_leave(struct walk *w, const struct tree_node *node, int err, const char *what);

/** walk_count_folder - count the folder @node. Returns: 0; -EMLINK with @w->fault if there are too many folders. */
int walk_count_folder(struct walk *w, const struct tree_node *node);

/**
 * walk_file - make @node a regular file; @node->st is already set. From now on, @node owns @fd
 * Returns: 0 or -errno with @w->fault.
 */
int walk_file(struct walk *w, struct tree_node *node, int fd);

#endif
