/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/lost.h"

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
