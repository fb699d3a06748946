/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_AHEAD_H
#define ISO_AHEAD_H

#include "iso/tree.h"
#include "util/beside.h"

/*
 * Reads the small files of a large tree in a second thread, while libisofs lays out the image. The writer never waits
 * for this thread: if the thread has not read a file yet when the writer needs it, the writer reads the file itself,
 * and the thread stops. As without this thread, each file is read after the walk has examined it, and before
 * iso_layout_write() checks that it has not changed.
 */
struct ahead {
	bool secret; /* contents go into memory from util/secret.h; set by the caller */
	struct tree_node *const *file;
	size_t files;
	uint8_t *bytes; /* @room bytes, or NULL */
	size_t room;
	/* Number of files, from the first on, that were read or need not be read here. */
	_Atomic size_t done;
	atomic_bool stop;
	bool running;
	struct beside thread;
};

/**
 * ahead_begin - start to read, if there are many files; otherwise do nothing
 * @file: @files files in the order of their contents; the caller keeps the array, and the nodes, until ahead_end()
 */
void ahead_begin(struct ahead *a, struct tree_node *const *file, size_t files);

/**
 * ahead_take - get the content of file number @i, if it has been read
 * @at: 0 at the first call; the caller asks for all files, in their order, and passes the same @at each time
 * Returns: the content, of the node's size, valid until ahead_end(); NULL: the caller must read the file itself. If that
 * is so because the thread is behind, it is so for all later files, too.
 */
const uint8_t *ahead_take(struct ahead *a, size_t i, size_t *at);

/** ahead_end - end the thread, and wipe and free the contents. Accepts zeroed storage, and may be called twice. */
void ahead_end(struct ahead *a);

#endif
