/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "seed/estimate/estimate.h"
#include "util/hex.h"
#include "util/sha256.h"

#include <errno.h>
#include <math.h>
#include <sodium.h>

#define NIST       "tests/data/samples/nist.tsv"
#define CLOSE      0.00001 /* NIST's program prints six decimals */
#define SAMPLE_MAX 1100000

/* --- NIST's own figures --- */

struct row {
	char sample[32], what[32], symbols[80], bits[32];
};

static bool next_row(FILE *f, struct row *r)
{
	char line[256];

	while (fgets(line, sizeof(line), f))
		if (line[0] != '#')
			return sscanf(line, "%31[^\t]\t%31[^\t]\t%79[^\t]\t%31[^\n]", r->sample,
				       r->what, r->symbols, r->bits) == 4;
	return false;
}

/* Loads a sample from a file next to the figures, or has tests/lib/samples.py make it. */
static uint8_t *sample_read(const char *name, size_t *ret_len)
{
	uint8_t *raw = malloc(SAMPLE_MAX);
	char command[128];
	bool made;
	FILE *f;

	assert_non_null(raw);
	snprintf(command, sizeof(command), "tests/data/samples/%s.bin", name);
	f = fopen(command, "r");
	made = !f;
	if (made) {
		snprintf(command, sizeof(command), "tests/lib/samples.py %s", name);
		f = popen(command, "r");
	}
	assert_non_null(f);
	*ret_len = fread(raw, 1, SAMPLE_MAX, f);
	assert_int_equal(made ? pclose(f) : fclose(f), 0);
	if (*ret_len < 1000 || *ret_len == SAMPLE_MAX)
		fail_msg("%s: %zu bytes", name, *ret_len);
	return raw;
}

static void check_digest(const struct row *r, const uint8_t *raw, size_t len)
{
	uint8_t digest[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];

	sha256(raw, len, digest);
	hex_encode(digest, sizeof(digest), hex);
	assert_string_equal(hex, r->symbols);
}

static void compare(const struct row *r, const char *theirs, double ours)
{
	if (strcmp(theirs, "-") == 0) {
		if (ours != ESTIMATE_NONE)
			fail_msg("%s: %s: none, but %f", r->sample, r->what, ours);
	} else if (!(fabs(strtod(theirs, NULL) - ours) < CLOSE) || signbit(ours)) {
		fail_msg("%s: %s: %s, but %f", r->sample, r->what, theirs, ours);
	}
}

static enum estimator named(const char *name)
{
	enum estimator e;

	for (e = 0; e < ESTIMATORS; e++)
		if (strcmp(estimate_name(e), name) == 0)
			return e;
	fail_msg("%s: no such estimator", name);
	return e;
}

static void test_nist(void **state)
{
	struct estimate e = { 0 };
	unsigned samples = 0, figures = 0;
	FILE *f = fopen(NIST, "r");
	struct row r;

	(void)state;
	assert_non_null(f);
	while (next_row(f, &r)) {
		if (strcmp(r.what, "sha256") == 0) {
			size_t len;
			uint8_t *raw = sample_read(r.sample, &len);

			check_digest(&r, raw, len);
			assert_int_equal(estimate_make(raw, len, NULL, NULL, &e), 0);
			free(raw);
			samples++;
		} else if (strcmp(r.what, "assessed") == 0) {
			compare(&r, r.symbols, e.assessed);
		} else {
			const enum estimator which = named(r.what);

			compare(&r, r.symbols, e.symbols[which]);
			compare(&r, r.bits, e.bits[which]);
			figures++;
		}
	}
	fclose(f);
	assert_int_equal(samples, 15);
	assert_int_equal(figures, samples * ESTIMATORS);
}

/* --- the tuple estimates, computed again by counting every string --- */

static size_t times_there(const uint8_t *raw, size_t len, size_t at, size_t w)
{
	size_t i, n = 0;

	for (i = 0; i + w <= len; i++)
		n += memcmp(raw + i, raw + at, w) == 0;
	return n;
}

static double upper_bits(double p, size_t len)
{
	const double u = p + 2.5758293035489008 * sqrt(p * (1 - p) / ((double)len - 1));

	return u < 1 ? -log2(u) : 0;
}

static void naive_tuples(const uint8_t *raw, size_t len, double *ret_tuple, double *ret_lrs)
{
	double frequent = 0, repeated = 0;
	bool still = true;
	size_t w, i;

	*ret_tuple = *ret_lrs = ESTIMATE_NONE;
	for (w = 1; w < len; w++) {
		const double places = (double)(len - w + 1);
		size_t most = 0, pairs = 0;

		for (i = 0; i + w <= len; i++) {
			const size_t n = times_there(raw, len, i, w);

			most = n > most ? n : most;
			pairs += n - 1; /* each pair was counted from both its ends */
		}
		if (most < 2)
			break;
		still = still && most >= 35;
		if (still)
			frequent = fmax(frequent, pow((double)most / places, 1.0 / (double)w));
		else
			repeated = fmax(repeated,
				pow((double)pairs / (places * (places - 1)), 1.0 / (double)w));
	}
	if (frequent > 0)
		*ret_tuple = upper_bits(frequent, len);
	if (repeated > 0)
		*ret_lrs = upper_bits(repeated, len);
}

