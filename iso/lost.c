/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/lost.h"
#include "iso/node.h"

#include <string.h>

#define LINKS_MAX 40 /* links followed to resolve one path; the kernel's limit too */

typedef bool is_lost(const struct tree *t, const struct tree_node *node, const void *ctx);

static void count_below(const struct tree *t, const struct tree_node *dir, is_lost *asked,
	const void *ctx, struct lost *l)
{
	size_t i;

	for (i = 0; i < dir->children; i++) {
		const struct tree_node *node = dir->child[i];

		if (asked(t, node, ctx)) {
			l->first = l->first ? l->first : node;
			l->count++;
		}
		if (node->kind == TREE_DIR)
			count_below(t, node, asked, ctx, l);
	}
}

static struct lost count(const struct tree *t, is_lost *asked, const void *ctx)
{
	struct lost l = { 0 };

	count_below(t, t->root, asked, ctx, &l);
	return l;
}

static bool is_beyond_ascii(const struct tree *t, const struct tree_node *node, const void *ctx)
{
	const char *p = node->name;

	(void)t;
	(void)ctx;
	while (*p && (unsigned char)*p < 0x80)
		p++;
	return *p;
}

struct lost lost_beyond_ascii(const struct tree *t)
{
	return count(t, is_beyond_ascii, NULL);
}

static bool is_too_large(const struct tree *t, const struct tree_node *node, const void *ctx)
{
	const uint64_t *max = ctx;

	(void)t;
	return node->kind == TREE_FILE && node->size > *max;
}

struct lost lost_too_large(const struct tree *t, uint64_t max)
{
	return count(t, is_too_large, &max);
}

/* --- Joliet --- */

/* The name is valid UTF-8: the walk has checked it. In UTF-8, continuation bytes begin with the bits 10. A first byte
 * of 0xf0 or more begins a character of four bytes, which is outside UCS-2. libisofs replaces the characters that
 * Joliet reserves, and also control characters. */
static bool is_cut_or_changed(const struct tree *t, const struct tree_node *node, const void *ctx)
{
	const struct lost_joliet *limits = ctx;
	const unsigned char *p = (const unsigned char *)node->name;
	size_t n = 0;

	(void)t;
	for (; *p; p++) {
		if (*p < ' ' || strchr("*/:;?\\", *p) || (*p >= 0xf0 && !limits->utf16))
			return true;
		n += (*p & 0xc0) != 0x80;
		n += *p >= 0xf0;
	}
	return n > limits->max;
}

struct lost lost_in_joliet(const struct tree *t, const struct lost_joliet *limits)
{
	return count(t, is_cut_or_changed, limits);
}

/* --- links --- */

static const struct tree_node *follow(const struct tree_node *link, unsigned *links);

/* Follows one component of a path from @dir. Returns: NULL if the tree has no such file. */
static const struct tree_node *step(
	const struct tree_node *dir, const char *name, size_t len, unsigned *links)
{
	const struct tree_node *node;

	if (dir->kind != TREE_DIR)
		return NULL;
	if (len == 0 || (len == 1 && name[0] == '.'))
		return dir;
	if (len == 2 && name[0] == '.' && name[1] == '.')
		return dir->parent;
	node = node_child(dir, name, len);
	return node && node->kind == TREE_LINK ? follow(node, links) : node;
}

static const struct tree_node *follow(const struct tree_node *link, unsigned *links)
{
	const struct tree_node *at = link->parent;
	const char *path = link->target;

	if (*path == '/' || ++*links > LINKS_MAX)
		return NULL;
	while (at && *path) {
		const size_t len = strcspn(path, "/");

		at = step(at, path, len, links);
		path += len;
		path += *path == '/';
	}
	return at;
}

static bool is_lost_link(const struct tree *t, const struct tree_node *node, const void *ctx)
{
	unsigned links = 0;

	(void)t;
	(void)ctx;
	return node->kind == TREE_LINK && !follow(node, &links);
}

struct lost lost_links(const struct tree *t)
{
	return count(t, is_lost_link, NULL);
}
