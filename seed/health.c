/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/health.h"

#include <errno.h>
#include <string.h>

#include "util/secret.h"

void health_init(struct health *h, bool words)
{
	*h = (struct health){ .words = words };
}

static uint64_t load(const uint8_t *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return x;
}

static bool is_stuck(uint64_t word)
{
	return word == 0 || word == UINT64_MAX;
}

/* The three tests as the standard and the design have them, sample by sample. */
static void test_sample(struct health *h, uint8_t sample)
{
	h->run = h->samples && sample == h->last ? h->run + 1 : 1; /* SP 800-90B 4.4.1 */
	h->last = sample;
	if (h->run > h->run_max)
		h->run_max = h->run;
	if (h->apt_seen == 0) { /* 4.4.2 */
		h->apt_sample = sample;
		h->apt_count = 0;
	}
	h->apt_count += sample == h->apt_sample;
	h->apt_seen = (h->apt_seen + 1) % HEALTH_APT_WINDOW;
	if (h->apt_count > h->count_max)
		h->count_max = h->apt_count;
	h->samples++;
}

static enum health_test test_word(struct health *h, uint64_t word)
{
	const bool equal = h->have_word && word == h->last_word;

	h->last_word = word;
	h->have_word = true;
	h->stuck += is_stuck(word);
	return h->stuck >= 2 ? HEALTH_STUCK : equal ? HEALTH_WORDS : HEALTH_PASS;
}

static enum health_test verdict(const struct health *h)
{
	return h->run_max >= HEALTH_RCT_CUTOFF    ? HEALTH_RCT :
		h->count_max >= HEALTH_APT_CUTOFF ? HEALTH_APT :
						    HEALTH_PASS;
}

/* Up to the sample, or the word, that fails. */
static void test_slowly(struct health *h, const uint8_t *raw, size_t len)
{
	const size_t step = h->words ? sizeof(uint64_t) : 1;
	size_t i, j;

	for (i = 0; i < len && h->failed == HEALTH_PASS; i += step) {
		for (j = 0; j < step; j++)
			test_sample(h, raw[i + j]);
		if (h->words)
			h->failed = test_word(h, load(raw + i));
		if (h->failed == HEALTH_PASS)
			h->failed = verdict(h);
	}
}

/* --- the same for samples that pass, which nearly all do, sixteen at a time --- */

/* Vectors as GCC and clang have them on every machine. */
typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint64_t words2 __attribute__((vector_size(16)));

static bytes16 load_bytes(const uint8_t *p)
{
	bytes16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static bool any_set(words2 v)
{
	return (v[0] | v[1]) != 0;
}

/* The sum of eight bytes, of at most 255 each. */
static unsigned sum_bytes(uint64_t x)
{
	const uint64_t odd = 0x00ff00ff00ff00ff, ones = 0x0001000100010001;

	return (unsigned)(((x & odd) + (x >> 8 & odd)) * ones >> 48);
}

/* How many of @len bytes, a window at most, are @sample: a lane that equals it is all ones, minus one. */
static unsigned count_equal(const uint8_t *raw, size_t len, uint8_t sample)
{
	bytes16 wanted, lanes = { 0 };
	unsigned count = 0;
	words2 sums;
	size_t i;

	memset(&wanted, sample, sizeof(wanted));
	for (i = 0; i + sizeof(lanes) <= len; i += sizeof(lanes))
		lanes -= (bytes16)(load_bytes(raw + i) == wanted);
	for (; i < len; i++)
		count += raw[i] == sample;
	sums = (words2)lanes;
	return count + sum_bytes(sums[0]) + sum_bytes(sums[1]);
}

/* Is one of sixteen samples the third of a run? Two equal ones are common, three are not. */
static bool any_third(const uint8_t *raw)
{
	const bytes16 these = load_bytes(raw), before = load_bytes(raw - 1);

	return any_set((words2)(these == before) & (words2)(before == load_bytes(raw - 2)));
}

static bool any_second(const uint8_t *raw)
{
	return any_set((words2)(load_bytes(raw) == load_bytes(raw - 1)));
}

/* Behind samples of which none is the third of a run. */
static void end_short_run(struct health *h, const uint8_t *end)
{
	h->last = end[-1];
	h->run = end[-1] == end[-2] ? 2 : 1;
}

static void count_runs(struct health *h, const uint8_t *raw, size_t len)
{
	const size_t step = sizeof(bytes16);
	size_t i = 0, end;

	while (i < len) {
		/* Those without a longer run are stepped over at once. */
		for (; i > 1 && len - i >= step && !any_third(raw + i); i += step) {
			if (h->run_max < 2 && any_second(raw + i))
				h->run_max = 2;
			end_short_run(h, raw + i + step);
		}
		end = len - i < step ? len : i + step;
		for (; i < end; i++) {
			h->run = (h->samples || i) && raw[i] == h->last ? h->run + 1 : 1;
			h->last = raw[i];
			if (h->run > h->run_max)
				h->run_max = h->run;
		}
	}
}

static void count_proportions(struct health *h, const uint8_t *raw, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		if (h->apt_seen == 0) {
			h->apt_sample = raw[i];
			h->apt_count = 0;
		}
		n = HEALTH_APT_WINDOW - h->apt_seen;
		if (n > len - i)
			n = len - i;
		h->apt_count += count_equal(raw + i, n, h->apt_sample);
		h->apt_seen = (unsigned)(h->apt_seen + n) % HEALTH_APT_WINDOW;
		if (h->apt_count > h->count_max)
			h->count_max = h->apt_count;
	}
}

