/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_IO_H
#define UTIL_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Whole or nothing: each returns 0 once all of @len has passed, else a negative errno.
 * A file that ends early is -ENODATA. Interrupted calls go on.
 */
int io_pread(int fd, void *buf, size_t len, uint64_t off);
int io_write(int fd, const void *buf, size_t len);
int io_pwrite(int fd, const void *buf, size_t len, uint64_t off);

#endif
