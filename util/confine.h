/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_CONFINE_H
#define UTIL_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * confine - with Landlock, forbid the calling thread to write to files other than @places, and to run programs
 * @places: descriptors of folders, in which files may be made, written and removed, and of single files; descriptors
 *          that are opened with O_PATH are enough, and negative ones are skipped
 *
 * The threads and processes that the calling thread starts later are confined too. A thread that exists already, such
 * as one that draws from sources, is not. Devices may still be opened for writing through their nodes in /dev.
 * Descriptors that are already open keep their rights. Reading, and connecting to sockets, is not restricted. It cannot
 * be undone.
 *
 * The kernel does not let a confined process look into other processes in /proc. So a process that must find out who
 * uses a disk must not be confined.
 * Returns: true if the thread is confined; false if the kernel has no Landlock or refuses it: nothing has changed.
 */
bool confine(const int *places, size_t count);

/** confine_to_file - the same with one file, named by its path. Returns: false also if @path is not a regular file. */
bool confine_to_file(const char *path);

#endif
