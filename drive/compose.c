/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/compose.h"
#include "util/confine.h"
#include "util/secret.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE (32u << 10) /* bytes of file content that are written at once */
/* Memory for the secrets of one drive: enough for all sources that need no waiting. Nova's drive takes 211 KiB, and a
 * drive with nothing to mix takes 164 KiB. The pool is not larger, because all of it is locked, which takes time. */
#define SECRETS_SIZE    (256u << 10)
#define SECRETS_UNMIXED (168u << 10)

/* Parses a number of seconds, digits only, up to the end of the year 9999, the last that ISO 9660 can store. Returns
 * -1 for anything else. */
static time_t parse_epoch(const char *text)
{
	const long long last = 253402300799;
	long long n;

	if (text[strspn(text, "0123456789")])
		return -1;
	errno = 0;
	n = strtoll(text, NULL, 10);
	return errno || n > last ? -1 : (time_t)n;
}

const char *compose_clock(struct compose *c)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t at;

	c->now = time(NULL);
	if (!epoch || !*epoch)
		return NULL;
	at = parse_epoch(epoch);
	if (at < 0)
		return epoch;
	c->now = at;
	c->fixed_time = true;
	return NULL;
}

void compose_bind(struct compose *c, const char *bind)
{
	if (strcmp(bind, "auto") != 0)
		(void)uuid_parse(bind, strlen(bind), c->request.uuid);
	else if (!c->plain && c->mode == DRIVE_SEED_ON)
		(void)drive_uuid(&c->tree, c->request.uuid, c->warn);
}

/* --- the seed --- */

static bool draws(const struct compose *c)
{
	return !c->plain && c->mode != DRIVE_SEED_OFF;
}

/* If the caller accepts a smaller claim, failing to draw a seed is only a warning, and the image is made without
 * one. */
static int forgo_seed(struct compose *c, int err, struct fault *f)
{
	if (err == 0 || !c->asked->claim_less)
		return err;
	if (f->text[0])
		warning_send(c->warn, "%s", f->text);
	f->text[0] = '\0';
	c->mode = DRIVE_SEED_OFF;
	return 0;
}

static int begin_draw(struct compose *c, struct fault *f)
{
	const size_t blocks = (c->asked->bits + RECORD_BLOCK_BITS - 1) / RECORD_BLOCK_BITS;
	int r = 0;

	/* An arena for the draw's thread would not pay off, because the thread is short-lived. */
	mallopt(M_ARENA_MAX, 1);
	if (draws(c) && !c->draws)
		tree_reserve();
	/* A process that makes many drives has no pool: @draws would need more memory than the pool has. */
	if (draws(c) && !c->draws)
		secret_pool(c->asked->sources.unmixed ? SECRETS_UNMIXED : SECRETS_SIZE);
	if (draws(c))
		r = c->draws ?
			requirement_draw_with(&c->seed, c->asked, blocks, c->draws, c->warn, f) :
			requirement_begin(&c->seed, c->asked, f);
	return forgo_seed(c, r, f);
}

/* --- seed and tree --- */

/* Adds the empty record and note, and lays out the image. */
static int lay_out_tree(struct compose *c, struct fault *f)
{
	const size_t blocks = c->mode == DRIVE_SEED_ON ? c->seed.blocks : 0;
	int r = 0;

	if (draws(c))
		r = drive_prepare(&c->drive, &c->tree, blocks, c->request.now, c->warn, f);
	else if (!c->plain)
		drive_drop_old(&c->tree, c->warn);
	if (r == 0)
		r = iso_layout_begin(&c->layout, &c->tree, &c->iso, f);
	return r < 0 ? r : iso_layout_end(&c->layout, f);
}

/* No seed could be drawn: lay out the image again, without the record and seedrive.json. */
static int lay_out_without(struct compose *c, struct fault *f)
{
	iso_layout_clear(&c->layout);
	drive_forget(&c->drive, &c->tree);
	return lay_out_tree(c, f);
}

