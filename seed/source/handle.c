/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions that set the fields of a handle; the open and close functions of the sources use them. */
#include "seed/source/source.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

void source_identify(struct source_handle *h, const struct stat *st)
{
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		snprintf(h->device, sizeof(h->device), "dev %u:%u", major(st->st_rdev),
			minor(st->st_rdev));
	else
		snprintf(h->device, sizeof(h->device), "inode %u:%u:%llu", major(st->st_dev),
			minor(st->st_dev), (unsigned long long)st->st_ino);
}

void source_set_assessed(
	struct source_handle *h, unsigned bits, unsigned per_bytes, const char *why)
{
	h->assessed_bits = bits;
	h->per_bytes = per_bytes;
	snprintf(h->remark, sizeof(h->remark), "%s", why);
}

void source_close_descriptor(struct source_handle *h)
{
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
}
