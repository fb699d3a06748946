/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/ahead.h"
#include "util/io.h"
#include "util/secret.h"

#include <stdlib.h>

#define FILES_MIN 256  /* starting a thread takes as long as reading a hundred small files */
#define FILE_MAX  4096 /* only files of at most this many bytes are read ahead */
#define ALL_MAX   (256u << 10) /* limit for the bytes of all these files together */

/* Is this a small file that the walk holds open? The members that are examined here never change after the walk. */
static bool is_small(const struct tree_node *node)
{
	return node->kind == TREE_FILE && node->fd >= 0 && node->size > 0 && node->size <= FILE_MAX;
}

static bool fits(const struct ahead *a, const struct tree_node *node, size_t at)
{
	return is_small(node) && node->size <= a->room - at;
}

/* Stops at the first small file that does not fit, or that cannot be read. The writer will find out the reason. */
static void *read_all(void *arg)
{
	struct ahead *a = arg;
	size_t i, at = 0;

	for (i = 0; i < a->files && !a->stop; i++) {
		const struct tree_node *node = a->file[i];

		if (is_small(node)) {
			if (!fits(a, node, at) ||
				io_pread(node->fd, a->bytes + at, (size_t)node->size, 0) < 0)
				break;
			at += (size_t)node->size;
		}
		a->done = i + 1;
	}
	return NULL;
}

static size_t sum(struct tree_node *const *file, size_t files)
{
	size_t i, sum = 0;

	for (i = 0; i < files && sum < ALL_MAX; i++)
		if (is_small(file[i]))
			sum += (size_t)file[i]->size;
	return sum < ALL_MAX ? sum : ALL_MAX;
}

void ahead_begin(struct ahead *a, struct tree_node *const *file, size_t files)
{
	if (files < FILES_MIN || a->running)
		return;
	a->file = file;
	a->files = files;
	a->room = sum(file, files);
	a->done = 0;
	a->stop = false;
	a->bytes = a->room == 0 ? NULL : a->secret ? secret_new(a->room) : malloc(a->room);
	if (a->bytes)
		a->running = beside_start(&a->thread, read_all, a);
}

const uint8_t *ahead_take(struct ahead *a, size_t i, size_t *at)
{
	/* The thread may have read on before it saw @stop. The writer's offset @at does not count those files. */
	const struct tree_node *node = a->running && !a->stop ? a->file[i] : NULL;
	const uint8_t *bytes;

	if (!node || !fits(a, node, *at))
		return NULL;
	if (i >= a->done) {
		a->stop = true;
		return NULL;
	}
	bytes = a->bytes + *at;
	*at += (size_t)node->size;
	return bytes;
}

void ahead_end(struct ahead *a)
{
	if (!a)
		return;
	a->stop = true;
	if (a->running)
		beside_join(&a->thread);
	a->running = false;
	if (a->secret)
		secret_free(a->bytes);
	else
		free(a->bytes);
	a->bytes = NULL;
}
