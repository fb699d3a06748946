/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_LOST_H
#define ISO_LOST_H

/* Finds the files and names of a tree that an image cannot represent, so that the user can be warned. */

#include "iso/tree.h"

/* The number of affected nodes, and the first of them in the order of the image; NULL if no node is affected. */
struct lost {
	const struct tree_node *first;
	size_t count;
};

/** lost_beyond_ascii - find names with a character that is not ASCII. */
struct lost lost_beyond_ascii(const struct tree *t);

/** lost_too_large - find files of more than @max bytes. */
struct lost lost_too_large(const struct tree *t, uint64_t max);

struct lost_joliet {
	size_t max; /* longest name, in 16-bit units: 64, or 103 */
	bool utf16; /* a character outside UCS-2 is kept, as two 16-bit units */
};

/** lost_in_joliet - find names that would be cut in Joliet, or in which a character would be changed. */
struct lost lost_in_joliet(const struct tree *t, const struct lost_joliet *limits);

/** lost_links - find symbolic links whose target is outside of the tree, or does not exist in it. */
struct lost lost_links(const struct tree *t);

#endif
