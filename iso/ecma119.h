/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_ECMA119_H
#define ISO_ECMA119_H

/* Byte offsets, counted from 0, in a volume descriptor (ECMA-119, 8.4) and in a directory record (9.1). */
enum {
	PVD_SECTOR = 16,
	PVD_LABEL = 40,
	PVD_SPACE = 80,
	PVD_BLOCK_SIZE = 128,
	PVD_TABLE = 140, /* sector of the first path table */
	PVD_ROOT = 156,
	REC_LEN = 0,
	REC_XAR_LEN = 1, /* length of the extended attributes before the content, in blocks */
	REC_LBA = 2,
	REC_SIZE = 10,
	REC_FLAGS = 25,
	REC_UNIT = 26,
	REC_GAP = 27,
	REC_NAME_LEN = 32,
	REC_NAME = 33,
	REC_MIN = 34,
	FLAG_DIR = 0x02,
	FLAG_MORE = 0x80,
};

#endif
