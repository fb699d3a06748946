/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_GAPS_H
#define ISO_GAPS_H

/* Mends a head for which libisofs has counted more sectors than it has written. */

#include "iso/write.h"

/**
 * gaps_fill - add to @l->head the sectors that are missing in it
 * @l: @head has @head_len bytes, which are all that libisofs has written; @head_size are those that it had counted
 *
 * A name or link that is too long for its directory record continues in sectors that follow the directory. No part of
 * it may cross the end of a sector, and libisofs 1.5.4 counts the padding that this needs twice. So if a folder has
 * many such names, libisofs may count one sector more than it writes, or several. All that follows is then written too
 * early, but every number of a sector in the image is the one that was counted. A directory begins with a record of
 * itself, which has that number: there the missing sectors are added, as zeros that nothing refers to.
 *
 * Returns: 0: the head has @head_size bytes; -EBADMSG: that cannot be done, and nothing has changed; -ENOMEM.
 */
int gaps_fill(struct iso_layout *l);

#endif
