/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_KERNEL_H
#define GUEST_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** kernel_ready - is the kernel's RNG ready? Does not wait. */
bool kernel_ready(void);

/* The kernel's RNG, open for writing. */
struct kernel {
	int fd;
	size_t piece; /* how many bytes it takes at a time; 0: unknown, because /proc is not mounted */
};

/** kernel_open - returns 0 or -errno; the caller calls kernel_close() in the end. */
int kernel_open(struct kernel *k);

/** kernel_close - does nothing if it was not opened and its @fd is negative. */
void kernel_close(struct kernel *k);

/** kernel_mix - mix bytes into the input pool; the kernel counts nothing for them. Returns 0 or -errno. */
int kernel_mix(const struct kernel *k, const void *data, size_t len);

/**
 * kernel_credit - mix a seed into the input pool, credit it with @bits, and have the RNG reseed
 * @seed: secret; the copies made here are wiped
 * @len:  a multiple of 64
 * @bits: at most 8 for each byte; spread over the calls in proportion
 *
 * Each call hands over 64 bytes. A kernel with a pool of 4096 bits (before Linux 5.18) gets 16 bytes at a time, because
 * up to Linux 4.16 a call moves no more than 64 bits from the pool to the generator.
 * Returns: 0, or the -errno of the first call that failed; the bytes before that are credited.
 */
int kernel_credit(const struct kernel *k, const uint8_t *seed, size_t len, unsigned bits);

/**
 * kernel_reseed - have the RNG reseed from what was mixed before
 * Returns: 0; -ENODATA: the RNG is not ready; -EINVAL or -ENOTTY: this kernel does not support the request; -EPERM.
 */
int kernel_reseed(const struct kernel *k);

/** kernel_random - read @len bytes from the RNG; -EAGAIN: it is not ready. Does not wait. */
int kernel_random(void *out, size_t len);

#endif
