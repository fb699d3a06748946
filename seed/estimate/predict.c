/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two predictors that look back over a limited distance: one predicts the most common symbol of a window, one the
 * symbol a certain lag before. */
#include "seed/estimate/estimate.h"
#include "seed/estimate/view.h"

#include <string.h>

#define WINDOWS 4
#define LAGS    128

static const size_t window_len[WINDOWS] = { 63, 255, 1023, 4095 };

/* The last @len symbols. @best is the most common one of them; if several are equally common, the one seen last. */
struct window {
	size_t len, points;
	uint32_t count[256];
	size_t last[256]; /* the last place of each symbol */
	uint8_t best;
};

static void find_best(struct window *w, unsigned k)
{
	unsigned c;

	for (c = 0; c < k; c++)
		if (w->count[c] > w->count[w->best] ||
			(w->count[c] == w->count[w->best] && w->last[c] > w->last[w->best]))
			w->best = (uint8_t)c;
}

static void slide(struct window *w, const struct view *v, size_t i)
{
	const uint8_t in = v->s[i], out = i >= w->len ? v->s[i - w->len] : in;

	w->count[in]++;
	w->last[in] = i;
	if (i >= w->len)
		w->count[out]--;
	if (out == w->best && out != in)
		find_best(w, v->k);
	else if (w->count[in] >= w->count[w->best])
		w->best = in;
}

double estimate_mcw(const struct view *v)
{
	struct window window[WINDOWS];
	struct score score = { 0 };
	size_t winner = 0, i, j;

	if (v->len <= window_len[WINDOWS - 1])
		return ESTIMATE_NONE;
	memset(window, 0, sizeof(window));
	for (j = 0; j < WINDOWS; j++)
		window[j].len = window_len[j];
	for (i = 0; i < v->len; i++) {
		if (i >= window_len[0])
			score_add(&score, window[winner].best == v->s[i]);
		for (j = 0; j < WINDOWS; j++) {
			struct window *w = window + j;

			if (i >= w->len && w->best == v->s[i] &&
				++w->points >= window[winner].points)
				winner = j;
			slide(w, v, i);
		}
	}
	return score_entropy(&score, v->k);
}

/* Called for one symbol: gives a point to each lag at which the same symbol occurred. Returns: the lag with the most
 * points; if several have as many, the one whose last point is the newest; if that is equal too, the largest lag. */
static size_t add_points(uint32_t points[LAGS], const uint8_t *here, size_t lags, size_t winner)
{
	uint32_t most = points[winner];
	size_t lag;

	for (lag = 0; lag < lags; lag++) {
		const bool hit = here[-1 - (ptrdiff_t)lag] == *here;

		/* The CPU cannot predict a hit, but it can predict that the winner stays. So there is one condition for
		 * both. */
		points[lag] += hit;
		if (hit & (points[lag] >= most)) {
			most = points[lag];
			winner = lag;
		}
	}
	return winner;
}

double estimate_lag(const struct view *v)
{
	uint32_t points[LAGS] = { 0 };
	struct score score = { 0 };
	size_t winner = 0, i;

	if (v->len < 3)
		return ESTIMATE_NONE;
	for (i = 1; i < v->len; i++) {
		score_add(&score, v->s[i - 1 - winner] == v->s[i]);
		winner = add_points(points, v->s + i, i < LAGS ? i : LAGS, winner);
	}
	return score_entropy(&score, v->k);
}
