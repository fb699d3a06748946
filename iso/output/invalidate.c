/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/invalidate.h"
#include "iso/write.h"
#include "util/io.h"

#include <errno.h>
#include <unistd.h>

/* Bytes of one disk block: a disk writes a block completely or not at all. If the primary descriptor is missing,
 * readers ignore all other descriptors. */
#define BLOCK 4096u

int invalidate_image(int fd, uint64_t size)
{
	static const uint8_t zeros[BLOCK];
	const uint64_t room = size > ISO_SYSTEM_AREA ? size - ISO_SYSTEM_AREA : 0;
	int r = io_pwrite(fd, zeros, room < BLOCK ? room : BLOCK, ISO_SYSTEM_AREA);

	if (r == 0 && fdatasync(fd) < 0)
		r = -errno;
	return r;
}
