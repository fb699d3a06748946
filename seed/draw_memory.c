/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state that one draw keeps for the next. */
#include "seed/gather.h"
#include "util/secret.h"

#include <string.h>
#include <sys/random.h>

_Static_assert(SOURCE_MBIT_MIN == HEALTH_MBIT_MIN && SOURCE_MBIT_MAX == HEALTH_MBIT_MAX,
	"bits= accepts the range for which there are cutoffs");

/* For each kind of source, at least this many windows are remembered. With windows of 20 bytes: 1.3 MB of samples. */
#define REMEMBERED (1u << 16)

/* The source with the lowest min-entropy needs the longest windows. A source may turn out, when it is opened, to have a
 * lower min-entropy than the one known here; begin_tests() then lengthens the windows. */
size_t draw_window_len(const struct source_list *sources)
{
	size_t i, len = 0;

	for (i = 0; i < sources->count; i++) {
		struct cutoffs c;

		if (cutoffs_for(source_test_mbit(sources->spec + i), &c) == 0 && c.replay > len)
			len = c.replay;
	}
	return len;
}

void draw_memory_init(struct draw_memory *m)
{
	uint8_t seed[WINDOWS_SEED] = { 0 };

	memset(m, 0, sizeof(*m));
	/* If getrandom() fails, the key is not random: then somebody who feeds a source could make two windows have the
	 * same fingerprint. That is accepted. */
	(void)!getrandom(seed, sizeof(seed), GRND_NONBLOCK);
	windows_init(&m->windows, seed);
	explicit_bzero(seed, sizeof(seed));
}

struct draw_memory *draw_memory_new(void)
{
	struct draw_memory *m =
		secret_new(sizeof(*m) + WINDOWS_FILTER(WINDOWS_MANY) * sizeof(*m->windows.begins));

	if (!m)
		return NULL;
	draw_memory_init(m);
	windows_lend_filter(&m->windows, (uint64_t *)(m + 1));
	return m;
}

void draw_memory_free(struct draw_memory *m)
{
	if (!m)
		return;
	windows_clear(&m->windows);
	secret_free(m);
}

void draw_memory_begin(struct draw_memory *m, const struct source_list *sources)
{
	windows_age(&m->windows, REMEMBERED);
	(void)windows_lengthen(&m->windows, draw_window_len(sources));
}
