/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_PLACED_H
#define ISO_PLACED_H

/* What libisofs has laid out, read back with the reader of the guest before it is believed. */

#include "iso/write.h"

/**
 * iso_place_contents - give each file its sector, and compare the directories in the head with that
 * @l: with its head; sets @lba in each of @file
 *
 * Returns: 0; -EBADMSG if a directory entry names another place, size or name than the tree has, or if a file has no entry;
 * -EEXIST if a file of ours has to share its plain name; @f with words for it.
 */
int iso_place_contents(struct iso_layout *l, struct fault *f);

#endif
