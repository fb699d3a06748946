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

/* --- the same for samples that pass, which nearly all do, eight at a time --- */

/* How many of @len bytes are @sample: a sum leaves the top bit of a byte clear where it equals
 * @sample, and never carries into the next. */
static unsigned count_equal(const uint8_t *raw, size_t len, uint8_t sample)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7f, ones = 0x0101010101010101;
	unsigned count = 0;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		const uint64_t x = load(raw + i) ^ ones * sample;

		/* The top bits that are set, summed up into the highest byte. */
		count += (unsigned)((~(((x & low) + low) | x | low) >> 7) * ones >> 56);
	}
	for (; i < len; i++)
		count += raw[i] == sample;
	return count;
}

static void count_runs(struct health *h, const uint8_t *raw, size_t len)
{
	const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
	size_t i = 0;

	while (i < len) {
		/* Eight samples, each unlike the one before it, are stepped over at once. */
		if (i > 0 && len - i >= 8) {
			const uint64_t same = load(raw + i) ^ load(raw + i - 1);

			if (!((same - ones) & ~same & tops)) {
				i += 8;
				h->last = raw[i - 1];
				h->run = 1;
				continue;
			}
		}
		h->run = (h->samples || i) && raw[i] == h->last ? h->run + 1 : 1;
		h->last = raw[i++];
		if (h->run > h->run_max)
			h->run_max = h->run;
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

static enum health_test check_words(struct health *h, const uint8_t *raw, size_t len)
{
	enum health_test failed = HEALTH_PASS;
	size_t i;

	for (i = 0; i < len && failed == HEALTH_PASS; i += 8)
		failed = test_word(h, load(raw + i));
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
static int make_room(struct windows *w, size_t more)
{
	size_t room = w->room ? w->room : 1024, i;
	uint64_t *slot;

	while (w->used + more > room / 8 * 7)
		room *= 2;
	if (room == w->room)
		return 0;
	slot = secret_new(room * sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	memset(slot, 0, room * sizeof(*slot));
	for (i = 0; i < w->room; i++)
		if (w->slot[i])
			*find_slot(slot, room, w->slot[i]) = w->slot[i];
	secret_free(w->slot);
	w->slot = slot;
	w->room = room;
	return 0;
}

int windows_reserve(struct windows *w, uint64_t bytes)
{
	return make_room(w, (size_t)(bytes / HEALTH_REPEAT));
}

int windows_add(struct windows *w, const uint8_t *raw, size_t len)
{
	size_t i;
	int r = make_room(w, len / HEALTH_REPEAT);

	if (r < 0)
		return r;
	for (i = 0; i + HEALTH_REPEAT <= len; i += HEALTH_REPEAT) {
		const uint64_t print = fingerprint(w, raw + i);
		uint64_t *slot = find_slot(w->slot, w->room, print);

		if (*slot || (w->older && *find_slot(w->older, w->older_room, print)))
			return 1;
		*slot = print;
		w->used++;
	}
	return 0;
}

void windows_age(struct windows *w, size_t most)
{
	if (w->used <= most)
		return;
	secret_free(w->older);
	w->older = w->slot;
	w->older_room = w->room;
	w->slot = NULL;
	w->room = w->used = 0;
}

void windows_clear(struct windows *w)
{
	secret_free(w->slot);
	secret_free(w->older);
	explicit_bzero(w, sizeof(*w));
}
