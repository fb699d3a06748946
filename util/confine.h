/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_CONFINE_H
#define UTIL_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * confine - from here on write to no file but these, and run no program
 * @places: descriptors of folders, in which files may be made, written and removed, and of single files; O_PATH will do,
 *          and what is below 0 is passed over
 *
 * By Landlock, for the calling thread and whatever it starts. Besides @places devices may be opened to be written,
 * by their nodes in /dev. Descriptors that are open stay as they are; what may be read, and which sockets may be
 * connected to, is not restricted. It cannot be undone. A thread that was there before, as one that draws from sources,
 * is not concerned. The kernel lets nobody who is confined look into other processes in /proc: so who wants to know
 * who uses a disk must not be.
 * Returns: whether it holds; where the kernel has no Landlock, or does not grant it, nothing has changed.
 */
bool confine(const int *places, size_t count);

/** confine_to_file - likewise with one file, by its path. Returns: false also where that leads to no regular file. */
bool confine_to_file(const char *path);

#endif
