/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_PROBE_H
#define GUEST_PROBE_H

#include "guest/device.h"

/**
 * probe - is there one of our drives in @drive->path, and with what record?
 * May block as long as the device pleases: to be called in a child, or for a regular file.
 * @drive->state is set last.
 */
void probe(struct drive *drive);

#endif
