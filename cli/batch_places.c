/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks the outputs of a list: no two may be the same file, and none may lie in the DIR of another line. */
#include "cli/batch.h"
#include "iso/output/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct id {
	dev_t dev;
	ino_t ino;
};

/* The place of a row's OUT: the folder and the name in this folder. Without a name, the place is the row's DIR. */
struct spot {
	struct id id;
	char *name;
	const struct batch_row *row;
};

struct spots {
	struct spot *out, *dir;
	size_t outs, dirs;
	const char *path; /* the path of the list */
	struct fault *fault;
};

static struct id id_of(const struct stat *st)
{
	return (struct id){ st->st_dev, st->st_ino };
}

static int compare_ids(const struct id *a, const struct id *b)
{
	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	return a->ino == b->ino ? 0 : a->ino < b->ino ? -1 : 1;
}

/* Sorts by place; equal places by line. */
static int compare(const void *a, const void *b)
{
	const struct spot *x = a, *y = b;
	int r = compare_ids(&x->id, &y->id);

	if (r == 0 && x->name && y->name)
		r = strcmp(x->name, y->name);
	if (r == 0)
		r = x->row->line < y->row->line ? -1 : x->row->line > y->row->line;
	return r;
}

/* --- the same OUT twice --- */

static int check_twice(const struct spots *s)
{
	const struct batch_row *later = NULL, *first = NULL;
	size_t i;

	for (i = 1; i < s->outs; i++) {
		const struct spot *a = s->out + i - 1, *b = s->out + i;

		if (compare_ids(&a->id, &b->id) != 0 || strcmp(a->name, b->name) != 0)
			continue;
		if (later && later->line < b->row->line)
			continue;
		first = a->row;
		later = b->row;
	}
	return !later ? 0 :
			fault_set(s->fault, -EEXIST, "%s:%zu: %s: line %zu has the same OUT",
				s->path, later->line, later->out, first->line);
}

/* --- an OUT in the DIR of another line --- */

/* The first entry of @s->dir for this folder. */
static size_t find_dir(const struct spots *s, const struct id *id)
{
	size_t low = 0, high = s->dirs;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (compare_ids(&s->dir[mid].id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int check_folder(const struct spots *s, const struct batch_row *row, const struct id *id)
{
	size_t i = find_dir(s, id);

	for (; i < s->dirs && compare_ids(&s->dir[i].id, id) == 0; i++)
		if (s->dir[i].row != row)
			return fault_set(s->fault, -EEXIST,
				"%s:%zu: %s: is inside %s, and would go onto the drive of line %zu",
				s->path, row->line, row->out, s->dir[i].row->dir,
				s->dir[i].row->line);
	return 0;
}

/* Looks at the folder of OUT and at all folders above it, up to the root. Takes over @fd. */
static int check_above(const struct spots *s, const struct batch_row *row, int fd)
{
	struct id here, last = { 0 };
	struct stat st;
	int r = 0, up;

	while (fd >= 0 && r == 0 && fstat(fd, &st) == 0) {
		here = id_of(&st);
		if (compare_ids(&here, &last) == 0)
			break;
		r = check_folder(s, row, &here);
		last = here;
		up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = up;
	}
	if (fd >= 0)
		close(fd);
	return r;
}

/* --- all of them --- */

/* A path that cannot be resolved is reported later, when its drive is made. */
static int add_row(struct spots *s, const struct batch_row *row)
{
	struct place place;
	struct stat st;
	int r = 0;

	if (stat(row->dir, &st) == 0)
		s->dir[s->dirs++] = (struct spot){ id_of(&st), NULL, row };
	if (place_open(&place, row->out, NULL) == 0 && fstat(place.dirfd, &st) == 0) {
		s->out[s->outs] = (struct spot){ id_of(&st), strdup(place.name), row };
		if (s->out[s->outs].name)
			s->outs++;
		else
			r = fault_errno(s->fault, -ENOMEM, s->path);
	}
	place_close(&place);
	return r;
}

static int check_rows(const struct spots *s, const struct batch *b)
{
	struct place place;
	int r = check_twice(s);
	size_t i;

	for (i = 0; i < b->rows && r == 0; i++) {
		if (place_open(&place, b->row[i].out, NULL) == 0) {
			r = check_above(s, b->row + i, place.dirfd);
			place.dirfd = -1;
		}
		place_close(&place);
	}
	return r;
}

int batch_check_places(const struct batch *b, const char *path, struct fault *f)
{
	struct spots s = { .path = path, .fault = f };
	size_t i;
	int r = 0;

	s.out = calloc(b->rows + 1, sizeof(*s.out));
	s.dir = calloc(b->rows + 1, sizeof(*s.dir));
	if (!s.out || !s.dir) {
		free(s.out);
		free(s.dir);
		return fault_errno(f, -ENOMEM, path);
	}
	for (i = 0; i < b->rows && r == 0; i++)
		r = add_row(&s, b->row + i);
	if (r == 0) {
		qsort(s.out, s.outs, sizeof(*s.out), compare);
		qsort(s.dir, s.dirs, sizeof(*s.dir), compare);
		r = check_rows(&s, b);
	}
	for (i = 0; i < s.outs; i++)
		free(s.out[i].name);
	free(s.out);
	free(s.dir);
	return r;
}
