/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where everything goes: alone knows libisofs. */
#include "iso/write.h"
#include "iso/read.h"

#include <errno.h>
#include <sched.h>
#include <libburn/libburn.h>
#include <libisofs/libisofs.h>
#include <stdlib.h>
#include <string.h>

/* libisofs' thread may run so many sectors ahead of us: 512 KiB, enough for the head of a config
 * drive without a single change of threads. */
#define FIFO_SECTORS 256

/* As far as libisofs goes; a name that is longer keeps its beginning and a digest of the rest. */
#define UNTRANSLATED_LENGTH 96

#define NAME_IN_RECORD 100 /* a name shorter than this stands whole in its directory record */

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

/* --- libisofs: a stream that has a size and no content --- */

static int stream_refuse(IsoStream *stream)
{
	(void)stream;
	/* Ends libisofs' thread where the contents would begin. */
	return (int)ISO_FILE_ERROR;
}

static int stream_close(IsoStream *stream)
{
	(void)stream;
	return 1;
}

static off_t stream_size(IsoStream *stream)
{
	const struct tree_node *node = stream->data;

	return (off_t)node->size;
}

static int stream_read(IsoStream *stream, void *buf, size_t len)
{
	(void)stream;
	(void)buf;
	(void)len;
	return (int)ISO_FILE_READ_ERROR;
}

static int stream_repeatable(IsoStream *stream)
{
	(void)stream;
	return 1;
}

/* No two nodes are one file. */
static void stream_id(IsoStream *stream, unsigned int *fs_id, dev_t *dev_id, ino_t *ino_id)
{
	*fs_id = 0;
	*dev_id = 0;
	*ino_id = ((const struct tree_node *)stream->data)->lba + 1;
}

static void stream_free(IsoStream *stream)
{
	(void)stream;
}

static IsoStreamIface stream_class = {
	.version = 1,
	.type = { 'u', 's', 'e', 'r' },
	.open = stream_refuse,
	.close = stream_close,
	.get_size = stream_size,
	.read = stream_read,
	.is_repeatable = stream_repeatable,
	.get_id = stream_id,
	.free = stream_free,
};

static int iso_fault(struct fault *f, int err, const char *what)
{
	const int e = err == (int)ISO_OUT_OF_MEM ? -ENOMEM : -EIO;

	return fault_set(f, e, "%s: libisofs: %s", what, iso_error_to_msg(err));
}

static void set_attributes(IsoNode *iso, const struct tree_node *node, const struct iso_layout *l)
{
	/* As genisoimage -r: root's, readable by all, writable by none. The record alone is less:
	 * tree_add_bytes() said what it wants. */
	mode_t mode = node->st.st_mode & 07777;

	if (l->keep_owners || node->first)
		;
	else if (node->kind == TREE_DIR)
		mode = 0555;
	else
		mode = mode & 0111 ? 0555 : 0444;
	iso_node_set_permissions(iso, mode);
	iso_node_set_uid(iso, l->keep_owners ? node->st.st_uid : 0);
	iso_node_set_gid(iso, l->keep_owners ? node->st.st_gid : 0);
	iso_node_set_mtime(iso, node->st.st_mtime);
	iso_node_set_atime(iso, node->st.st_atime);
	iso_node_set_ctime(iso, node->st.st_ctime);
}

static int add_children(IsoDir *parent, const struct tree_node *dir, struct iso_layout *l);

static int add_node(IsoDir *parent, struct tree_node *node, struct iso_layout *l)
{
	IsoSymlink *link = NULL;
	IsoDir *sub = NULL;
	IsoFile *file = NULL;
	IsoStream *stream;
	int r;

	switch (node->kind) {
	case TREE_DIR:
		r = iso_tree_add_new_dir(parent, node->name, &sub);
		if (r < 0)
			return r;
		set_attributes((IsoNode *)sub, node, l);
		return add_children(sub, node, l);
	case TREE_LINK:
		r = iso_tree_add_new_symlink(parent, node->name, node->target, &link);
		if (r >= 0)
			set_attributes((IsoNode *)link, node, l);
		return r;
	default:
		stream = calloc(1, sizeof(*stream)); /* libisofs frees it */
		if (!stream)
			return (int)ISO_OUT_OF_MEM;
		*stream = (IsoStream){ .class = &stream_class, .refcount = 1, .data = node };
		r = iso_tree_add_new_file(parent, node->name, stream, &file);
		if (r < 0) {
			iso_stream_unref(stream);
			return r;
		}
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the file in libisofs' tree has the stream now */
		set_attributes((IsoNode *)file, node, l);
		/* The first of the contents weighs most. */
		iso_node_set_sort_weight((IsoNode *)file, -(int)node->lba);
		return r;
	}
}

