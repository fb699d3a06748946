/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/placed.h"

#include <errno.h>
#include <string.h>

#define NAME_IN_RECORD 100 /* a name shorter than this is stored whole in its directory record */

static int head_read_at(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct iso_layout *l = ctx;

	if (off > l->head_len || len > l->head_len - off)
		return -ENODATA;
	memcpy(buf, l->head + off, len);
	return 0;
}

/* Finds the file that begins at the entry's sector, and checks that the entry has the file's size and name. The files
 * are in @l->file in the order of their sectors, so a binary search finds the file. */
static int claim(const struct iso_layout *l, const struct iso_entry *e, size_t *found)
{
	const struct tree_node *node;
	size_t low = 0, high = l->files;

	if (e->len == 0)
		return 0;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		node = l->file[mid];
		if (node->lba + iso_sectors(node->size) <= e->lba)
			low = mid + 1;
		else
			high = mid;
	}
	node = low < l->files ? l->file[low] : NULL;
	if (!node || node->lba != e->lba || node->size != e->len)
		return -EBADMSG;
	/* A longer name continues outside the directory record, and iso/read.c does not read it there. */
	if (l->named && strlen(node->name) < NAME_IN_RECORD && strcmp(node->name, e->name) != 0)
		return -EBADMSG;
	(*found)++;
	return 0;
}

static int claim_below(const struct iso_layout *l, const struct iso_volume *vol,
	const struct iso_entry *dir, unsigned depth, size_t *found)
{
	struct iso_entry e;
	struct iso_dir d;
	int r = depth > TREE_DEPTH_MAX + 1 ? -ELOOP : iso_dir_open(&d, vol, dir);

	while (r >= 0 && (r = iso_dir_next(&d, &e)) > 0)
		r = e.is_dir ? claim_below(l, vol, &e, depth + 1, found) : claim(l, &e, found);
	return r;
}

/* Does the name have the 8.3 form, which every level of ISO 9660 allows? */
static bool is_short(const char *name)
{
	const size_t stem = strcspn(name, ".");

	return stem <= 8 && strlen(name + stem) <= 4;
}

/* Guests look for a file from tree_add_bytes() by its plain name. If another file would get the same plain name,
 * libisofs renames both files, so that guests would not find it: that is an error. */
static int check_names(const struct iso_layout *l, const struct iso_volume *vol, struct fault *f)
{
	struct iso_entry e;
	size_t i;

	for (i = 0; i < l->files; i++) {
		const struct tree_node *node = l->file[i];

		if (node->first && is_short(node->name) &&
			(iso_find(vol, node->name, &e) < 0 || e.lba != node->lba))
			return fault_set(f, -EEXIST,
				"%s: without Rock Ridge (-R) another file of the tree gets the same name",
				node->name);
	}
	return 0;
}

int iso_unexpected(struct fault *f)
{
	return fault_set(f, -EBADMSG,
		"image: libisofs laid it out in an unexpected way: please report a bug, with the version of libisofs");
}

int iso_place_contents(struct iso_layout *l, struct fault *f)
{
	uint64_t at = l->head_len / ISO_SECTOR;
	struct iso_volume vol;
	size_t i, found = 0, expected = 0;
	int r;

	for (i = 0; i < l->files; i++) {
		l->file[i]->lba = (uint32_t)at;
		at += iso_sectors(l->file[i]->size);
		expected += l->file[i]->size > 0;
	}
	r = iso_volume_open(&vol, (struct iso_input){ head_read_at, l });
	if (r == 0)
		r = claim_below(l, &vol, &vol.root, 1, &found);
	if (r == 0 && (found != expected || at * ISO_SECTOR != l->size || vol.sectors != at))
		r = -EBADMSG;
	return r < 0 ? iso_unexpected(f) : check_names(l, &vol, f);
}
