/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures what a claim of 256 bits from RDRAND costs: 48 KiB are read, tested and conditioned as seed/gather.c does
 * it, with a thread that reads and tests ahead. For comparison it measures the bare instruction over the same 48 KiB.
 * It also measures a whole seed, which in addition needs 1 KiB for the block to mix from, memory, a thread and the
 * kernel's part. All are measured in turn, so that a change of the machine's speed affects all of them. Prints the
 * medians in microseconds, also of each step alone, and the medians of the ratios to the bare loop of the same round.
 *
 * usage: claim [ROUNDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "seed/condition.h"
#include "seed/draw.h"
#include "seed/health.h"
#include "seed/replay.h"
#include "seed/source/source.h"
#include "util/secret.h"

#define CLAIM_BYTES (3 * 16384)
#define CHUNK       16384
#define ROUNDS_MAX  10000

enum part { BARE, READ, TESTS, WINDOWS, HASH, CLAIM, SEED, PARTS };

static const char *const names[] = { "bare_us", "read_us", "tests_us", "windows_us", "hash_us",
	"claim_us", "seed_us" };

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

#if defined(__x86_64__)
#include <immintrin.h>

/* Executes the instruction and stores its words, and does nothing else. */
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

/* The modes in which seed/gather.c tests RDRAND. */
static const struct health_mode mode = { .mbit = 4000, .words = true, .sampled = true };
static const struct replay_mode replay_mode = { .source = 0, .abundant = true };

struct claim_work {
	struct source_handle handle;
	struct health health;
	struct replay replay;
	uint8_t *raw;
	struct pump pump;
	struct condition *condition;
	double us[PARTS];
};

/* Measures each step alone, chunk by chunk, in the order of seed/gather.c. */
static void steps(struct claim_work *w, struct windows *windows)
{
	uint8_t digest[CONDITION_SIZE];
	unsigned source;
	double at[5];
	int i, j, r = 0;

	condition_begin(w->condition, "rdrand", 0, CLAIM_BYTES);
	for (i = 0; i < CLAIM_BYTES / CHUNK; i++) {
		at[0] = now_us();
		r |= source_rdrand.fill(&w->handle, w->raw, CHUNK);
		at[1] = now_us();
		r |= (int)health_update(&w->health, w->raw, CHUNK);
		at[2] = now_us();
		r |= replay_update(&w->replay, windows, &replay_mode, w->raw, CHUNK, &source);
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

static void with_windows(
	struct claim_work *w, void (*run)(struct claim_work *, struct windows *), double *us)
{
	const uint8_t seed[WINDOWS_SEED] = { 1 };
	const size_t room = windows_room(CLAIM_BYTES, HEALTH_REPLAY_BITS * 1000 / mode.mbit);
	struct window_slot *slot = secret_new(room * sizeof(*slot));
	static struct windows windows;
	double began;

	if (!slot)
		exit(1);
	health_init(&w->health, &mode);
	w->replay = (struct replay){ 0 };
	windows_init(&windows, seed);
	windows_lend(&windows, true, slot, room);
	(void)windows_lengthen(&windows, w->health.found.cutoff.replay);
	began = now_us();
	run(w, &windows);
	*us = now_us() - began;
	windows_clear(&windows);
	secret_free(slot);
}

/* Does all steps together, with the thread that reads and tests ahead. */
static void claim(struct claim_work *w, struct windows *windows)
{
	uint8_t digest[CONDITION_SIZE];
	const uint8_t *raw = NULL;
	struct health_figures found;
	unsigned source;
	int i, r = 0;

	condition_begin(w->condition, "rdrand", 0, CLAIM_BYTES);
	pump_begin(&w->pump, &source_rdrand, &w->handle, &w->health, CLAIM_BYTES);
	for (i = 0; i < CLAIM_BYTES / PUMP_CHUNK; i++) {
		r |= pump_take(&w->pump, &raw, &found);
		r |= (int)found.failed;
		r |= replay_update(&w->replay, windows, &replay_mode, raw, PUMP_CHUNK, &source);
		condition_add(w->condition, raw, PUMP_CHUNK);
	}
	pump_end(&w->pump);
	condition_end(w->condition, digest);
	if (r != 0) {
		fputs("claim: RDRAND failed\n", stderr);
		exit(1);
	}
}

static void *help(void *pump)
{
	pump_help(pump);
	return NULL;
}

/* Draws a whole seed, with its memory, its threads, a block to mix from, the kernel's generator and the output. */
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

static void measure(struct claim_work *w, const struct source_list *sources)
{
	double began = now_us(), ignored;
	size_t part;

	for (part = 0; part < PARTS; part++)
		w->us[part] = 0;
	bare(w->raw);
	w->us[BARE] = now_us() - began;
	with_windows(w, steps, &ignored);
	with_windows(w, claim, &w->us[CLAIM]);
	began = now_us();
	whole(sources);
	w->us[SEED] = now_us() - began;
}

int main(int argc, char **argv)
{
	static double figure[PARTS][ROUNDS_MAX], ratio[2][ROUNDS_MAX];
	const size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	const struct source_spec spec = { .src = &source_rdrand };
	struct source_list sources;
	struct claim_work w = { 0 };
	pthread_t helper;
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
	pump_init(&w.pump, w.raw);
	if (pthread_create(&helper, NULL, help, &w.pump) != 0)
		return 1;
	for (i = 0; i < rounds; i++) {
		measure(&w, &sources);
		for (part = 0; part < PARTS; part++)
			figure[part][i] = w.us[part];
		ratio[0][i] = w.us[CLAIM] / w.us[BARE];
		ratio[1][i] = w.us[SEED] / w.us[BARE];
	}
	pump_close(&w.pump);
	pthread_join(helper, NULL);
	for (part = 0; part < PARTS; part++)
		printf("%s %.1f\n", names[part], median(figure[part], rounds));
	printf("claim_ratio %.3f\n", median(ratio[0], rounds));
	printf("seed_ratio %.3f\n", median(ratio[1], rounds));
	secret_free(w.condition);
	secret_free(w.raw);
	return 0;
}