/* Backwards: libisofs keeps a sorted list, and puts what comes first at its head in one step. */
static int add_children(IsoDir *parent, const struct tree_node *dir, struct iso_layout *l)
{
	size_t i;
	int r = 1;

	for (i = dir->children; i > 0 && r >= 0; i--) {
		r = add_node(parent, dir->child[i - 1], l);
		if (r < 0 && !l->refused)
			l->refused = dir->child[i - 1];
	}
	return r;
}

/* As near to genisoimage's as libisofs comes. */
static void set_plain_names(IsoWriteOpts *opts, const struct iso_names *n)
{
	/* Level 2 gives the same names as 3, which also takes files of 4 GiB. */
	iso_write_opts_set_iso_level(opts, n->full || n->level > 1 ? 3 : 1);
	iso_write_opts_set_allow_lowercase(opts, n->lowercase);
	iso_write_opts_set_allow_7bit_ascii(opts, n->relaxed);
	iso_write_opts_set_max_37_char_filenames(opts, n->longest);
	iso_write_opts_set_untranslated_name_len(opts, n->untranslated ? UNTRANSLATED_LENGTH : 0);
	iso_write_opts_set_iso1999(opts, n->level == 4);
	iso_write_opts_set_allow_dir_id_ext(opts, 1);
	iso_write_opts_set_allow_deep_paths(opts, 1);
	iso_write_opts_set_allow_longer_paths(opts, 1);
	/* Bit 1: in Joliet, always. */
	iso_write_opts_set_no_force_dots(opts, 2 | n->no_period);
	iso_write_opts_set_omit_version_numbers(opts, 2 | n->no_version);
}

static void set_trees(IsoWriteOpts *opts, const struct iso_options *o)
{
	iso_write_opts_set_rockridge(opts, o->rock_ridge);
	iso_write_opts_set_joliet(opts, o->joliet);
	iso_write_opts_set_joliet_long_names(opts, o->joliet_long);
	iso_write_opts_set_joliet_longer_paths(opts, 1);
	iso_write_opts_set_rrip_version_1_10(opts, 1);
	/* Without inode numbers, as those of folders would depend on addresses in memory. */
	iso_write_opts_set_rrip_1_10_px_ino(opts, 0);
	iso_write_opts_set_relaxed_vol_atts(opts, 1);
	iso_write_opts_set_sort_files(opts, 1);
	iso_write_opts_set_fifo_size(opts, FIFO_SECTORS);
	iso_write_opts_set_output_charset(opts, "UTF-8");
}

static void set_times(IsoWriteOpts *opts, const struct iso_options *o)
{
	iso_write_opts_set_always_gmt(opts, 1);
	iso_write_opts_set_dir_rec_mtime(opts, 3);
	iso_write_opts_set_pvd_times(opts, o->time, o->time, 0, 0, "");
	if (!o->fixed_time)
		return;
	iso_write_opts_set_default_timestamp(opts, o->time);
	iso_write_opts_set_replace_timestamps(opts, 2);
}

