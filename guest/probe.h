/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_PROBE_H
#define GUEST_PROBE_H

#include <sys/ioctl.h>

#include "guest/device.h"

/* One read gets the volume descriptor and what follows it, which is the root directory in most images: a virtual disk
 * takes as long for one sector as for four. */
#define PROBE_WINDOW (4 * ISO_SECTOR)

/* BLKSSZGET of linux/fs.h, which musl without kernel headers does not have. */
#define BLOCK_SECTOR_SIZE _IO(0x12, 104)

/**
 * probe - is @drive->path a config drive, and which record does it have?
 * @window: a buffer, aligned to ISO_SECTOR as O_DIRECT requires; secrets pass through it
 *
 * May block as long as the device does not answer: call it in a child, or for a regular file.
 * @drive->state is set last.
 */
void probe(struct drive *drive, uint8_t window[PROBE_WINDOW]);

#endif
