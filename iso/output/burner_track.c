/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes an image to a medium and reads it back, through libburn. */
#include "iso/output/burner_drive.h"

#include <errno.h>
#include <libburn/libburn.h>
#include <stdlib.h>
#include <string.h>

#define PIECE      (64u << 10) /* bytes; a multiple of the block that a rewritable medium writes */
#define CD_PADDING (150 * ISO_SECTOR)
#define TRIES_MAX  50 /* attempts to start writing, with a pause between them */

/* --- the image as a source for libburn --- */

struct feed {
	const struct draft *image;
	size_t at; /* bytes that libburn has read so far */
	/* From the system area up to this offset, zeros are sent instead of the image; 0: nowhere. */
	size_t blank;
};

static int feed_read(struct burn_source *s, unsigned char *out, int size)
{
	struct feed *feed = s->data;
	size_t n = feed->image->len - feed->at, i;

	if (n > (size_t)size)
		n = (size_t)size;
	memcpy(out, feed->image->bytes + feed->at, n);
	for (i = 0; i < n; i++)
		if (feed->at + i >= ISO_SYSTEM_AREA && feed->at + i < feed->blank)
			out[i] = 0;
	feed->at += n;
	return (int)n;
}

static off_t feed_size(struct burn_source *s)
{
	return (off_t)((const struct feed *)s->data)->image->len;
}

static int feed_set_size(struct burn_source *s, off_t size)
{
	(void)s;
	(void)size;
	return 1;
}

static void feed_free(struct burn_source *s)
{
	(void)s;
}

static int feed_cancel(struct burn_source *s)
{
	(void)s;
	return 1;
}

static struct burn_source *source_new(struct feed *feed)
{
	struct burn_source *s = calloc(1, sizeof(*s)); /* libburn frees it */

	if (s)
		*s = (struct burn_source){
			.refcount = 1,
			.get_size = feed_size,
			.set_size = feed_set_size,
			.free_data = feed_free,
			.data = feed,
			.version = 1,
			.read_xt = feed_read,
			.cancel = feed_cancel,
		};
	return s;
}

/* --- burning --- */

/* Reading may fail near the end of a CD's only track. So we append sectors that nobody needs to read. */
static int padding(struct burner *b)
{
	struct burn_multi_caps *caps = NULL;
	int n = 0;

	if (burn_disc_get_multi_caps(b->drive, BURN_WRITE_NONE, &caps, 0) > 0 &&
		caps->current_is_cd_profile)
		n = CD_PADDING;
	if (caps)
		burn_disc_free_multi_caps(&caps);
	return n;
}

/* Makes libburn's description of a disc with one session and one track; @feed gives the content of the track. */
static struct burn_disc *disc_new(struct burner *b, struct feed *feed)
{
	struct burn_disc *disc = burn_disc_create();
	struct burn_session *session = burn_session_create();
	struct burn_track *track = burn_track_create();
	struct burn_source *source = source_new(feed);
	bool good = disc && session && track && source;

	if (good) {
		burn_track_define_data(track, 0, padding(b), 1, BURN_MODE1);
		good = burn_track_set_source(track, source) == BURN_SOURCE_OK &&
			burn_session_add_track(session, track, BURN_POS_END) &&
			burn_disc_add_session(disc, session, BURN_POS_END);
	}
	/* Each of these objects has its own references to the objects in it. */
	if (source)
		burn_source_free(source);
	if (track)
		burn_track_free(track);
	if (session)
		burn_session_free(session);
	if (!good && disc) {
		burn_disc_free(disc);
		disc = NULL;
	}
	return disc;
}

/* While the thread of the previous step is still ending, libburn does not start to write, but reports success. So we
 * try again as long as libburn has read nothing from the feed. */
static int write_all(struct burner *b, struct burn_write_opts *opts, struct burn_disc *disc,
	const struct feed *feed, iso_progress *report, void *ctx, struct fault *f)
{
	int r = 0, tries;

	for (tries = 0; r == 0 && feed->at == 0 && tries < TRIES_MAX; tries++) {
		if (tries > 0)
			burner_pause();
		burn_disc_write(opts, disc);
		r = burner_wait(b, feed->image->len, report, ctx, f);
	}
	if (r == 0 && feed->at < feed->image->len)
		r = burner_fault(f, b, "the image was not written to its end");
	return r;
}

static int burn_track(
	struct burner *b, struct feed *feed, iso_progress *report, void *ctx, struct fault *f)
{
	char reasons[BURN_REASONS_LEN] = "";
	struct burn_disc *disc = disc_new(b, feed);
	struct burn_write_opts *opts = disc ? burn_write_opts_new(b->drive) : NULL;
	int r;

