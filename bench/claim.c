/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a seed of 256 bits from RDRAND costs, beside the bare instruction over the same bytes: twice 48 KiB,
 * as one more block is drawn to mix from. In turn, so that a change of the machine's speed meets both.
 * Prints medians in microseconds, of the steps for one block too, and the ratio of the whole seed to the
 * bare loop, pair by pair.
 *
 * usage: claim [ROUNDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "seed/condition.h"
#include "seed/draw.h"
#include "seed/health.h"
#include "seed/source.h"
#include "util/secret.h"

#define CLAIM_BYTES (3 * 16384)
#define CHUNK       16384
#define ROUNDS_MAX  10000

enum part { BARE, READ, TESTS, WINDOWS, HASH, WHOLE, PARTS };

static const char *const names[] = { "bare_us", "read_us", "tests_us", "windows_us", "hash_us",
	"whole_us" };

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

#if defined(__x86_64__)
#include <immintrin.h>

/* Nothing but the instruction and a place for its words. */
__attribute__((target("rdrnd"))) static void bare(uint8_t *raw)
{
	unsigned long long *word = (unsigned long long *)raw;
	size_t i;

	for (i = 0; i < CLAIM_BYTES / sizeof(*word); i++)
		while (!_rdrand64_step(word + i))
			;
}
#else
static void bare(uint8_t *raw)
{
	(void)raw;
	fputs("claim: RDRAND is x86's\n", stderr);
	exit(1);
}
#endif

struct claim_work {
	struct source_handle handle;
	uint8_t *raw;
	struct condition *condition;
	double us[PARTS];
};

/* Each step by itself, chunk by chunk, as seed/gather.c does them. */
static void steps(struct claim_work *w, struct windows *windows)
{
	uint8_t digest[CONDITION_SIZE];
	struct health health;
	double at[5];
	int i, j, r = 0;

	health_init(&health, true);
	condition_begin(w->condition, "rdrand", 0, CLAIM_BYTES);
	for (i = 0; i < CLAIM_BYTES / CHUNK; i++) {
		at[0] = now_us();
		r |= source_rdrand.fill(&w->handle, w->raw, CHUNK);
		at[1] = now_us();
		r |= (int)health_update(&health, w->raw, CHUNK);
		at[2] = now_us();
		r |= windows_add(windows, w->raw, CHUNK);
		at[3] = now_us();
		condition_add(w->condition, w->raw, CHUNK);
		at[4] = now_us();
		for (j = 0; j < 4; j++)
			w->us[READ + j] += at[j + 1] - at[j];
	}
	condition_end(w->condition, digest);
	if (r != 0) {
		fputs("claim: RDRAND failed\n", stderr);
		exit(1);
	}
}

static void all_steps(struct claim_work *w)
{
	const uint64_t key[2] = { 1, 2 };
	struct windows windows;

	windows_init(&windows, key);
	if (windows_reserve(&windows, CLAIM_BYTES) < 0)
		exit(1);
	steps(w, &windows);
	windows_clear(&windows);
}

/* All there is to a seed: memory, threads, a block to mix from, the kernel's generator, the output. */
static void whole(const struct source_list *sources)
{
	struct seed s;

	if (seed_draw(&s, sources, 256) < 0 || s.claim.hardware_bits != 256) {
		fputs("claim: RDRAND failed\n", stderr);
		exit(1);
	}
	seed_clear(&s);
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), ascending);
	return values[count / 2];
}

int main(int argc, char **argv)
{
	static double figure[PARTS + 1][ROUNDS_MAX];
	const size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	const struct source_spec spec = { .src = &source_rdrand };
	struct source_list sources;
	struct claim_work w = { 0 };
	size_t i, part;

	if (rounds < 1 || rounds > ROUNDS_MAX || secret_setup() < 0 ||
		source_parse("rdrand", &sources, NULL) < 0 ||
		source_open(&spec, &w.handle, 0) < 0) {
		fputs("claim: ROUNDS is 1 to 10000, and RDRAND must be there\n", stderr);
		return 1;
	}
	w.raw = secret_new(CLAIM_BYTES);
	w.condition = secret_new(sizeof(*w.condition));
	if (!w.raw || !w.condition)
		return 1;
	for (i = 0; i < rounds; i++) {
		double began = now_us();

		bare(w.raw);
		bare(w.raw);
		for (part = 0; part < PARTS; part++)
			w.us[part] = 0;
		w.us[BARE] = now_us() - began;
		all_steps(&w);
		began = now_us();
		whole(&sources);
		w.us[WHOLE] = now_us() - began;
		for (part = 0; part < PARTS; part++)
			figure[part][i] = w.us[part];
		figure[PARTS][i] = w.us[WHOLE] / w.us[BARE];
	}
	for (part = 0; part < PARTS; part++)
		printf("%s %.1f\n", names[part], median(figure[part], rounds));
	printf("ratio %.3f\n", median(figure[PARTS], rounds));
	secret_free(w.condition);
	secret_free(w.raw);
	return 0;
}
