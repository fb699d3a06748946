/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_CPU_H
#define SEED_SOURCE_CPU_H

#include <stdbool.h>
#include <stdint.h>

/**
 * cpu_words - words of the CPU's generator, RDRAND or RNDR, to tell two copies of one machine apart
 * No test and no claim: who wants bits that count draws from the source.
 * The first call of a process must have returned before a second thread calls this or opens a source.
 * Returns: true; false, and @out is all zeros, where the CPU or the kernel offers none, or it gave none in ten tries.
 */
bool cpu_words(uint64_t *out, unsigned count);

#endif
