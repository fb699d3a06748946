/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_COMPOSE_H
#define DRIVE_COMPOSE_H

#include "drive/drive.h"
#include "cli/entropy.h"
#include "iso/write.h"

/*
 * An image on its way, from a tree to its last byte: what build and seedrive-mkisofs have in common.
 * What differs is where the words come from, and how the file is written that it goes to.
 */
struct make {
	const struct entropy_options *entropy;
	enum config_seed seed_mode; /* as settled; off as well once there is no seed to be had */
	bool plain;                 /* no drive of ours: the tree as it is, and not a word */
	bool fixed_time;            /* SOURCE_DATE_EPOCH */
	struct draw_memory *memory; /* of the drives before this one; NULL: it is the only one */
	time_t now;
	struct tree tree; /* the caller's to fill */
	struct seed seed;
	struct drive drive;
	struct drive_request request; /* @ttl and @uuid are the caller's to fill */
	struct iso_layout layout;
	uint8_t *buffer;
	struct fault fault;
};

/** make_clock - @now, from SOURCE_DATE_EPOCH where that is set. Returns: NULL, or what it says and cannot mean. */
const char *make_clock(struct make *m);

/** make_begin - start to draw, if anything is to be drawn. Returns: -1 to go on, else an exit status. */
int make_begin(struct make *m);

/** make_bind - to the instance that @bind names: auto, none or a UUID. */
void make_bind(struct make *m, const char *bind);

/**
 * make_check_old - the image itself stood in the tree: is it one, or somebody's file?
 * Returns: 0; -EEXIST with @m->fault for what is not the image of last time.
 */
int make_check_old(struct make *m, int dirfd, const char *name, const char *out);

/**
 * make_lay_out - seed and tree, and where everything goes
 * Where entropy fails, and less may be claimed, it is an image with less, or without a seed.
 * Returns: -1 to go on, else an exit status, its line said.
 */
int make_lay_out(struct make *m, const struct iso_options *iso);

/** make_write - to @fd; @what: its name on a terminal. Returns: 0, or -errno with words if the fault is not @fd's. */
int make_write(struct make *m, int fd, const char *what);

void make_clear(struct make *m);

#endif
