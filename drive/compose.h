/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_COMPOSE_H
#define DRIVE_COMPOSE_H

#include "drive/drive.h"
#include "drive/mode.h"
#include "iso/output/output.h"
#include "iso/write.h"
#include "seed/requirement.h"

/*
 * A tree and a seed become an image: the one way to make it, for `seedrive build` and seedrive-mkisofs. The sources
 * are drawn in a thread beside the reading of the tree and the laying out. Prints nothing.
 */
struct compose {
	/* what is asked */
	const struct seed_requirement *asked;
	const struct warning_sink *warn;
	enum drive_mode
		mode; /* becomes DRIVE_SEED_OFF where there is no seed to be had, and less will do */
	bool plain;   /* an ordinary image, without a seed drive's label: no seed, no warning */
	bool provenance; /* tenants may know the sources */
	struct draw_memory
		*draws; /* of the drives that this process made before; NULL: it makes one */
	bool last; /* no other drive follows: layout and tree are not freed, but left to the end of the process */
	bool fixed_time; /* every time stamp is @now: see compose_clock() */
	time_t now;
	struct iso_options iso;
	struct output *output;
	iso_progress *progress; /* called now and then, or NULL */
	void *progress_ctx;
	/* the work */
	struct tree tree; /* filled by the caller's gather function */
	struct seed seed;
	struct drive drive;
	struct drive_request request; /* @ttl, @uuid: the caller's gather function, or earlier */
	struct iso_layout layout;
	uint8_t *buffer;
};

/**
 * compose_clock - set @now; from SOURCE_DATE_EPOCH (reproducible-builds.org) where that is set
 * Returns: NULL, or the value of that variable where it is no number of seconds, for the caller's words.
 */
const char *compose_clock(struct compose *c);

/** compose_bind - to the instance that @bind names: "auto", "none" or a UUID. Called while the tree is gathered. */
void compose_bind(struct compose *c, const char *bind);

/* The caller's part. Each returns 0 or -errno with @f. */
struct compose_caller {
	/* The output is open, nothing is drawn yet: the last moment to settle what is asked. NULL: it is settled. */
	int (*settle)(struct compose *c, void *ctx, struct fault *f);
	/* Fill @c->tree, @c->request and @c->iso. */
	int (*gather)(struct compose *c, void *ctx, struct fault *f);
	void *ctx;
};

/**
 * compose_image - from the first byte of entropy to the last byte of the image, in its place
 * @c: the caller's storage, zeroed but for what is asked; needs compose_clear() in the end, also after an error
 *
 * The output is opened, the draw begins, the tree is gathered and laid out, the seed is judged and filled in, and the
 * image is written. A client of the broker reports to it what became of its blocks.
 * Returns: 0; or -errno with @f, and the output is as if nothing had been.
 */
int compose_image(struct compose *c, const struct compose_caller *caller, struct fault *f);

void compose_clear(struct compose *c);

#endif
