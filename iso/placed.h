/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_PLACED_H
#define ISO_PLACED_H

/* Checks libisofs' layout: reads it back with iso/read.h, which guests use too. */

#include "iso/write.h"

/**
 * iso_place_contents - assign a first sector to each file, and check that the directories in the head have the same
 * @l: @head must be filled; sets @lba in each of @file
 *
 * Returns: 0; -EBADMSG if a directory entry has another sector, size or name than the tree, or if a file has no entry;
 * -EEXIST if another file has the same plain name as one from tree_add_bytes(). An error sets @f.
 */
int iso_place_contents(struct iso_layout *l, struct fault *f);

/** iso_unexpected - set the message that the layout is not the one that we expect. Returns: -EBADMSG. */
int iso_unexpected(struct fault *f);

#endif
