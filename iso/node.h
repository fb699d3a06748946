/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_NODE_H
#define ISO_NODE_H

#include "iso/tree.h"

/* What the rooms that make a tree share; for iso/ alone. */

struct tree_node *node_new(struct tree_node *parent, const char *name);
void node_free(struct tree_node *node);

/** node_append - behind the others, which node_sort() puts in order. 0 or -ENOMEM. */
int node_append(struct tree_node *dir, struct tree_node *node);
void node_sort(struct tree_node *dir);

/** node_child - by its name of @len bytes, NULL if there is none. */
struct tree_node *node_child(const struct tree_node *dir, const char *name, size_t len);

/** node_fault - fault_set() with the node's path as the user knows it. */
int node_fault(const struct tree *t, const struct tree_node *node, struct fault *f, int err,
	const char *what);

/* What every step of a walk needs to know. */
struct walk {
	struct tree *tree;
	const struct tree_rules *rules;
	struct fault *fault;
};

/** walk_dir - all that is in @dir, which @fd is; takes @fd over. */
int walk_dir(struct walk *w, struct tree_node *dir, int fd, unsigned depth);

/** walk_node - what @name in the folder @at is: @node becomes that. 1: it is to be left out. */
int walk_node(struct walk *w, struct tree_node *node, int at, const char *name, unsigned char type,
	unsigned depth);

/** walk_name_fits - is it UTF-8? */
bool walk_name_fits(const char *name);

/** walk_kind - "is a socket: ..." of what cannot go on a drive. */
const char *walk_kind(mode_t mode);

/** walk_count_folder - one more folder, @node, is in the tree. Returns: 0; -EMLINK with @w->fault. */
int walk_count_folder(struct walk *w, const struct tree_node *node);

/** walk_file - take over @fd, a regular file that @node->st describes. Returns: 0 or -errno with @w->fault. */
int walk_file(struct walk *w, struct tree_node *node, int fd);

#endif