/* Two words that are neither stuck nor like the one before them. */
static bool words_pass(const uint8_t *raw)
{
	const words2 these = (words2)load_bytes(raw), before = (words2)load_bytes(raw - 8);
	const words2 zero = { 0, 0 };

	return !any_set(
		(words2)(these == before) | (words2)(these == zero) | (words2)(these == ~zero));
}

static enum health_test check_words(struct health *h, const uint8_t *raw, size_t len)
{
	enum health_test failed = HEALTH_PASS;
	size_t i = 0;

	while (i < len && failed == HEALTH_PASS) {
		while (i > 0 && len - i >= 16 && words_pass(raw + i)) {
			i += 16;
			h->last_word = load(raw + i - 8);
		}
		if (i < len)
			failed = test_word(h, load(raw + i));
		i += 8;
	}
	return failed;
}

enum health_test health_update(struct health *h, const uint8_t *raw, size_t len)
{
	struct health ahead = *h;

	if (h->failed != HEALTH_PASS || len == 0)
		return h->failed;
	if (ahead.words)
		ahead.failed = check_words(&ahead, raw, len);
	count_runs(&ahead, raw, len);
	count_proportions(&ahead, raw, len);
	ahead.samples += len;
	if (ahead.failed == HEALTH_PASS && verdict(&ahead) == HEALTH_PASS)
		*h = ahead;
	else
		test_slowly(h, raw, len); /* which, and where */
	explicit_bzero(&ahead, sizeof(ahead));
	return h->failed;
}

const char *health_name(enum health_test test)
{
	switch (test) {
	case HEALTH_PASS:
		return "pass";
	case HEALTH_RCT:
		return "repetition count";
	case HEALTH_APT:
		return "adaptive proportion";
	case HEALTH_WORDS:
		return "equal words";
	case HEALTH_STUCK:
		return "stuck word";
	case HEALTH_WINDOW:
		return "repeated window";
	}
	return "unknown";
}

void windows_init(struct windows *w, const uint64_t key[2])
{
	*w = (struct windows){ .key = { key[0], key[1] } };
}

/* Multiply, and fold the upper half into the lower one: fingerprints need to be spread, no more.
 * Zero means a free slot, so it is not handed out. */
static uint64_t fingerprint(const struct windows *w, const uint8_t *window)
{
	const unsigned __int128 product =
		(unsigned __int128)(load(window) ^ w->key[0]) * (load(window + 8) ^ w->key[1]);
	const uint64_t folded = (uint64_t)product ^ (uint64_t)(product >> 64);

	return folded ? folded : 1;
}

static uint64_t *find_slot(uint64_t *slot, size_t room, uint64_t print)
{
	size_t i = print & (room - 1);

	while (slot[i] != 0 && slot[i] != print)
		i = (i + 1) & (room - 1);
	return slot + i;
}

/* At most seven eighths full, so that a search stays short; doubled, so that growth stays cheap. */
static size_t room_for(size_t room, size_t windows)
{
	while (windows > room / 8 * 7)
		room *= 2;
	return room;
}

size_t windows_room(uint64_t bytes)
{
	return room_for(1024, (size_t)(bytes / HEALTH_REPEAT));
}

void windows_lend(struct windows *w, uint64_t *slot, size_t room)
{
	memset(slot, 0, room * sizeof(*slot));
	w->slot = slot;
	w->room = room;
	w->lent = true;
}

/* Lent or own: what stood there is gone. */
static void drop_slots(struct windows *w)
{
	if (w->lent)
		explicit_bzero(w->slot, w->room * sizeof(*w->slot));
	else
		secret_free(w->slot);
	w->lent = false;
}

static int make_room(struct windows *w, size_t more)
{
	const size_t room = room_for(w->room ? w->room : 1024, w->used + more);
	uint64_t *slot;
	size_t i;

	if (room == w->room)
		return 0;
	slot = secret_new(room * sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	memset(slot, 0, room * sizeof(*slot));
	for (i = 0; i < w->room; i++)
		if (w->slot[i])
			*find_slot(slot, room, w->slot[i]) = w->slot[i];
	drop_slots(w);
	w->slot = slot;
	w->room = room;
	return 0;
}

int windows_reserve(struct windows *w, uint64_t bytes)
{
	return make_room(w, (size_t)(bytes / HEALTH_REPEAT));
}

/* So many windows are looked up side by side: a table that is larger than a cache answers late. */
#define ABREAST 32

static int add_prints(struct windows *w, const uint64_t *print, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		uint64_t *slot = find_slot(w->slot, w->room, print[i]);

		if (*slot || (w->older && *find_slot(w->older, w->older_room, print[i])))
			return 1;
		*slot = print[i];
		w->used++;
	}
	return 0;
}

int windows_add(struct windows *w, const uint8_t *raw, size_t len)
{
	uint64_t print[ABREAST];
	size_t i, n, left = len / HEALTH_REPEAT;
	int r = make_room(w, left);

	for (; left > 0 && r == 0; left -= n) {
		n = left < ABREAST ? left : ABREAST;
		for (i = 0; i < n; i++, raw += HEALTH_REPEAT) {
			print[i] = fingerprint(w, raw);
			__builtin_prefetch(w->slot + (print[i] & (w->room - 1)), 1);
		}
		r = add_prints(w, print, n);
	}
	explicit_bzero(print, sizeof(print));
	return r;
}

void windows_age(struct windows *w, size_t most)
{
	if (w->used <= most || w->lent)
		return;
	secret_free(w->older);
	w->older = w->slot;
	w->older_room = w->room;
	w->slot = NULL;
	w->room = w->used = 0;
}

void windows_clear(struct windows *w)
{
	drop_slots(w);
	secret_free(w->older);
	explicit_bzero(w, sizeof(*w));
}
