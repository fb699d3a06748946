/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_IO_H
#define UTIL_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Read or write exactly @len bytes: each function returns 0 after all of them, or else a negative errno.
 * If a file ends early, that is -ENODATA. Calls that a signal interrupts are continued.
 */
int io_pread(int fd, void *buf, size_t len, uint64_t off);
int io_write(int fd, const void *buf, size_t len);
int io_pwrite(int fd, const void *buf, size_t len, uint64_t off);

#endif
