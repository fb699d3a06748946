/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/health_window.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif

#define WINDOW HEALTH_WINDOW_SAMPLES

static unsigned count_most_frequent(const uint8_t *raw, size_t len)
{
	uint16_t count[256] = { 0 };
	unsigned most = 0;
	size_t i;

	for (i = 0; i < len; i++)
		count[raw[i]]++;
	for (i = 0; i < 256; i++)
		most = count[i] > most ? count[i] : most;
	return most;
}

/* 32 samples, compared at a time; on a CPU without such vectors, the compiler makes two operations of one. No function
 * has such a vector as an argument by value or as a result, because the calling convention for it depends on the CPU's
 * features. */
typedef uint8_t bytes32 __attribute__((vector_size(32), aligned(1), may_alias));

#define INLINE static inline __attribute__((always_inline))
#define AT(p)  (*(bytes32 *)(p))

/* Returns: the sum of 32 bytes, each at most 31. This suffices: in a window each lane counts sixteen vectors at
 * most. */
INLINE unsigned sum_bytes(const bytes32 *v)
{
	const uint64_t odd = 0x00ff00ff00ff00ff, ones = 0x0001000100010001;
	uint64_t word[4], bytes;

	memcpy(word, v, sizeof(word));
	bytes = word[0] + word[1] + word[2] + word[3];
	return (unsigned)(((bytes & odd) + (bytes >> 8 & odd)) * ones >> 48);
}

#define ALL (HEALTH_BEFORE + WINDOW)

/* For each sample: the difference from the sample before it, and the XOR with it. */
struct neighbours {
	uint8_t minus[ALL], flips[ALL];
};

static void compare_neighbours(struct neighbours *n, const uint8_t *raw)
{
	size_t i;

	n->minus[0] = n->flips[0] = 0;
	for (i = 1; i + 32 <= ALL; i += 32) {
		AT(n->minus + i) = AT(raw + i) - AT(raw + i - 1);
		AT(n->flips + i) = AT(raw + i) ^ AT(raw + i - 1);
	}
	for (; i < ALL; i++) {
		n->minus[i] = (uint8_t)(raw[i] - raw[i - 1]);
		n->flips[i] = raw[i] ^ raw[i - 1];
	}
}

/* Counts at one lag: samples that are equal to the sample one lag before; samples whose difference from the sample one
 * lag before is the same as that sample's from the sample two lags before; and samples whose difference from (or XOR
 * with) their predecessor is the same as one lag before. */
struct lag_counts {
	unsigned equal, steps, minus, flips;
};

/* Returns the counts of a full window that has HEALTH_BEFORE samples before it. */
INLINE struct lag_counts count_whole(
	const uint8_t *raw, const uint8_t *minus, const uint8_t *flips, size_t lag)
{
	bytes32 equal = { 0 }, steps = { 0 }, by_minus = { 0 }, by_flips = { 0 };
	size_t i;

	for (i = 0; i < WINDOW; i += 32) { /* a comparison gives -1 in each lane that is equal */
		const bytes32 these = AT(raw + i), middle = AT(raw + i - lag);

		equal -= (bytes32)(these == middle);
		steps -= (bytes32)(these - middle == middle - AT(raw + i - 2 * lag));
		by_minus -= (bytes32)(AT(minus + i) == AT(minus + i - lag));
		by_flips -= (bytes32)(AT(flips + i) == AT(flips + i - lag));
	}
	return (struct lag_counts){ sum_bytes(&equal), sum_bytes(&steps), sum_bytes(&by_minus),
		sum_bytes(&by_flips) };
}

/* Returns: how many of @len samples (at most a window) equal the sample @lag before them. */
INLINE unsigned count_equal(const uint8_t *raw, size_t lag, size_t len)
{
	bytes32 lanes = { 0 };
	unsigned count = 0;
	size_t i;

	for (i = 0; i + 32 <= len; i += 32)
		lanes -= (bytes32)(AT(raw + i) == AT(raw + i - lag));
	for (; i < len; i++)
		count += raw[i] == raw[i - lag];
	return count + sum_bytes(&lanes);
}

/* Returns: how many samples repeat a step: their difference from the sample @lag before is the same as that sample's
 * from the sample 2 * @lag before. */
