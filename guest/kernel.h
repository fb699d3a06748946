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
	/* Number of bytes that one call passes to it; 0: unknown, because /proc is not mounted. */
	size_t piece;
};

/** kernel_open - open the kernel's RNG. Returns: 0 or -errno. The caller calls kernel_close() in the end. */
int kernel_open(struct kernel *k);

/** kernel_close - close it; if it was not opened, @fd is negative, and nothing is done. */
void kernel_close(struct kernel *k);

/** kernel_mix - mix bytes into the input pool; the kernel counts no entropy for them. Returns: 0 or -errno. */
int kernel_mix(const struct kernel *k, const void *data, size_t len);

/**
 * kernel_credit - mix a seed into the input pool, credit it with @bits, and make the RNG reseed
 * @seed: secret; the copies made here are wiped
 * @len:  a multiple of 64
 * @bits: at most 8 for each byte; spread over the calls in proportion
 *
 * Normally each call passes 64 bytes. But if the kernel has a pool of 4096 bits (the RNG from before Linux 5.18), each
 * call passes only 16 bytes. The reason is that up to Linux 4.16, one call moves no more than 64 bits from the pool to
 * the generator; a seed that is credited with 256 bits for 64 bytes has 64 bits in 16 bytes.
 * Returns: 0; or the -errno of the first call that failed: the bytes passed before it are credited.
 */
int kernel_credit(const struct kernel *k, const uint8_t *seed, size_t len, unsigned bits);

/**
 * kernel_reseed - make the RNG reseed from the bytes that were mixed before
 * Returns: 0; -ENODATA: the RNG is not ready; -EINVAL or -ENOTTY: this kernel does not support the request; -EPERM.
 */
int kernel_reseed(const struct kernel *k);

/**
 * kernel_random - read @len bytes from the RNG, without waiting
 * Returns: 0; -EAGAIN: the RNG is not ready; or -errno.
 */
int kernel_random(void *out, size_t len);

#endif
