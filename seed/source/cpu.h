/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_CPU_H
#define SEED_SOURCE_CPU_H

#include <stdbool.h>
#include <stdint.h>

/**
 * cpu_words - get @count words of the CPU's generator (RDRAND, RNDR), which make two copies of one machine differ
 * The words are neither tested nor assessed: to obtain assessed bits, draw from the source.
 * Until the first call of the process has returned, no other thread may call this or open a source.
 * Returns: true; false if the CPU or the kernel offers no generator, or if ten tries failed: @out is then all zeros.
 */
bool cpu_words(uint64_t *out, unsigned count);

#endif
