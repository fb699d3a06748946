/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lays out the image: the order of the contents, and the head. libisofs generates the head; it precedes the
 * contents. */
#include "iso/gaps.h"
#include "iso/image.h"
#include "iso/placed.h"
#include "iso/write.h"
#include "iso/writer.h"

#include <errno.h>
#include <libburn/libburn.h>
#include <libisofs/libisofs.h>
#include <stdlib.h>
#include <time.h>

/* --- the order of the contents --- */

static size_t count_files(const struct tree_node *dir)
{
	size_t i, n = 0;

	for (i = 0; i < dir->children; i++) {
		if (dir->child[i]->kind == TREE_DIR)
			n += count_files(dir->child[i]);
		else if (dir->child[i]->kind == TREE_FILE)
			n++;
	}
	return n;
}

static void collect_files(struct tree_node *dir, bool first, struct iso_layout *l)
{
	size_t i;

	for (i = 0; i < dir->children; i++) {
		struct tree_node *node = dir->child[i];

		if (node->kind == TREE_DIR)
			collect_files(node, first, l);
		else if (node->kind == TREE_FILE && node->first == first)
			l->file[l->files++] = node;
	}
}

static uint64_t content_sectors(const struct iso_layout *l)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < l->files; i++)
		sum += iso_sectors(l->file[i]->size);
	return sum;
}

/* --- the head --- */

/* Makes libisofs generate the head. If its buffer has room for the whole head, this is done at once; else a thread does
 * it, and read_head() must read meanwhile. */
static int generate(struct iso_layout *l)
{
	const uint64_t contents = content_sectors(l) * ISO_SECTOR;
	size_t size, room;

	if (l->size < contents)
		return -EBADMSG;
	l->head_size = (size_t)(l->size - contents);
	if (iso_ring_buffer_get_status(l->source, &size, &room) < 0)
		return -EBADMSG;
	return writer_begin(l->head_size <= size);
}

#define ACTIVE 1 /* libisofs has not ended: it may write more */

/* Waits until libisofs' buffer is full, or libisofs has ended. Returns: the bytes that can be read now, in whole
 * sectors. To read each sector when it arrives would need a switch between threads for every sector. */
static size_t wait_for_sectors(struct iso_layout *l)
{
	const struct timespec nap = { .tv_nsec = 50000 };
	size_t size, room;

	while (iso_ring_buffer_get_status(l->source, &size, &room) == ACTIVE && room >= ISO_SECTOR)
		nanosleep(&nap, NULL);
	return (size - room) / ISO_SECTOR * ISO_SECTOR;
}

/* Reads everything that libisofs writes before it asks for the content of the first file. */
static int read_head(struct iso_layout *l)
{
	size_t n;

	l->head = malloc(l->head_size);
	if (!l->head)
		return -ENOMEM;
	while ((n = wait_for_sectors(l)) > 0) {
		if (n > l->head_size - l->head_len)
			return -EBADMSG;
		if (l->source->read_xt(l->source, l->head + l->head_len, (int)n) != (int)n)
			return -EIO;
		l->head_len += n;
	}
	return 0;
}

/* Ends libisofs' work, unless it has ended already. */
static void end_source(struct iso_layout *l)
{
	if (l->source && !l->ended)
		l->source->cancel(l->source);
	l->ended = true;
}

/* Frees the source; this also frees libisofs' own copy of the description of the image. */
static void free_source(struct iso_layout *l)
{
	if (!l->source)
		return;
	l->source->free_data(l->source);
	free(l->source);
}

/* --- the size --- */

/* Sets the volume space size in one descriptor, in both byte orders (ECMA-119, 8.4.8 and 7.3.3). */
static void set_sectors(uint8_t *descriptor, uint32_t sectors)
{
	size_t i;

	for (i = 0; i < 4; i++) {
		descriptor[80 + i] = (uint8_t)(sectors >> 8 * i);
		descriptor[87 - i] = descriptor[80 + i];
	}
}

/* Rounds the size up to @multiple. In the descriptors, the zeros at the end count as part of the volume. So a program
 * that copies as many sectors as the descriptors say copies the whole image. */
static int pad_image(struct iso_layout *l)
{
	const size_t end = iso_descriptors_end(l->head, l->head_len);
	const uint64_t size = (l->size + l->multiple - 1) / l->multiple * l->multiple;
	size_t at;

	if (size / ISO_SECTOR > UINT32_MAX)
		return -EFBIG;
	/* The primary descriptor has type 1; those of Joliet and of ISO 9660:1999 have type 2. */
	for (at = ISO_SYSTEM_AREA; at + ISO_SECTOR < end; at += ISO_SECTOR)
		if (l->head[at] == 1 || l->head[at] == 2)
			set_sectors(l->head + at, (uint32_t)(size / ISO_SECTOR));
	l->size = size;
	return 0;
}

int iso_layout_begin(
	struct iso_layout *l, const struct tree *t, const struct iso_options *o, struct fault *f)
{
	size_t i;
	int r;

	*l = (struct iso_layout){
		.named = o->rock_ridge,
		.keep_owners = o->keep_owners,
		.attributes = o->attributes,
		.ahead = o->ahead,
		.multiple = o->multiple ? o->multiple : ISO_MULTIPLE,
	};
	l->file = calloc(count_files(t->root) + 1, sizeof(*l->file));
	if (!l->file)
		return fault_errno(f, -ENOMEM, "image");
	collect_files(t->root, true, l);
	collect_files(t->root, false, l);
	for (i = 0; i < l->files; i++)
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): collect_files() filled it */
		l->file[i]->lba =
			(uint32_t)i; /* the order, for iso_image_begin(); later the real sector */
	if (content_sectors(l) > UINT32_MAX)
		return fault_set(f, -EFBIG,
			"image: the files are larger than 8 TiB, which is all that ISO 9660 can hold");
	if (l->ahead)
		ahead_begin(l->ahead, l->file, l->files);
	r = iso_image_begin(l, t, o, f);
	if (r < 0)
		return r;
	r = generate(l);
	return r < 0 ? fault_errno(f, r, "image") : 0;
}

int iso_layout_end(struct iso_layout *l, struct fault *f)
{
	int r = read_head(l);

	end_source(l);
	if (r == 0)
		r = gaps_fill(l);
	if (r < 0)
		return r == -EBADMSG ? iso_unexpected(f) : fault_errno(f, r, "image");
	r = iso_place_contents(l, f);
	if (r < 0)
		return r;
	r = pad_image(l);
	return r < 0 ? fault_errno(f, r, "image") : 0;
}

void iso_layout_clear(struct iso_layout *l)
{
	if (!l)
		return;
	ahead_end(l->ahead);
	end_source(l);
	free_source(l);
	free(l->head);
	free(l->file);
	*l = (struct iso_layout){ 0 };
}
