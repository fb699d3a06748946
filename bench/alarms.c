/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures how often the health tests fail good bytes: samples from ChaCha20 with exactly H bits of entropy each, so
 * that all 2^H values are equally likely. Prints a line for each whole H: for each test its failures, the highest
 * figure that it found, and its cutoff; and a bound for the failures of the repetition count test, which good bytes
 * exceed with a probability of at most 0.0001. Exits with 1 if they exceed the bound, or if any other test fails once.
 *
 * usage: alarms [BYTES [H]]   (default: 1e9 bytes for each H; some 30 minutes for all)
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "seed/health.h"
#include "seed/replay.h"

#define CHUNK    65536
#define REMEMBER (1u << 16)

struct state {
	struct health health;
	struct replay replay;
	struct windows windows;
	uint8_t raw[CHUNK];
	unsigned failures[HEALTH_REPLAY + 1];
	unsigned highest[HEALTH_FRAME + 1];
};

static void make_bytes(uint8_t *raw, unsigned bits, uint64_t chunk)
{
	uint8_t seed[randombytes_SEEDBYTES] = { 0 };
	size_t i;

	memcpy(seed, &chunk, sizeof(chunk));
	seed[31] = (uint8_t)bits;
	randombytes_buf_deterministic(raw, CHUNK, seed);
	for (i = 0; i < CHUNK; i++)
		raw[i] &= (uint8_t)((1u << bits) - 1);
}

static void keep_highest(struct state *s)
{
	enum health_test t;

	for (t = HEALTH_RCT; t <= HEALTH_FRAME; t++)
		if (health_figure(&s->health.found, t) > s->highest[t])
			s->highest[t] = health_figure(&s->health.found, t);
}

static void test_chunk(struct state *s)
{
	const struct replay_mode mode = { .source = 0 };
	unsigned source;
	size_t at = 0;

	while (at < CHUNK) {
		const size_t before = s->health.found.samples;
		const enum health_test failed = health_update(&s->health, s->raw + at, CHUNK - at);

		at += s->health.found.samples - before;
		keep_highest(s);
		if (failed != HEALTH_PASS) {
			s->failures[failed]++;
			health_resume(&s->health);
		}
	}
	windows_age(&s->windows, REMEMBER);
	if (replay_update(&s->replay, &s->windows, &mode, s->raw, CHUNK, &source) != 0)
		s->failures[HEALTH_REPLAY]++;
}

/* The smallest count that a Poisson variable with this mean exceeds with a probability of at most 0.0001. */
static unsigned poisson_bound(double mean)
{
	double term = exp(-mean), sum = term;
	unsigned n = 0;

	while (1 - sum > 1e-4) {
		n++;
		term *= mean / n;
		sum += term;
	}
	return n;
}

/* How many runs of @cutoff equal samples are expected. A run begins at a sample that differs from the one before. */
static double runs_expected(double samples, unsigned bits, unsigned cutoff)
{
	return samples * (1 - exp2(-(double)bits)) * exp2(-(double)bits * (cutoff - 1));
}

static bool run(struct state *s, unsigned bits, uint64_t bytes)
{
	const struct health_mode mode = { .mbit = 1000 * bits };
	const uint8_t seed[WINDOWS_SEED] = { 7 };
	unsigned bound, others = 0;
	enum health_test t;
	uint64_t chunk;

	memset(s, 0, sizeof(*s));
	health_init(&s->health, &mode);
	windows_init(&s->windows, seed);
	(void)windows_lengthen(&s->windows, s->health.found.cutoff.replay);
	for (chunk = 0; chunk * CHUNK < bytes; chunk++) {
		make_bytes(s->raw, bits, chunk);
		test_chunk(s);
	}
	bound = poisson_bound(
		runs_expected((double)chunk * CHUNK, bits, s->health.found.cutoff.rct));
	printf("%u bits, %.3g bytes:", bits, (double)chunk * CHUNK);
	for (t = HEALTH_RCT; t <= HEALTH_FRAME; t++)
		printf(" %s %u (%u of %u)", health_name(t), s->failures[t], s->highest[t],
			health_cutoff(&s->health.found, t));
	printf(" replay %u; bound of runs %u\n", s->failures[HEALTH_REPLAY], bound);
	fflush(stdout);
	for (t = HEALTH_APT; t <= HEALTH_REPLAY; t++)
		others += s->failures[t];
	windows_clear(&s->windows);
	return s->failures[HEALTH_RCT] <= bound && others == 0;
}

int main(int argc, char **argv)
{
	const double bytes = argc > 1 ? atof(argv[1]) : 1e9;
	const unsigned only = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
	static struct state s;
	bool ok = true;
	unsigned bits;

	if (sodium_init() < 0 || bytes < 1 || only > 8) {
		fputs("usage: alarms [BYTES [H]]\n", stderr);
		return 2;
	}
	for (bits = 1; bits <= 8; bits++)
		if (only == 0 || only == bits)
			ok = run(&s, bits, (uint64_t)bytes) && ok;
	return ok ? 0 : 1;
}
