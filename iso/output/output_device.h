/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_OUTPUT_DEVICE_H
#define ISO_OUTPUT_OUTPUT_DEVICE_H

#include "iso/output/burner.h"
#include "iso/output/disk.h"
#include "iso/output/draft.h"
#include "iso/output/output.h"

/* The kinds that need libblkid and libburn, and what their @state is; @image.fd and @disk.fd begin as -1. All of the
 * image is in memory, and no file has changed meanwhile, before anything is done to the device. */
struct output_disk {
	struct disk disk; /* @force is the caller's to set */
	struct draft image;
};

struct output_burner {
	struct burner burner; /* @force is the caller's to set */
	struct draft image;
};

extern const struct output_kind output_disk, output_burner;

#endif