static const char *or_else(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

static int fill_image(
	IsoImage *image, const struct tree *t, const struct iso_options *o, struct iso_layout *l)
{
	iso_image_set_volume_id(image, o->label);
	iso_image_set_volset_id(image, or_else(o->volume_set, ""));
	iso_image_set_publisher_id(image, or_else(o->publisher, ""));
	iso_image_set_data_preparer_id(image, or_else(o->preparer, ""));
	iso_image_set_application_id(image, or_else(o->application, "SEEDRIVE"));
	iso_image_set_system_id(image, or_else(o->system, "LINUX"));
	iso_image_set_truncate_mode(image, 1, 255);
	set_attributes((IsoNode *)iso_image_get_root(image), t->root, l);
	return add_children(iso_image_get_root(image), t->root, l);
}

/* --- the head --- */

static int grow(uint8_t **buf, size_t *room, size_t need)
{
	uint8_t *more;

	if (need <= *room)
		return 0;
	need += need / 2;
	more = realloc(*buf, need);
	if (!more)
		return -ENOMEM;
	*buf = more;
	*room = need;
	return 0;
}

/* Whole sectors that wait in the buffer; @ret_active: its thread may yet add to them. */
static size_t waiting(struct iso_layout *l, bool *ret_active)
{
	const int active = 1;
	size_t size, room;

	*ret_active = iso_ring_buffer_get_status(l->source, &size, &room) == active;
	return (size - room) / ISO_SECTOR * ISO_SECTOR;
}

#define YIELDS 1000

/* All that libisofs writes before it asks for the first content. The buffer is emptied at once when it is
 * full or its thread has ended: a reader at its heels would change threads for every sector. */
static int read_head(struct iso_layout *l)
{
	const struct timespec nap = { .tv_nsec = 50000 };
	unsigned looks = 0;
	size_t room = 0, n;
	bool active;
	int r;

	for (;;) {
		n = waiting(l, &active);
		if (active && n < (FIFO_SECTORS - 1) * ISO_SECTOR) {
			/* Mostly it has done in less time than the shortest sleep takes. */
			if (looks++ < YIELDS)
				sched_yield();
			else
				nanosleep(&nap, NULL);
			continue;
		}
		if (n == 0)
			return 0;
		r = grow(&l->head, &room, l->head_len + n);
		if (r < 0)
			return r;
		if (l->source->read_xt(l->source, l->head + l->head_len, (int)n) != (int)n)
			return -EIO;
		l->head_len += n;
	}
}

/* Ends its thread, if that still runs, and the image with it. */
static void end_source(struct iso_layout *l)
{
	if (!l->source)
		return;
	l->source->cancel(l->source);
	l->source->free_data(l->source);
	free(l->source);
	l->source = NULL;
}

static int begin_head(
	struct iso_layout *l, const struct tree *t, const struct iso_options *o, struct fault *f)
{
	IsoWriteOpts *opts = NULL;
	IsoImage *image = NULL;
	char path[PATH_MAX];
	int r = iso_init_with_flag(0);

	if (r < 0)
		return iso_fault(f, r, "image");
	iso_set_local_charset("UTF-8", 0);
	/* It would speak for itself; a refused stream must end it. */
	iso_set_msgs_severities("NEVER", "NEVER", "");
	iso_set_abort_severity("SORRY");
	r = iso_image_new(o->label, &image);
	if (r >= 0)
		r = iso_write_opts_new(&opts, 0);
	if (r >= 0)
		r = fill_image(image, t, o, l);
	if (r >= 0) {
		set_plain_names(opts, &o->names);
		set_trees(opts, o);
		set_times(opts, o);
		r = iso_image_create_burn_source(image, opts, &l->source);
	}
	/* The source has references of its own. */
	iso_write_opts_free(opts);
	iso_image_unref(image);
	if (r < 0)
		return iso_fault(f, r, l->refused ? tree_name(t, l->refused, path) : "image");
	l->size = (uint64_t)l->source->get_size(l->source);
	return 0;
}

/* --- what libisofs has laid out, read back --- */

static int head_read_at(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct iso_layout *l = ctx;

	if (off > l->head_len || len > l->head_len - off)
		return -ENODATA;
	memcpy(buf, l->head + off, len);
	return 0;
}

/* A file by its place: contents follow one another in our order, and every directory entry in the
 * image has to name one of them, the right one. */
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
	/* A long name goes on in a place where iso/read does not follow it. */
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

/* Eight and three: every level of ISO 9660 has room for it. */
static bool is_short(const char *name)
{
	const size_t stem = strcspn(name, ".");

	return stem <= 8 && strlen(name + stem) <= 4;
}

/* What tree_add_bytes() brought is looked for by its plain name. Where that would be another file's too, libisofs
 * gives both of them others. */
static int check_names(const struct iso_layout *l, const struct iso_volume *vol, struct fault *f)
{
	struct iso_entry e;
	size_t i;

	for (i = 0; i < l->files; i++) {
		const struct tree_node *node = l->file[i];

		if (node->first && is_short(node->name) &&
			(iso_find(vol, node->name, &e) < 0 || e.lba != node->lba))
			return fault_set(f, -EEXIST,
				"%s: without Rock Ridge another file has the same name",
				node->name);
	}
	return 0;
}

static int place_contents(struct iso_layout *l, struct fault *f)
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
	return r < 0 ? fault_set(f, r, "image: libisofs laid it out otherwise than expected") :
		       check_names(l, &vol, f);
}

int iso_layout_begin(
	struct iso_layout *l, const struct tree *t, const struct iso_options *o, struct fault *f)
{
	size_t i;

	*l = (struct iso_layout){ .named = o->rock_ridge, .keep_owners = o->keep_owners };
	l->file = calloc(count_files(t->root) + 1, sizeof(*l->file));
	if (!l->file)
		return fault_errno(f, -ENOMEM, "image");
	collect_files(t->root, true, l);
	collect_files(t->root, false, l);
	for (i = 0; i < l->files; i++)
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): collect_files() filled it */
		l->file[i]->lba = (uint32_t)i; /* for add_node(), until the place is known */
	return begin_head(l, t, o, f);
}

int iso_layout_end(struct iso_layout *l, struct fault *f)
{
	int r = read_head(l);

	end_source(l);
	return r < 0 ? fault_errno(f, r, "image") : place_contents(l, f);
}

void iso_layout_clear(struct iso_layout *l)
{
	if (!l)
		return;
	end_source(l);
	free(l->head);
	free(l->file);
	*l = (struct iso_layout){ 0 };
}
