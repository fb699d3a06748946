/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The t-tuple and longest repeated substring (LRS) estimators, both from one suffix array. */
#include "seed/estimate/estimate.h"
#include "seed/estimate/view.h"

#include <divsufsort.h>
#include <errno.h>
#include <math.h>

#define TUPLE_MIN 35 /* a tuple is frequent if it occurs at least this often: 6.3.5, step 1 */

/* Two figures for each length of a string, up to the longest string that occurs twice. */
struct tuples {
	size_t longest;
	uint32_t *most; /* how often the most frequent string of that length occurs */
	uint64_t *
		pairs; /* pairs of places with equal strings; until sum(), the difference to the length below */
};

/* An interval of the suffix array whose end is not known yet: all suffixes from index @left on begin with the same
 * @depth symbols. */
struct interval {
	int32_t depth, left;
};

/*
 * Replaces each entry of the suffix array @sa, which is a suffix, by the length of the prefix that this suffix shares
 * with the suffix sorted before it. One pass in the order of the text is enough: from a suffix to the suffix that
 * begins one symbol later, this length falls by at most one (the permuted LCP array). @before: working space of the
 * same size.
 */
static void share_prefixes(const struct view *v, int32_t *sa, int32_t *before)
{
	const int32_t n = (int32_t)v->len;
	int32_t i, h = 0;

	before[sa[0]] = -1;
	for (i = 1; i < n; i++)
		before[sa[i]] = sa[i - 1];
	for (i = 0; i < n; i++) {
		const int32_t j = before[i];

		if (j < 0) {
			h = 0;
		} else {
			while (i + h < n && j + h < n && v->s[i + h] == v->s[j + h])
				h++;
		}
		before[i] = h;
		h -= h > 0;
	}
	for (i = 0; i < n; i++)
		sa[i] = before[sa[i]];
}

static int32_t largest(const int32_t *shared, size_t len)
{
	int32_t max = 0;
	size_t i;

	for (i = 0; i < len; i++)
		if (shared[i] > max)
			max = shared[i];
	return max;
}

/* The suffixes of an interval, @count of them, begin with the same @depth symbols. Notes that each of their common
 * prefixes that is longer than @outer occurs @count times. */
static void note(struct tuples *t, int32_t outer, int32_t depth, uint32_t count)
{
	const uint64_t pairs = (uint64_t)count * (count - 1) / 2;

	if (t->most[depth] < count)
		t->most[depth] = count;
	t->pairs[outer + 1] += pairs;
	t->pairs[depth + 1] -= pairs;
}

/* Visits all intervals of suffixes with a common prefix; @shared: the array of share_prefixes(). An inner interval is
 * visited before those that contain it. */
static void walk(struct tuples *t, const int32_t *shared, size_t len, struct interval *stack)
{
	size_t top = 0, i;

	stack[0] = (struct interval){ 0, 0 };
	for (i = 1; i <= len; i++) {
		const int32_t depth = i < len ? shared[i] : 0;
		int32_t left = (int32_t)i - 1;

		while (stack[top].depth > depth) {
			const struct interval inner = stack[top--];
			const int32_t outer = stack[top].depth > depth ? stack[top].depth : depth;

			note(t, outer, inner.depth, (uint32_t)((int32_t)i - inner.left));
			left = inner.left;
		}
		if (stack[top].depth < depth)
			stack[++top] = (struct interval){ depth, left };
	}
}

/* Completes both tables. A string occurs at least as often as a longer string that begins with it, so the maximum for a
 * length is at least the maximum for the next length. The numbers of pairs were stored as differences, and are added
 * up. */
static void sum(struct tuples *t)
{
	size_t i;

	for (i = t->longest; i > 1; i--)
		if (t->most[i - 1] < t->most[i])
			t->most[i - 1] = t->most[i];
	for (i = 1; i <= t->longest; i++)
		t->pairs[i] += t->pairs[i - 1];
}

static double entropy(double p, size_t len)
{
	return estimate_bits(estimate_upper(p, len));
}

/* The t-tuple estimate (6.3.5) covers all lengths that have a frequent string; the LRS estimate (6.3.6), the longer
 * ones. */
static void judge(const struct tuples *t, size_t len, double *ret_tuple, double *ret_lrs)
{
	double frequent = 0, repeated = 0;
	size_t w;

	for (w = 1; w <= t->longest && t->most[w] >= TUPLE_MIN; w++)
		frequent = fmax(
			frequent, pow((double)t->most[w] / (double)(len - w + 1), 1.0 / (double)w));
	*ret_tuple = w > 1 ? entropy(frequent, len) : ESTIMATE_NONE;
	*ret_lrs = ESTIMATE_NONE;
	if (w > t->longest)
		return;
	for (; w <= t->longest; w++) {
		const double places = (double)(len - w + 1);

		repeated = fmax(repeated,
			pow((double)t->pairs[w] / (places * (places - 1) / 2), 1.0 / (double)w));
	}
	*ret_lrs = entropy(repeated, len);
}

static int count_tuples(
	struct tuples *t, const int32_t *shared, size_t len, double *ret_tuple, double *ret_lrs)
{
	const size_t room = t->longest + 2;
	struct interval *stack = estimate_new(room, sizeof(*stack));
	int r = -ENOMEM;

	t->most = estimate_new(room, sizeof(*t->most));
	t->pairs = estimate_new(room, sizeof(*t->pairs));
	if (!stack || !t->most || !t->pairs)
		goto out;
	walk(t, shared, len, stack);
	sum(t);
	judge(t, len, ret_tuple, ret_lrs);
	r = 0;
out:
	estimate_free(stack, room, sizeof(*stack));
	estimate_free(t->most, room, sizeof(*t->most));
	estimate_free(t->pairs, room, sizeof(*t->pairs));
	return r;
}

int estimate_tuples(const struct view *v, double *ret_tuple, double *ret_lrs)
{
	int32_t *sa = estimate_new(v->len, sizeof(*sa)), *space = NULL;
	struct tuples t;
	int r = -ENOMEM;

	if (!sa || divsufsort(v->s, sa, (int32_t)v->len) != 0)
		goto out;
	space = estimate_new(v->len, sizeof(*space));
	if (!space)
		goto out;
	share_prefixes(v, sa, space);
	estimate_free(space, v->len, sizeof(*space));
	space = NULL;
	t.longest = (size_t)largest(sa, v->len);
	r = count_tuples(&t, sa, v->len, ret_tuple, ret_lrs);
out:
	estimate_free(sa, v->len, sizeof(*sa));
	estimate_free(space, v->len, sizeof(*space));
	return r;
}