	if (!opts) {
		r = fault_errno(f, -ENOMEM, b->path);
		goto out;
	}
	burn_write_opts_set_multi(opts, 0);
	burn_write_opts_set_underrun_proof(opts, 1);
	/* libburn prefers to write everything in one go (SAO). For that it needs the track's size, which feed_size()
	 * gives. */
	if (burn_write_opts_auto_write_type(opts, disc, reasons, 0) == BURN_WRITE_NONE) {
		r = burner_fault(f, b, "the medium cannot be written");
		goto out;
	}
	r = write_all(b, opts, disc, feed, report, ctx, f);
out:
	if (opts)
		burn_write_opts_free(opts);
	if (disc)
		burn_disc_free(disc);
	return r;
}

/* Writes the first piece again, now with the volume descriptors. If @image is NULL, writes zeros, so that nobody takes
 * the medium for a drive. */
static int write_head(struct burner *b, const struct draft *image, struct fault *f)
{
	struct draft piece;
	int r = draft_open(&piece, PIECE);

	if (r < 0) {
		fault_errno(f, r, b->path);
	} else {
		if (image)
			memcpy(piece.bytes, image->bytes, image->len < PIECE ? image->len : PIECE);
		if (burn_random_access_write(b->drive, 0, (char *)piece.bytes, PIECE, 1) <= 0)
			r = burner_fault(f, b, "the medium could not be written");
	}
	draft_clear(&piece);
	return r;
}

void burner_undo(struct burner *b)
{
	if (b->drive)
		(void)write_head(b, NULL, NULL);
}

int burner_burn(struct burner *b, enum burner_method way, const struct draft *image,
	iso_progress *report, void *ctx, struct fault *f)
{
	struct feed feed = { .image = image };
	int r;

	burner_hold_signals(b);
	if (way == BURNER_REWRITE)
		feed.blank = iso_descriptors_end(image->bytes, image->len);
	if (feed.blank > PIECE)
		return fault_set(f, -EINVAL,
			"%s: the volume descriptors of the image are too long for a medium: please report a bug",
			b->path);
	r = burn_track(b, &feed, report, ctx, f);
	if (r == 0 && way == BURNER_REWRITE)
		r = write_head(b, image, f);
	return r;
}

/* --- reading back --- */

bool burner_is_blank(struct burner *b, size_t len)
{
	struct draft piece;
	bool blank = true;
	size_t at, n;
	off_t got;

	if (draft_open(&piece, PIECE) < 0)
		blank = false;
	for (at = 0; blank && at < len; at += n) {
		n = len - at < PIECE ? len - at : PIECE;
		/* libburn may report success although it read less. Then these bytes, which are not zeros, remain. */
		memset(piece.bytes, 0xff, n);
		/* The flags mean: no messages and no retries. A new medium cannot be read at all, not even its
		 * beginning. */
		if (burn_read_data(b->drive, (off_t)at, (char *)piece.bytes, (off_t)n, &got, 6) > 0)
			blank = content_is_zero(piece.bytes, n);
		else if (at > 0)
			blank = false;
		else
			break;
	}
	draft_clear(&piece);
	return blank;
}

int burner_compare(struct burner *b, const struct draft *image, iso_progress *report, void *ctx,
	struct fault *f)
{
	struct draft piece;
	size_t at, n, i;
	off_t got;
	int r = draft_open(&piece, PIECE);

	if (r < 0)
		fault_errno(f, r, b->path);
	else if ((r = burner_inspect_again(b)) < 0)
		burner_fault(f, b, "the medium cannot be read back");
	for (at = 0; r == 0 && at < image->len; at += n) {
		n = image->len - at < PIECE ? image->len - at : PIECE;
		/* libburn may report success although it read less. So the buffer is filled first, with bytes that all
		 * differ from the image. */
		for (i = 0; i < n; i++)
			piece.bytes[i] = (uint8_t)~image->bytes[at + i];
		if (burn_read_data(b->drive, (off_t)at, (char *)piece.bytes, (off_t)n, &got, 4) <=
			0)
			r = burner_fault(f, b, "the medium cannot be read back");
		else if (memcmp(piece.bytes, image->bytes + at, n) != 0)
			r = fault_set(f, -EIO,
				"%s: the data read back differs from the data written", b->path);
		report(ctx, at + n, image->len);
	}
	draft_clear(&piece);
	return r;
}
