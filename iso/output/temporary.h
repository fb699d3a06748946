/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_TEMPORARY_H
#define ISO_OUTPUT_TEMPORARY_H

/* The file that gets the new content, until it has its final name. Only iso/output/replace.c uses this. */

#include "iso/output/replace.h"

/**
 * temporary_open - create the file: without a name, or under the name @r->temp if the file system has no such files
 * @r: @place and @path are read; @fd, @temp, @anonymous and @owned are set
 *
 * The file is locked, empty, and has mode 0600. What exists under the temporary name is removed, unless it is locked.
 * Returns: 0 or -errno with @f; -EBUSY if another process is writing to the file under the temporary name.
 */
int temporary_open(struct replace *r, struct fault *f);

/** temporary_link_as - give the name @name to the file that has no name. Returns: 0 or -errno. */
int temporary_link_as(const struct replace *r, const char *name);

/**
 * temporary_link - give the temporary name to the file that has no name
 * Until the rename a signal handler removes the file, because @r->owned is set. Returns: 0 or -errno with @f.
 */
int temporary_link(struct replace *r, struct fault *f);

/**
 * temporary_check - does the temporary name still lead to our file?
 * On a file system without locks, another run may have taken it for a leftover, and removed it. Returns: 0; -EBUSY with
 * @f.
 */
int temporary_check(struct replace *r, struct fault *f);

/** temporary_remove - remove the file, if it has the temporary name. */
void temporary_remove(struct replace *r);

#endif
