/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_PROBE_H
#define GUEST_PROBE_H

#include <sys/ioctl.h>

#include "guest/device.h"

/* The volume descriptor and what follows it, in most images the root directory: one reading for both,
 * as a virtual disk takes as long for one sector as for four. */
#define PROBE_WINDOW (4 * ISO_SECTOR)

/* linux/fs.h's BLKSSZGET, which a musl without kernel headers does not have. */
#define BLOCK_SECTOR_SIZE _IO(0x12, 104)

/**
 * probe - is there one of our drives in @drive->path, and with what record?
 * @window: aligned to ISO_SECTOR, as O_DIRECT wants it; secrets pass through it
 *
 * May block as long as the device pleases: to be called in a child, or for a regular file.
 * @drive->state is set last.
 */
void probe(struct drive *drive, uint8_t window[PROBE_WINDOW]);

#endif
