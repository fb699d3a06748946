/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_LOST_H
#define ISO_LOST_H

/* Finds what in a tree an image cannot represent, so that the user can be warned. */

#include "iso/tree.h"

/* How many nodes are affected, and the first of them in the order of the image; NULL if there are none. */
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
	bool utf16; /* a character outside UCS-2 is kept, as two units */
};

/** lost_in_joliet - find names that Joliet would cut, or in which it would change a character. */
struct lost lost_in_joliet(const struct tree *t, const struct lost_joliet *limits);

/** lost_links - find symbolic links whose target is outside of the tree, or does not exist in it. */
struct lost lost_links(const struct tree *t);

#endif
