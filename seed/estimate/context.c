/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two predictors that count which symbols followed each context (the symbols just before it): MultiMMC and LZ78Y. */
#include "seed/estimate/estimate.h"
#include "seed/estimate/memory.h"
#include "seed/estimate/view.h"

#define MMC_PAIRS     100000 /* pairs of context and symbol that are remembered for each depth */
#define LZ78Y_STRINGS 65536  /* contexts that are remembered for all depths together */

/* --- MultiMMC: one model for each depth; the model that was right most often makes the prediction --- */

struct mmc {
	struct memory memory;
	struct score score;
	uint32_t points[CONTEXT_MAX + 1], pairs[CONTEXT_MAX + 1];
	unsigned winner;
};

static int mmc_learn(struct mmc *m, context c, unsigned depth, uint8_t symbol)
{
	if (memory_times(&m->memory, c, depth, symbol) == 0) {
		if (m->pairs[depth] == MMC_PAIRS)
			return 0;
		m->pairs[depth]++;
	}
	return memory_learn(&m->memory, c, depth, symbol);
}

static int mmc_step(struct mmc *m, context past, unsigned depths, uint8_t symbol)
{
	const unsigned asked = m->winner;
	bool known = true, right = false;
	unsigned depth;
	int r = 0;

	for (depth = 1; depth <= depths && r == 0; depth++) {
		const context c = memory_last(&m->memory, past, depth);
		uint8_t best;

		/* A longer context ends with this context. So, if this one is new, all longer ones are new too. */
		known = known && memory_guess(&m->memory, c, depth, &best) > 0;
		if (known && best == symbol) {
			right |= depth == asked;
			if (++m->points[depth] >= m->points[m->winner])
				m->winner = depth;
		}
		r = mmc_learn(m, c, depth, symbol);
	}
	score_add(&m->score, right);
	return r;
}

int estimate_mmc(const struct view *v, double *ret)
{
	struct mmc m = { .winner = 1 };
	context past = 0;
	size_t i;
	int r = memory_init(&m.memory, v->k);

	for (i = 0; i < v->len && r == 0; i++) {
		if (i > 0)
			r = mmc_step(
				&m, past, i < CONTEXT_MAX ? (unsigned)i : CONTEXT_MAX, v->s[i]);
		if (i == 1)
			m.score = (struct score){
				0
			}; /* the first prediction does not count, because no context was known */
		past = memory_push(&m.memory, past, v->s[i]);
	}
	memory_clear(&m.memory);
	if (r == 0)
		*ret = v->len > 3 ? score_entropy(&m.score, v->k) : ESTIMATE_NONE;
	return r;
}

/* --- LZ78Y: one dictionary; the known context whose best symbol has the highest count makes the prediction --- */

struct lz78y {
	struct memory memory;
	struct score score;
	uint32_t strings;
};

static int lz78y_step(struct lz78y *z, context past, uint8_t symbol)
{
	uint32_t most = 0;
	bool right = false;
	unsigned depth;
	int r = 0;

	for (depth = CONTEXT_MAX; depth > 0 && r == 0; depth--) {
		const context c = memory_last(&z->memory, past, depth);
		uint8_t best;
		const uint32_t count = memory_guess(&z->memory, c, depth, &best);

		if (count > most) {
			most = count;
			right = best == symbol;
		}
		/* A symbol can always be added to a known context; a new context only while the dictionary has room. */
		if (count == 0 && z->strings == LZ78Y_STRINGS)
			continue;
		z->strings += count == 0;
		r = memory_learn(&z->memory, c, depth, symbol);
	}
	score_add(&z->score, right);
	return r;
}

int estimate_lz78y(const struct view *v, double *ret)
{
	struct lz78y z = { .strings = 0 };
	context past = 0;
	size_t i;
	int r = memory_init(&z.memory, v->k);

	for (i = 0; i < v->len && r == 0; i++) {
		if (i >= CONTEXT_MAX)
			r = lz78y_step(&z, past, v->s[i]);
		if (i == CONTEXT_MAX)
			z.score = (struct score){ 0 };
		past = memory_push(&z.memory, past, v->s[i]);
	}
	memory_clear(&z.memory);
	if (r == 0)
		*ret = v->len > CONTEXT_MAX + 3 ? score_entropy(&z.score, v->k) : ESTIMATE_NONE;
	return r;
}
