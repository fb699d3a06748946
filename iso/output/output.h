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
 * The target of an image: a file that is replaced, a file that is written in place, a stream, a disk or a burner. Each
 * kind has a table of functions and a state. All kinds that can do it keep the same order: space is reserved; the
 * contents are written and flushed; then the volume descriptors are written and flushed. After an error, no descriptor
 * is left in the target.
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
	 * Refuses the target unless this file is an image: otherwise a file of the user would be overwritten.
	 * Returns: 0; -EEXIST with @f. If @check_old is NULL, this kind of target cannot be in the tree. */
	int (*check_old)(const struct output *o, struct fault *f);
	/* List the files that must be left out of the image if they are in its tree. If there is an old image, it is
	 * the first. @out has room for OUTPUT_FILES_MAX. Returns: how many. If @files is NULL, there are none. */
	size_t (*files)(const struct output *o, struct tree_omit *out);
	/* Returns: the descriptor of the file to which this output writes by name from now on, or of the folder in
	 * which it makes and removes files; -1: it does not write by name. If @writes_to is NULL, the output must look
	 * at other processes, which confine() would forbid. */
	int (*writes_to)(const struct output *o);
	/*
	 * Reserve space for @size bytes.
	 * @ret_fd:     the descriptor to which the image is written, from offset 0 on
	 * @ret_placed: the image is written directly to its final place, which must be seekable: so the volume
	 *              descriptors must be written last
	 * Returns: 0 or -errno; @f is set if it says more than the errno.
	 */
	int (*begin)(
		struct output *o, uint64_t size, int *ret_fd, bool *ret_placed, struct fault *f);
	/* Called when the whole image was written to that descriptor: put the image in its final place, and flush it to
	 * stable storage. Returns: as begin. */
	int (*end)(struct output *o, iso_progress *progress, void *ctx, struct fault *f);
	/* Close the target. If end() was not called or failed, undo everything, as far as possible. */
	void (*close)(struct output *o);
};

/** output_name - the output's name in messages: its path, or "standard output". */
const char *output_name(const struct output *o);

/**
 * output_check_old - does the target, which is also a file of the tree, begin like an ISO 9660 image?
 * @dirfd, @name: the file
 * @path:         its name for the message
 * Returns: 0 if it does, or if it cannot be opened; -EEXIST with @f if it is another kind of file.
 */
int output_check_old(int dirfd, const char *name, const char *path, struct fault *f);

/* The kind of target that a path, or standard output, is. A path that does not exist is a file, which will be
 * created. */
enum output_target { OUTPUT_FILE, OUTPUT_STREAM, OUTPUT_DISK, OUTPUT_OPTICAL };

/**
 * output_target - find out which of these kinds @path is; NULL: standard output
 * If standard output is a file, it counts as a stream unless it is seekable and its offset is 0. The target may be
 * replaced before it is opened; so each kind of output refuses, when it opens the target, a target of another kind.
 */
enum output_target output_target(const char *path);

/* The @state of these is a struct replace, a struct target or a struct stream. The other kinds are in
 * iso/output/output_device.h. */
extern const struct output_kind output_replace, output_in_place, output_stream;

/* The state for a FIFO, a pipe or a character device, which is written from the first byte to the last. */
struct stream {
	int fd;
	bool inherit; /* leave @fd open for the program that is executed next: its reader sees no end before */
};

#endif
