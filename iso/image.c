/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/image.h"
#include "iso/lost.h"
#include "iso/writer.h"

#include <errno.h>
#include <libburn/libburn.h>
#include <libisofs/libisofs.h>
#include <stdlib.h>
#include <string.h>

/* The longest name that is written untranslated. libisofs allows 96 bytes, but writes the name of a folder of more than
 * 56 past the end of a buffer for the path table; and a longer name of a file leaves no room beside it for Rock Ridge's.
 */
#define UNTRANSLATED_LENGTH 56

/* libisofs loads the environment's locale only to find its character set. That is not needed, because we always set
 * UTF-8. */
#define NO_LOCALE 1

/* Sectors of libisofs' buffer: 512 KiB, enough for the head of any config drive; up to 8 MiB more if there are many
 * files. */
#define BUFFER_MIN 256u
#define BUFFER_MAX 4096u

/* --- a stream that has a size and no content --- */

static int stream_refuse(IsoStream *stream)
{
	(void)stream;
	/* libisofs' thread ends with this error when it comes to the contents. */
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

/* Gives each node a different id. Otherwise libisofs would treat two nodes as hard links of one file. */
static void stream_id(IsoStream *stream, unsigned int *fs_id, dev_t *dev_id, ino_t *ino_id)
{
	*fs_id = 0;
	*dev_id = 0;
	*ino_id = ((const struct tree_node *)stream->data)->lba + 1;
}

static IsoStream *stream_input(IsoStream *stream, int flag)
{
	(void)stream;
	(void)flag;
	return NULL;
}

/* Compares the ids of two nodes. Without this function, libisofs would ask both streams for their ids, and then their
 * sizes. */
static int stream_compare(IsoStream *a, IsoStream *b)
{
	const uint32_t x = ((const struct tree_node *)a->data)->lba;
	const uint32_t y = ((const struct tree_node *)b->data)->lba;

	return (x > y) - (x < y);
}

static void stream_free(IsoStream *stream)
{
	(void)stream;
}

static IsoStreamIface stream_class = {
	.version = 3,
	.type = { 'u', 's', 'e', 'r' },
	.open = stream_refuse,
	.close = stream_close,
	.get_size = stream_size,
	.read = stream_read,
	.is_repeatable = stream_repeatable,
	.get_id = stream_id,
	.free = stream_free,
	.get_input_stream = stream_input,
	.cmp_ino = stream_compare,
};

static int iso_fault(struct fault *f, int err, const char *what)
{
	const int e = err == (int)ISO_OUT_OF_MEM ? -ENOMEM : -EIO;

	return fault_set(f, e, "%s: libisofs: %s", what, iso_error_to_msg(err));
}

/* By default the same as genisoimage -r: owned by root, readable by all, writable by nobody. Files from
 * tree_add_bytes(), such as the record, and folders that exist only in the image keep the mode that the tree gives
 * them: no option overrides it. */
static mode_t choose_mode(const struct tree_node *node, const struct iso_layout *l)
{
	const struct iso_attributes *a = &l->attributes;
	const mode_t mode = node->st.st_mode & 07777;

	if (node->first || node->made)
		return mode;
	/* If either option is given, genisoimage gives links this mode. */
	if (node->kind == TREE_LINK && a->forced & (ISO_FILE_MODE | ISO_DIR_MODE))
		return 0555;
	if (node->kind == TREE_DIR && a->forced & ISO_DIR_MODE)
		return a->dir_mode;
	if (node->kind == TREE_FILE && a->forced & ISO_FILE_MODE)
		return a->file_mode;
	if (l->keep_owners)
		return mode;
	return node->kind == TREE_DIR || mode & 0111 ? 0555 : 0444;
}

static void set_attributes(IsoNode *iso, const struct tree_node *node, const struct iso_layout *l)
{
	const struct iso_attributes *a = &l->attributes;
	uid_t uid = l->keep_owners ? node->st.st_uid : 0;
	gid_t gid = l->keep_owners ? node->st.st_gid : 0;

	if (a->forced & ISO_UID && !node->first)
		uid = a->uid;
	if (a->forced & ISO_GID && !node->first)
		gid = a->gid;
	iso_node_set_permissions(iso, choose_mode(node, l));
	iso_node_set_uid(iso, uid);
	iso_node_set_gid(iso, gid);
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
		/* libisofs writes the file with the largest weight first. */
		iso_node_set_sort_weight((IsoNode *)file, -(int)node->lba);
		return r;
	}
}

/* Adds the children from the last to the first: libisofs inserts them into a sorted list, and is fastest at its
 * head. */
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

static bool has_longer_name(const struct tree_node *dir, size_t max)
{
	size_t i;

	for (i = 0; i < dir->children; i++)
		if (strlen(dir->child[i]->name) > max || has_longer_name(dir->child[i], max))
			return true;
	return false;
}

