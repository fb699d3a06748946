/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_OUTPUT_H
#define ISO_OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iso/tree.h"
#include "iso/write.h"
#include "util/fault.h"
#include "util/warning.h"

#define OUTPUT_FILES_MAX 2

/*
 * Where an image goes: a file replaced whole, a file written in place, a stream, a disk, a burner. Each is a row of
 * functions and the storage that they need. One order holds for all of them: space is reserved, the contents are written
 * and flushed, then the volume descriptors, and these are flushed; after an error no descriptor stands.
 */
struct output {
	const struct output_kind *kind;
	const char *path; /* as the user named it; NULL: standard output */
	void *state;      /* of this kind, the caller's */
	const struct warning_sink *warn;
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

/* What a path leads to, or standard output is; a path that leads nowhere is a file that is to be made. */
enum output_target { OUTPUT_FILE, OUTPUT_STREAM, OUTPUT_DISK, OUTPUT_OPTICAL };

/**
 * output_target - which of these @path is; NULL: standard output
 * A file on standard output is a stream unless it can be written from its beginning, at any place. What is found here may
 * be another thing when it is opened: each kind refuses what is not its own.
 */
enum output_target output_target(const char *path);

/* @state is a struct replace, a struct target, a struct stream; the other kinds are in iso/output/output_device.h. */
extern const struct output_kind output_replace, output_in_place, output_stream;

/* A FIFO, a pipe, a character device: written from the first byte to the last. */
struct stream {
	int fd;
};

#endif
