/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests only: the CPU sources on Arm, without libraries that a cross compiler lacks. It prints which instructions are
 * offered, what they delivered, and what happens if an instruction has nothing to give for a while.
 */
#include "seed/source/cpu.c"
#include "seed/source/machine.h"

#include <stdio.h>

#define WORDS 512

static bool (*real_step)(uint64_t *);
static unsigned refuse, refusals;

/* Refuses a number of times, leaving a word that must not be used, and then does what the CPU does. */
static bool reluctant(uint64_t *word)
{
	if (refusals < refuse) {
		refusals++;
		*word = 0xbad0bad0bad0bad0;
		return false;
	}
	refusals = 0;
	return real_step(word);
}

static size_t reluctant_many(uint8_t *raw, size_t words)
{
	uint64_t word;
	size_t i;

	for (i = 0; i < words && reluctant(&word); i++)
		memcpy(raw + i * sizeof(word), &word, sizeof(word));
	return i;
}

/* How many of the words are equal to another one, or did not come from the CPU. */
static unsigned bad_words(const uint64_t *words)
{
	unsigned bad = 0, i, j;

	for (i = 0; i < WORDS; i++) {
		bad += words[i] == 0 || words[i] == 0xbad0bad0bad0bad0;
		for (j = 0; j < i; j++)
			bad += words[i] == words[j];
	}
	return bad;
}

static void say_fill(const struct source *src, const char *how)
{
	static uint64_t words[WORDS];
	struct source_handle h = { .fd = -1 };
	int r = src->fill(&h, (uint8_t *)words, sizeof(words));

	printf("%s %s: %d, %u bad, %u retries\n", src->name, how, r, r < 0 ? 0 : bad_words(words),
		(unsigned)h.retries);
}

static void say(const struct source *src, bool (*step)(uint64_t *), unsigned tries)
{
	struct cpu_ops ops = cpu_default;
	const struct source_spec unstated = { .src = src };
	struct source_handle h;

	printf("%s %s: %s, %u bits per %u\n", src->name, src->alias,
		src->open(&unstated, &h) == 0 ? "present" : "absent", src->assessed_bits,
		src->per_bytes);
	if (src->open(&unstated, &h) < 0)
		return;
	say_fill(src, "as it is");
	ops.seed_step = ops.rand_step = reluctant;
	ops.rand_many = reluctant_many;
	cpu = &ops;
	real_step = step;
	refuse = tries - 1;
	refusals = 0;
	say_fill(src, "reluctant");
	refuse = tries;
	refusals = 0;
	say_fill(src, "refusing");
	cpu = &cpu_default;
}

/* The result must not depend on the machine that runs QEMU. */
static bool no(void)
{
	return false;
}

int main(void)
{
	is_emulated = no;
	say(&source_rdseed, seed_step, RDSEED_TRIES);
	say(&source_rdrand, rand_step, RDRAND_TRIES);
	printf("machine: %s, its CPU %s emulated\n", machine_is_virtual() ? "virtual" : "physical",
		machine_is_emulated() ? "may be" : "is not");
	return 0;
}
