/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_OUTPUT_H
#define ISO_OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iso/tree.h"
#include "iso/write.h"
#include "util/fault.h"

#define OUTPUT_FILES_MAX 2

/*
 * Where an image goes: a file replaced whole, a file written in place, a stream, a disk, a burner. Each is a row of
 * functions and the storage that they need.
 */
struct output {
	const struct output_kind *kind;
	const char *path; /* as the user named it; NULL: standard output */
	void *state;      /* of this kind, the caller's */
};

struct output_kind {
	/* Have it for ourselves. Nothing in it changes. Returns: 0 or -errno with @f. */
	int (*open)(struct output *o, struct fault *f);
	/* The old image, which is in the tree, is left out of the new one: unless it is no image, but one of the
	 * user's files. NULL: there is none. Returns: 0; -EEXIST with @f. */
	int (*check_old)(const struct output *o, struct fault *f);
	/* The files that must not go into the image when they are in its tree: the old image first, if there is
	 * one; @out has room for OUTPUT_FILES_MAX. NULL: none. Returns: how many. */
	size_t (*files)(const struct output *o, struct tree_omit *out);
	/*
	 * Make room for @size bytes, and give a descriptor to write the image to, at offset 0.
	 * @ret_placed: it can be written at any place, so that the volume descriptors may come last
	 * Returns: 0 or -errno, with words in @f if they are not those of the errno.
	 */
	int (*begin)(
		struct output *o, uint64_t size, int *ret_fd, bool *ret_placed, struct fault *f);
	/* The image was written to the descriptor, whole: put it where it belongs, and make it last. As begin. */
	int (*end)(struct output *o, iso_progress *progress, void *ctx, struct fault *f);
	/* Close; without an end before, as if nothing had been, as far as that can be. */
	void (*close)(struct output *o);
};

/** output_name - how it is called in messages: the path, or "standard output". */
const char *output_name(const struct output *o);

/**
 * output_check_old - the old image itself is in the tree: is it an image, or one of the user's files?
 * @dirfd, @name: the old one. Returns: 0; -EEXIST with @f where it is no ISO 9660 image.
 */
int output_check_old(int dirfd, const char *name, const char *path, struct fault *f);

/* @state is a struct replace, a struct target, nothing; the other kinds are in iso/output/output_device.h. */
extern const struct output_kind output_replace, output_in_place, output_stream;

#endif