/* Makes plain names as similar to those of genisoimage as libisofs can. If one name of the tree is too long to be
 * written untranslated, none is: then names are cut after 37 characters, and genisoimage cuts them a little earlier. */
static void set_plain_names(
	IsoWriteOpts *opts, const struct iso_names *n, const struct tree_node *root, bool has_large)
{
	const bool unchanged = n->untranslated && !has_longer_name(root, UNTRANSLATED_LENGTH);

	/* Level 3 gives the same names as level 2, and in addition allows files of 4 GiB and more. */
	iso_write_opts_set_iso_level(opts, n->full || n->level > 1 || has_large ? 3 : 1);
	iso_write_opts_set_allow_lowercase(opts, n->lowercase);
	iso_write_opts_set_allow_7bit_ascii(opts, n->relaxed);
	iso_write_opts_set_max_37_char_filenames(opts, n->longest || n->untranslated);
	iso_write_opts_set_untranslated_name_len(opts, unchanged ? UNTRANSLATED_LENGTH : 0);
	iso_write_opts_set_iso1999(opts, n->level == 4);
	iso_write_opts_set_allow_dir_id_ext(opts, 1);
	iso_write_opts_set_allow_deep_paths(opts, 1);
	iso_write_opts_set_allow_longer_paths(opts, 1);
	/* In both calls, bit 1 is for Joliet, and is always set; bit 0 is for plain names. */
	iso_write_opts_set_no_force_dots(opts, 2 | n->no_period);
	iso_write_opts_set_omit_version_numbers(opts, 2 | n->no_version);
}

static void set_trees(IsoWriteOpts *opts, const struct iso_options *o)
{
	iso_write_opts_set_rockridge(opts, o->rock_ridge);
	iso_write_opts_set_joliet(opts, o->joliet);
	iso_write_opts_set_joliet_long_names(opts, o->joliet_long);
	iso_write_opts_set_joliet_utf16(opts, o->joliet_utf16);
	iso_write_opts_set_joliet_longer_paths(opts, 1);
	iso_write_opts_set_rrip_version_1_10(opts, 1);
	/* No inode numbers: for folders they would depend on memory addresses, and so differ from run to run. */
	iso_write_opts_set_rrip_1_10_px_ino(opts, 0);
	iso_write_opts_set_relaxed_vol_atts(opts, 1);
	iso_write_opts_set_sort_files(opts, 1);
	iso_write_opts_set_output_charset(opts, "UTF-8");
}

static void set_times(IsoWriteOpts *opts, const struct iso_options *o)
{
	iso_write_opts_set_always_gmt(opts, 1);
	iso_write_opts_set_dir_rec_mtime(opts, 3);
	/* libisofs takes a time of 0 for none, and writes the present time. */
	iso_write_opts_set_pvd_times(opts, o->time, o->time, 0, 0,
		o->fixed_time && o->time == 0 ? "1970010100000000" : "");
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

/* Returns: how many sectors libisofs may generate before anybody reads them. Only sectors that it has generated use
 * memory. A file with a short name needs about 160 bytes in both directory trees together. */
static size_t buffer_sectors(const struct iso_layout *l)
{
	const size_t more = l->files / (ISO_SECTOR / 256);

	return BUFFER_MIN + (more < BUFFER_MAX ? more : BUFFER_MAX);
}

int iso_image_begin(
	struct iso_layout *l, const struct tree *t, const struct iso_options *o, struct fault *f)
{
	IsoWriteOpts *opts = NULL;
	IsoImage *image = NULL;
	char path[PATH_MAX];
	int r = iso_init_with_flag(NO_LOCALE);

	if (r < 0)
		return iso_fault(f, r, "image");
	iso_set_local_charset("UTF-8", 0);
	/* libisofs must not print anything itself. The error of the stream must end libisofs' thread. */
	iso_set_msgs_severities("NEVER", "NEVER", "");
	iso_set_abort_severity("SORRY");
	r = iso_image_new(o->label, &image);
	if (r >= 0)
		r = iso_write_opts_new(&opts, 0);
	if (r >= 0)
		r = fill_image(image, t, o, l);
	if (r >= 0) {
		set_plain_names(opts, &o->names, t->root,
			o->large_files && lost_too_large(t, ISO_FILE_MAX).count > 0);
		set_trees(opts, o);
		set_times(opts, o);
		iso_write_opts_set_fifo_size(opts, buffer_sectors(l));
		writer_defer(true);
		r = iso_image_create_burn_source(image, opts, &l->source);
		writer_defer(false);
	}
	/* The source has its own references to these two. */
	iso_write_opts_free(opts);
	iso_image_unref(image);
	if (r < 0)
		return iso_fault(f, r, l->refused ? tree_name(t, l->refused, path) : "image");
	l->size = (uint64_t)l->source->get_size(l->source);
	return 0;
}
