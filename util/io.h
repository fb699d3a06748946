/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_IO_H
#define UTIL_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Each function reads or writes exactly @len bytes. It returns 0 when all of them are done, else a negative errno:
 * -ENODATA if a file ends before that. A system call that a signal interrupts is made again.
 */
int io_pread(int fd, void *buf, size_t len, uint64_t off);
int io_write(int fd, const void *buf, size_t len);
int io_pwrite(int fd, const void *buf, size_t len, uint64_t off);

#endif