INLINE unsigned count_steps(const uint8_t *raw, size_t lag, size_t len)
{
	bytes32 lanes = { 0 };
	unsigned count = 0;
	size_t i;

	for (i = 0; i + 32 <= len; i += 32) {
		const bytes32 middle = AT(raw + i - lag);

		lanes -= (bytes32)(AT(raw + i) - middle == middle - AT(raw + i - 2 * lag));
	}
	for (; i < len; i++)
		count += (uint8_t)(raw[i] - raw[i - lag]) ==
			(uint8_t)(raw[i - lag] - raw[i - 2 * lag]);
	return count + sum_bytes(&lanes);
}

/* Returns: how many samples at the start of the window have no sample @back before them, because the source began
 * later. */
static size_t skip(const struct health *h, size_t begin, size_t back)
{
	const size_t have = HEALTH_BEFORE - begin;
	const size_t missing = back > have ? back - have : 0;

	return missing < h->filled ? missing : h->filled;
}

/* Returns the counts of a window that is not full, or that has fewer than HEALTH_BEFORE samples before it. */
INLINE struct lag_counts count_part(
	const struct health *h, const struct neighbours *n, size_t lag, size_t begin)
{
	const uint8_t *window = h->sample + HEALTH_BEFORE;
	const uint8_t *minus = n->minus + HEALTH_BEFORE, *flips = n->flips + HEALTH_BEFORE;
	const size_t len = h->filled, equal = skip(h, begin, lag), steps = skip(h, begin, 2 * lag),
		     differ = skip(h, begin, lag + 1);

	return (struct lag_counts){
		count_equal(window + equal, lag, len - equal),
		count_steps(window + steps, lag, len - steps),
		count_equal(minus + differ, lag, len - differ),
		count_equal(flips + differ, lag, len - differ),
	};
}

INLINE void keep(unsigned *max, unsigned *at, unsigned count, size_t lag)
{
	if (count <= *max)
		return;
	*max = count;
	*at = (unsigned)lag;
}

/* Keeps the highest counts of all lags in h->found. @begin: index of the first valid entry in h->sample. */
INLINE void count_lags(struct health *h, const struct neighbours *n, size_t begin)
{
	struct health_figures *f = &h->found;
	const bool whole = begin == 0 && h->filled == WINDOW;
	size_t lag;

	for (lag = 1; lag <= HEALTH_LAGS; lag++) {
		const struct lag_counts c = whole ?
			count_whole(h->sample + HEALTH_BEFORE, n->minus + HEALTH_BEFORE,
				n->flips + HEALTH_BEFORE, lag) :
			count_part(h, n, lag, begin);

		keep(&f->lag_max, &f->lag_at, c.equal, lag);
		keep(&f->step_max, &f->step_at, c.steps, lag);
		keep(&f->frame_max, &f->frame_at, c.minus, lag);
		keep(&f->frame_max, &f->frame_at, c.flips, lag);
	}
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void count_lags_wide(
	struct health *h, const struct neighbours *n, size_t begin)
{
	count_lags(h, n, begin);
}

/* Asks the C library, if it has an interface for that: it has looked up the CPU's features at its start. CPUID is slow
 * in a virtual machine, and the compiler's __builtin_cpu_supports() executes it many times before main(). */
static bool is_wide(void)
{
#ifdef CPU_FEATURE_ACTIVE
	return CPU_FEATURE_ACTIVE(AVX2);
#else
	return __builtin_cpu_supports("avx2");
#endif
}
#else
static void count_lags_wide(struct health *h, const struct neighbours *n, size_t begin)
{
	count_lags(h, n, begin);
}

static bool is_wide(void)
{
	return true;
}
#endif

static void count_lags_narrow(struct health *h, const struct neighbours *n, size_t begin)
{
	count_lags(h, n, begin);
}

void health_count_window(struct health *h)
{
	const size_t before = h->seen - h->filled;
	const size_t begin = before < HEALTH_BEFORE ? HEALTH_BEFORE - before : 0;
	struct neighbours n;
	unsigned most;

	if (h->mode.sampled && !health_is_sampled(before))
		return;
	most = count_most_frequent(h->sample + HEALTH_BEFORE, h->filled);
	if (most > h->found.count_max)
		h->found.count_max = most;
	compare_neighbours(&n, h->sample);
	if (is_wide())
		count_lags_wide(h, &n, begin);
	else
		count_lags_narrow(h, &n, begin);
	explicit_bzero(&n, sizeof(n));
}
