/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_LOST_H
#define ISO_LOST_H

/* What a tree has that an image of it may lose. */

#include "iso/tree.h"

/* How many nodes of a tree, and the first of them in the order of the image; NULL where there are none. */
struct lost {
	const struct tree_node *first;
	size_t count;
};

/** lost_beyond_ascii - names with a letter that is not ASCII. */
struct lost lost_beyond_ascii(const struct tree *t);

/** lost_too_large - files of more than @max bytes. */
struct lost lost_too_large(const struct tree *t, uint64_t max);

#endif
