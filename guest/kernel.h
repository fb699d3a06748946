/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_KERNEL_H
#define GUEST_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** kernel_ready - has the kernel's generator been seeded? Asks without waiting. */
bool kernel_ready(void);

/* The way in. */
struct kernel {
	int fd;
	size_t piece; /* how much it takes at a time; 0: it cannot be told, as /proc is not there */
};

/** kernel_open - 0 or -errno; kernel_close() in the end. */
int kernel_open(struct kernel *k);

/** kernel_close - that one has not been opened, its @fd negative, is fine. */
void kernel_close(struct kernel *k);

/** kernel_mix - into the input pool, worth nothing by itself. 0 or -errno. */
int kernel_mix(const struct kernel *k, const void *data, size_t len);

/**
 * kernel_credit - into the input pool, worth @bits, then let the generator take it up
 * @seed: secret; the copies made here are wiped
 * @len:  a multiple of 64
 * @bits: at most 8 for each byte; spread over the calls in proportion
 *
 * In calls of 64 bytes. A pool of 4096 bits (before Linux 5.18) takes in a quarter of that at a
 * time, for up to 4.16 each call moves no more than 64 bits on to the generator.
 * Returns: 0, or the -errno of the first call that failed; what went before is credited.
 */
int kernel_credit(const struct kernel *k, const uint8_t *seed, size_t len, unsigned bits);

/**
 * kernel_reseed - let the generator take up what was mixed before
 * Returns: 0; -ENODATA: it is not ready; -EINVAL or -ENOTTY: a kernel that cannot be asked; -EPERM.
 */
int kernel_reseed(const struct kernel *k);

/** kernel_random - @len bytes of a generator that is ready; -EAGAIN: it is not, and nobody waits. */
int kernel_random(void *out, size_t len);

#endif
