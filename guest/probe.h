/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_PROBE_H
#define GUEST_PROBE_H

#include <sys/ioctl.h>

#include "guest/device.h"

/* One read gets the volume descriptor and the sectors after it; in most images the root directory is there. A virtual
 * disk needs as much time for one sector as for four. */
#define PROBE_WINDOW (4 * ISO_SECTOR)

/* BLKSSZGET of linux/fs.h. musl does not have this header unless the kernel's headers are installed. */
#define BLOCK_SECTOR_SIZE _IO(0x12, 104)

/**
 * probe - is @drive->path a config drive, and which record does it have?
 * @window: a buffer, aligned to ISO_SECTOR as O_DIRECT requires; secrets pass through it
 *
 * It may block until the device answers. So it must be called in a child, or for a regular file.
 * @drive->state is set last: once it is set, all other results are complete.
 */
void probe(struct drive *drive, uint8_t window[PROBE_WINDOW]);

#endif
