/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_AHEAD_H
#define ISO_AHEAD_H

#include "iso/tree.h"
#include "util/beside.h"

/*
 * Reads the small files of a large tree in a second thread, while libisofs lays out the image. Nobody waits for it: a file
 * that it has not read when its turn comes is read by the writer, and that ends the thread's work. As before, each file is
 * read after the walk examined it and before iso_layout_write() checks that it has not changed.
 */
struct ahead {
	bool secret; /* contents go into memory from util/secret.h; set by the caller */
	struct tree_node *const *file;
	size_t files;
	uint8_t *bytes; /* @room bytes, or NULL */
	size_t room;
	_Atomic size_t done; /* the first so many files were read, or need not be read here */
	atomic_bool stop;
	bool running;
	struct beside thread;
};

/**
 * ahead_begin - start to read, if there are many files; otherwise nothing is done
 * @file: @files files in the order of their contents; the caller keeps the array, and the nodes, until ahead_end()
 */
void ahead_begin(struct ahead *a, struct tree_node *const *file, size_t files);

/**
 * ahead_take - the content of file number @i, if it has been read
 * @at: 0 in the first call; the caller asks for each file, in their order, with the same @at
 * Returns: as many bytes as the node's size says, valid until ahead_end(); NULL: the caller reads the file.
 */
const uint8_t *ahead_take(struct ahead *a, size_t i, size_t *at);

/** ahead_end - end the thread, and wipe and free the contents; for zeroed storage too, and twice. */
void ahead_end(struct ahead *a);

#endif