/* Waits for the sources, which were read meanwhile, and fills the seed into the tree. */
static int take_seed(struct compose *c, struct fault *f)
{
	int r = c->draws ? 0 : requirement_end(&c->seed, c->asked, c->warn, f);

	r = forgo_seed(c, r, f);
	if (r < 0)
		return r;
	return draws(c) ? drive_seed(&c->drive, &c->tree, &c->request, f) : lay_out_without(c, f);
}

/* Has the image no seed, so that no secret of ours passes through the buffer? */
static bool is_public(const struct compose *c)
{
	return !draws(c);
}

static int lay_out(struct compose *c, struct fault *f)
{
	int r;

	c->request.seed = &c->seed;
	c->request.now = (uint64_t)c->now;
	c->request.provenance = c->provenance;
	c->iso.fixed_time = c->fixed_time;
	c->iso.time = c->now;
	c->ahead.secret = !is_public(c);
	c->iso.ahead = &c->ahead;
	r = lay_out_tree(c, f);
	return r == 0 && draws(c) ? take_seed(c, f) : r;
}

/* --- the image --- */

static int write_contents(struct compose *c, int fd, struct fault *f)
{
	c->buffer = is_public(c) ? malloc(BUFFER_SIZE) : secret_new(BUFFER_SIZE);
	if (!c->buffer)
		return -ENOMEM;
	return iso_layout_write(
		&c->layout, &c->tree, fd, c->buffer, BUFFER_SIZE, c->progress, c->progress_ctx, f);
}

static int write_image(struct compose *c, struct fault *f)
{
	struct output *o = c->output;
	int fd, r;

	f->text[0] = '\0';
	r = o->kind->begin(o, c->layout.size, &fd, &c->layout.descriptors_last, f);
	if (r == 0)
		r = write_contents(c, fd, f);
	if (r == 0)
		r = o->kind->end(o, c->progress, c->progress_ctx, f);
	if (r < 0 && f->text[0] == '\0')
		return fault_errno(f, r, output_name(o));
	return r;
}

/* Lets this process write only where the output is. Called before the first byte of the tree is read. A process that
 * makes many drives is not confined, because the next drive may be in another folder. */
static void confine_output(const struct compose *c)
{
	const struct output *o = c->output;
	int place;

	if (!o->kind->writes_to || c->many || c->hands_over)
		return;
	place = o->kind->writes_to(o);
	confine(&place, 1);
}

int compose_image(struct compose *c, const struct compose_caller *caller, struct fault *f)
{
	int r;

	*f = (struct fault){ 0 };
	r = caller->settle ? caller->settle(c, caller->ctx, f) : 0;
	/* A thread draws while this one opens the output. With @draws this thread draws itself, so the output comes first:
	 * one that cannot be opened then costs no draw. */
	if (r == 0 && !c->draws)
		r = begin_draw(c, f);
	if (r == 0)
		r = c->output->kind->open(c->output, f);
	if (r == 0 && c->draws)
		r = begin_draw(c, f);
	if (r == 0) {
		confine_output(c);
		r = caller->gather(c, caller->ctx, f);
	}
	drive_warn_leftovers(&c->tree, c->warn);
	if (r == 0)
		r = lay_out(c, f);
	if (r == 0)
		r = write_image(c, f);
	if (r == 0 && c->drive.has_record)
		seed_report_use(&c->seed, c->request.uuid);
	return r;
}

void compose_clear(struct compose *c)
{
	ahead_end(&c->ahead);
	if (!c->last) {
		iso_layout_clear(&c->layout);
		tree_clear(&c->tree);
	}
	drive_clear(&c->drive);
	seed_clear(&c->seed);
	if (is_public(c))
		free(c->buffer);
	else
		secret_free(c->buffer);
	c->buffer = NULL;
	if (!is_public(c))
		secret_wipe_stack();
	if (c->output)
		c->output->kind->close(c->output);
}
