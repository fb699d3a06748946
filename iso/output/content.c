/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out what a device contains. This is the only file that uses libblkid. */
#include "iso/output/content.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Limit for the number of signatures that are erased; no device has as many. If a signature has a second copy, that
 * copy is found next. */
#define MARKS_MAX 1000

static blkid_probe open_probe(int fd)
{
	blkid_probe p = blkid_new_probe();

	if (!p)
		return NULL;
	if (blkid_probe_set_device(p, fd, 0, 0) < 0 || blkid_probe_enable_superblocks(p, 1) < 0 ||
		blkid_probe_set_superblocks_flags(p,
			BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_MAGIC |
				BLKID_SUBLKS_BADCSUM) < 0 ||
		blkid_probe_enable_partitions(p, 1) < 0 ||
		blkid_probe_set_partitions_flags(p, BLKID_PARTS_MAGIC | BLKID_PARTS_FORCE_GPT) <
			0) {
		blkid_free_probe(p);
		return NULL;
	}
	return p;
}

static void describe(blkid_probe p, char words[CONTENT_WORDS])
{
	const char *type = NULL, *label = NULL;

	if (blkid_probe_lookup_value(p, "TYPE", &type, NULL) == 0) {
		(void)blkid_probe_lookup_value(p, "LABEL", &label, NULL);
		snprintf(words, CONTENT_WORDS, label && *label ? "%s labelled %s" : "%s", type,
			label);
	} else if (blkid_probe_lookup_value(p, "PTTYPE", &type, NULL) == 0) {
		snprintf(words, CONTENT_WORDS, "a partition table (%s)", type);
	} else {
		snprintf(words, CONTENT_WORDS, "data of an unknown kind");
	}
}

int content_find(int fd, char words[CONTENT_WORDS])
{
	blkid_probe p = open_probe(fd);
	int r;

	if (!p)
		return -ENOMEM;
	errno = 0;
	r = blkid_do_probe(p);
	if (r == 0)
		describe(p, words);
	else if (r < 0)
		r = errno ? -errno : -EIO;
	blkid_free_probe(p);
	return r < 0 ? r : r == 0;
}

int content_erase(int fd)
{
	blkid_probe p = open_probe(fd);
	int r = 0, n;

	if (!p)
		return -ENOMEM;
	errno = 0;
	for (n = 0; n < MARKS_MAX && (r = blkid_do_probe(p)) == 0; n++)
		if (blkid_do_wipe(p, 0) < 0)
			break;
	blkid_free_probe(p);
	/* 1 means that no further signature was found. */
	if (r == 1)
		return 0;
	return errno ? -errno : -EIO;
}

const struct content content_known = { content_find, content_erase };
