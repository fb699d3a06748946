/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_COMPOSE_H
#define DRIVE_COMPOSE_H

#include "drive/drive.h"
#include "drive/mode.h"
#include "iso/output/output.h"
#include "iso/write.h"
#include "seed/requirement.h"

/*
 * Makes an image from a tree and a seed, for both `seedrive build` and seedrive-mkisofs. The seed's sources are read
 * in a thread, at the same time as the tree is read and laid out. Prints nothing.
 */
struct compose {
	/* set by the caller */
	const struct seed_requirement *asked;
	const struct warning_sink *warn;
	enum drive_mode
		mode; /* compose_image() sets DRIVE_SEED_OFF if no seed can be drawn and @asked->claim_less permits that */
	bool plain; /* an ordinary image, whose label is not one of a seed drive: no seed, no warning */
	bool provenance; /* list the sources in seedrive.json, where tenants can read them */
	struct draw_memory
		*draws; /* state kept between the draws of one process; NULL: none is kept */
	bool many;      /* the process makes more than one drive, perhaps in several folders */
	bool hands_over; /* the process may end by executing another program, so it must keep the right to do so */
	bool last; /* no other drive follows: the end of the process frees layout and tree, which is faster */
	bool fixed_time; /* set every time stamp to @now; see compose_clock() */
	time_t now;
	struct iso_options iso;
	struct output *output;
	iso_progress *progress; /* called from time to time, or NULL */
	void *progress_ctx;
	/* working state */
	struct tree tree; /* filled by the caller's gather function */
	struct seed seed;
	struct drive drive;
	struct drive_request
		request; /* the caller sets @ttl and @uuid, at the latest in its gather function */
	struct iso_layout layout;
	struct ahead ahead;
	uint8_t *buffer;
};

/**
 * compose_clock - set @now to the current time, or to SOURCE_DATE_EPOCH (reproducible-builds.org) if that is set
 * Returns: NULL; or the value of that variable, for the caller's message, if it is not a number of seconds.
 */
const char *compose_clock(struct compose *c);

/**
 * compose_bind - bind the drive to an instance; called by the caller's @gather (struct compose_caller) when the tree is complete
 * @bind: "auto" (the UUID in the tree's metadata), "none" or a UUID
 */
void compose_bind(struct compose *c, const char *bind);

/* Functions of the caller. Each returns 0 or -errno with @f. */
struct compose_caller {
	/* Called first, before a source is read and the output is opened: the last chance to change @c->asked. May be
	 * NULL. */
	int (*settle)(struct compose *c, void *ctx, struct fault *f);
	/* Fills @c->tree, @c->request and @c->iso. */
	int (*gather)(struct compose *c, void *ctx, struct fault *f);
	void *ctx;
};

/**
 * compose_image - make the whole image: draw the seed, read the tree, write the output
 * @c: the caller's storage, zeroed except for the members set by the caller; the caller calls compose_clear() in the
 *     end, also after an error
 *
 * The draw begins, the output is opened, the tree is gathered and laid out, the seed is checked against @asked and
 * filled in, and the image is written. If blocks came from the broker, the broker gets a note for its journal.
 * Returns: 0; or -errno with @f, and then compose_clear() undoes changes to the output, as far as possible.
 */
int compose_image(struct compose *c, const struct compose_caller *caller, struct fault *f);

void compose_clear(struct compose *c);

#endif
