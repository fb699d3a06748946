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
 * Where an image goes: a file that is replaced, a file that is written in place, a stream, a disk or a burner. Each
 * kind has a table of functions and a state. Wherever the kind permits it, the order is the same: space is reserved,
 * the contents are written and flushed, then the volume descriptors are written and flushed. After an error, no
 * descriptor is left in the target.
 */
struct output {
	const struct output_kind *kind;
	const char *path; /* as the user typed it; NULL: standard output */
	void *state;      /* the state of this kind, in the caller's storage */
	const struct warning_sink *warn;
};

struct output_kind {
	/* Open and lock the target, without changing it. Returns: 0 or -errno with @f. */
	int (*open)(struct output *o, struct fault *f);
	/* Called if the old content of the target is a file in the tree, which is then left out of the new image.
	 * Refuses that unless the file is an image: else it is one of the user's files, and would be overwritten.
	 * NULL: this kind of target cannot be in the tree. Returns: 0; -EEXIST with @f. */
	int (*check_old)(const struct output *o, struct fault *f);
	/* List the files that must be left out of the image if they are in its tree, the old image first if there is
	 * one; @out has room for OUTPUT_FILES_MAX. NULL: there are none. Returns: how many. */
	size_t (*files)(const struct output *o, struct tree_omit *out);
	/* What it writes to by name from here on: the descriptor of a folder, in which files are made and removed, or of a
	 * file; -1: nothing. NULL: that cannot be said, as it has to look at other processes, which confine() takes away. */
	int (*writes_to)(const struct output *o);
	/*
	 * Reserve space for @size bytes.
	 * @ret_fd:     to write the image to, from offset 0 on
	 * @ret_placed: the image is written directly to its place, which must be seekable: write the volume
	 *              descriptors last
	 * Returns: 0 or -errno; @f is set if it says more than the errno.
	 */
	int (*begin)(
		struct output *o, uint64_t size, int *ret_fd, bool *ret_placed, struct fault *f);
	/* The whole image was written to that descriptor: put it in its place, and flush it to stable storage.
	 * Returns: as begin. */
	int (*end)(struct output *o, iso_progress *progress, void *ctx, struct fault *f);
	/* Close the target. If end() did not succeed, undo what was done, as far as possible. */
	void (*close)(struct output *o);
};

/** output_name - the output's name in messages: its path, or "standard output". */
const char *output_name(const struct output *o);

/**
 * output_check_old - does a file of the tree, which is also the target, begin like an ISO 9660 image?
 * @dirfd, @name: the file. @path: its name for the message
 * Returns: 0 if so, or if it cannot be opened; -EEXIST with @f if it is another kind of file.
 */
int output_check_old(int dirfd, const char *name, const char *path, struct fault *f);

/* What kind of target a path, or standard output, is. A path that does not exist is a file that will be created. */
enum output_target { OUTPUT_FILE, OUTPUT_STREAM, OUTPUT_DISK, OUTPUT_OPTICAL };

/**
 * output_target - find out which of these @path is; NULL: standard output
 * A file on standard output is a stream, unless it is seekable and its offset is 0. The target may have been replaced
 * by the time it is opened, so each kind of output refuses a target of another kind.
 */
enum output_target output_target(const char *path);

/* @state is a struct replace, a struct target, a struct stream; the other kinds are in iso/output/output_device.h. */
extern const struct output_kind output_replace, output_in_place, output_stream;

/* A FIFO, a pipe, a character device: written from the first byte to the last. */
struct stream {
	int fd;
};

#endif
