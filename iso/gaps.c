/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/gaps.h"
#include "iso/ecma119.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint32_t number(const uint8_t *p)
{
	uint32_t n;

	memcpy(&n, p, sizeof(n));
	return le32toh(n);
}

/* Is this the first sector of a directory? Then it begins with the record of the directory itself, and the name in that
 * record is one byte of 0. What continues a name begins with two letters, so its second byte is not 0. */
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