static void test_tuples(void **state)
{
	uint8_t raw[300];
	uint64_t random = 7;
	double tuple, lrs;
	struct estimate e;
	int round;

	(void)state;
	for (round = 0; round < 60; round++) {
		const size_t len = 200 + random_below(&random, 100);
		const unsigned k = 3 + (unsigned)random_below(&random, 6);
		size_t i;

		for (i = 0; i < len; i++)
			raw[i] = (uint8_t)(random_below(&random, 3) == 0 && i > 20 ?
					raw[i - 17] :
					random_below(&random, k));
		assert_int_equal(estimate_make(raw, len, NULL, NULL, &e), 0);
		naive_tuples(raw, len, &tuple, &lrs);
		if (fabs(e.symbols[ESTIMATE_TUPLE] - tuple) > 1e-9 ||
			fabs(e.symbols[ESTIMATE_LRS] - lrs) > 1e-9)
			fail_msg("round %d: %f %f, but %f %f", round, e.symbols[ESTIMATE_TUPLE],
				e.symbols[ESTIMATE_LRS], tuple, lrs);
	}
}

/* --- limits --- */

static void test_short(void **state)
{
	static const uint8_t raw[64] = { 1, 2, 3 };
	struct estimate e = { .assessed = 42 };
	size_t len;

	(void)state;
	assert_int_equal(estimate_make(raw, 0, NULL, NULL, &e), -EINVAL);
	assert_int_equal(estimate_make(raw, 1, NULL, NULL, &e), -EINVAL);
	assert_int_equal(estimate_make(raw, (size_t)ESTIMATE_MAX + 1, NULL, NULL, &e), -EINVAL);
	assert_true(e.assessed == 42);
	for (len = 2; len <= sizeof(raw); len++) {
		assert_int_equal(estimate_make(raw, len, NULL, NULL, &e), 0);
		assert_true(e.assessed >= 0 && e.assessed <= 8);
	}
}

/* Tests each length and each size of the alphabet at which an estimator begins or ceases to apply. */
static void test_range(void **state)
{
	uint64_t random = 3;
	uint8_t raw[1100];
	int round;

	(void)state;
	for (round = 0; round < 400; round++) {
		const size_t len = 2 + random_below(&random, round % 2 ? 40 : sizeof(raw) - 1);
		const unsigned k = 1 + (unsigned)random_below(&random, round % 3 ? 4 : 256);
		struct estimate e;
		size_t i;

		for (i = 0; i < len; i++)
			raw[i] = (uint8_t)random_below(&random, k);
		assert_int_equal(estimate_make(raw, len, NULL, NULL, &e), 0);
		assert_true(e.alphabet >= 1 && e.alphabet <= k);
		for (i = 0; i < ESTIMATORS; i++) {
			const double s = e.symbols[i], b = e.bits[i];

			assert_true(s == ESTIMATE_NONE || (s >= 0 && s <= 8));
			assert_true(b == ESTIMATE_NONE || (b >= 0 && b <= 1));
		}
		assert_true(e.assessed >= 0 && e.assessed <= 8);
	}
}

static void test_constant(void **state)
{
	static uint8_t raw[100000];
	struct estimate e;

	(void)state;
	memset(raw, 0xa5, sizeof(raw));
	assert_int_equal(estimate_make(raw, sizeof(raw), NULL, NULL, &e), 0);
	assert_int_equal(e.alphabet, 1);
	assert_true(e.assessed == 0);
}

static void count_steps(void *arg, uint64_t done, uint64_t total)
{
	uint64_t *last = arg;

	assert_true(done > *last && done <= total);
	*last = done;
	if (done == total)
		*last = UINT64_MAX;
}

static void test_progress(void **state)
{
	static const unsigned alphabets[] = { 2, 3, 256 };
	uint64_t random = 5, last;
	uint8_t raw[5000];
	struct estimate e;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(alphabets); i++) {
		for (j = 0; j < sizeof(raw); j++)
			raw[j] = (uint8_t)random_below(&random, alphabets[i]);
		last = 0;
		assert_int_equal(estimate_make(raw, sizeof(raw), count_steps, &last, &e), 0);
		assert_true(last == UINT64_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("estimate: on 15 samples all ten estimators agree with NIST's own tool to 0.00001",
			test_nist),
		TEST("estimate: the tuple estimates equal those from counting every string",
			test_tuples),
		TEST("estimate: a sample that is too short for an estimator gives no estimate, and no crash",
			test_short),
		TEST("estimate: every figure is within its range, for all samples", test_range),
		TEST("estimate: a sample of a single symbol is worth nothing", test_constant),
		TEST("estimate: progress increases to 100 % and stops there", test_progress),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("estimate", tests, NULL, NULL);
}
