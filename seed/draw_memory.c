/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one draw leaves for the next. */
#include "seed/gather.h"
#include "util/secret.h"

#include <string.h>
#include <sys/random.h>

/* Windows that a memory of draws keeps: 2 MiB of samples, and as much put aside. */
#define REMEMBERED (1u << 17)

void draw_memory_init(struct draw_memory *m)
{
	uint64_t key[2] = { 0 };

	memset(m, 0, sizeof(*m));
	/* Best effort: without it, somebody who feeds us could make two windows seem alike. */
	(void)!getrandom(key, sizeof(key), GRND_NONBLOCK);
	windows_init(&m->windows, key);
}

struct draw_memory *draw_memory_new(void)
{
	struct draw_memory *m = secret_new(sizeof(*m));

	if (m)
		draw_memory_init(m);
	return m;
}

void draw_memory_free(struct draw_memory *m)
{
	if (!m)
		return;
	windows_clear(&m->windows);
	secret_free(m);
}

void draw_memory_age(struct draw_memory *m)
{
	windows_age(&m->windows, REMEMBERED);
}
