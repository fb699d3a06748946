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

struct lost_joliet {
	size_t max; /* characters of a name: 64, or 103 */
	bool utf16; /* a character that UCS-2 has not is two */
};

/** lost_in_joliet - names that Joliet cuts, or in which it changes a character. */
struct lost lost_in_joliet(const struct tree *t, const struct lost_joliet *limits);

/** lost_links - symbolic links that lead out of the tree, or to nothing in it. */
struct lost lost_links(const struct tree *t);

#endif
