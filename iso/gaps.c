/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/gaps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Byte offsets in the primary volume descriptor (ECMA-119, 8.4) and in a directory record (9.1). */
enum {
	PVD_TABLE = 140, /* sector of the first path table */
	REC_XAR_LEN = 1,
	REC_LBA = 2,
	REC_NAME_LEN = 32,
	REC_NAME = 33,
	REC_MIN = 34,
};

static uint32_t number(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Is this the first sector of a directory? Its first record is that of the directory itself, whose name is one zero.
 * What continues a name begins with two letters, so its second byte is not 0. */
static bool is_directory(const uint8_t *sector)
{
	return sector[0] >= REC_MIN && sector[REC_XAR_LEN] == 0 && sector[REC_NAME_LEN] == 1 &&
		sector[REC_NAME] == 0;
}

/* Copies the head to @out, each sector to the place at which the image refers to it. @table: the sector that libisofs
 * has counted for the path table, which follows the last directory. */
static int spread(const struct iso_layout *l, size_t table, uint8_t *out)
{
	const size_t sectors = l->head_size / ISO_SECTOR;
	const size_t missing = sectors - l->head_len / ISO_SECTOR;
	size_t from, to = 0;

	for (from = 0; from < l->head_len / ISO_SECTOR; from++, to++) {
		const uint8_t *sector = l->head + from * ISO_SECTOR;
		size_t place = to;

		if (from + missing == table)
			place = table;
		else if (from + missing < table && is_directory(sector))
			place = number(sector + REC_LBA);
		if (place < to || place >= sectors)
			return -EBADMSG;
		to = place;
		memcpy(out + to * ISO_SECTOR, sector, ISO_SECTOR);
	}
	return to == sectors ? 0 : -EBADMSG;
}

int gaps_fill(struct iso_layout *l)
{
	uint8_t *out;
	int r;

	if (l->head_len == l->head_size)
		return 0;
	if (l->head_len > l->head_size || l->head_len < ISO_SYSTEM_AREA + ISO_SECTOR)
		return -EBADMSG;
	out = calloc(1, l->head_size);
	if (!out)
		return -ENOMEM;
	r = spread(l, number(l->head + ISO_SYSTEM_AREA + PVD_TABLE), out);
	if (r < 0) {
		free(out);
		return r;
	}
	free(l->head);
	l->head = out;
	l->head_len = l->head_size;
	return 0;
}
