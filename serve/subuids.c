/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/subuids.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANGES_MAX 65536

static bool number(const char *text, uint32_t *ret)
{
	char *end;
	unsigned long long n;

	if (*text < '0' || *text > '9')
		return false;
	n = strtoull(text, &end, 10);
	if (*end || n >= UINT32_MAX)
		return false;
	*ret = (uint32_t)n;
	return true;
}

/* Parses "OWNER:FIRST:COUNT\n". Lines of another form are skipped, as useradd(8) and newuidmap(1) do. */
static bool parse(char *line, struct subuid_range *ret)
{
	char *first, *count;

	line[strcspn(line, "\n")] = '\0';
	first = strchr(line, ':');
	count = first ? strchr(first + 1, ':') : NULL;
	if (!count || first == line)
		return false;
	*first++ = *count++ = '\0';
	if (!number(first, &ret->first) || !number(count, &ret->count) || ret->count == 0)
		return false;
	ret->account = ret->first;
	ret->owner = strdup(line);
	return ret->owner != NULL;
}

static bool append(struct subuids *s, const struct subuid_range *range)
{
	/* The capacity doubles each time the array is full, so the array is full if the count is 0 or a power of
	 * two. */
	if ((s->count & (s->count - 1)) == 0) {
		const size_t room = s->count ? 2 * s->count : 1;
		struct subuid_range *more = reallocarray(s->range, room, sizeof(*more));

		if (!more)
			return false;
		s->range = more;
	}
	s->range[s->count++] = *range;
	return true;
}

static void read_ranges(struct subuids *s, FILE *f)
{
	struct subuid_range range;
	char *line = NULL;
	size_t size = 0;

	while (s->count < RANGES_MAX && getline(&line, &size, f) >= 0)
		if (parse(line, &range) && !append(s, &range)) {
			free(range.owner);
			break;
		}
	free(line);
}

static int by_owner(const void *a, const void *b)
{
	const struct subuid_range *x = a, *y = b;
	const int r = strcmp(x->owner, y->owner);

	return r ? r : (x->first > y->first) - (x->first < y->first);
}

static int by_first(const void *a, const void *b)
{
	const struct subuid_range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Sets the account of all ranges of one owner. The array is sorted by owner, so these ranges are adjacent. */
static void set_account(struct subuids *s, const char *owner, account_id account)
{
	const struct subuid_range key = { .owner = (char *)owner };
	size_t low = 0, high = s->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (by_owner(s->range + middle, &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < s->count && strcmp(s->range[low].owner, owner) == 0; low++)
		s->range[low].account = account;
}

static void find_owners(struct subuids *s)
{
	FILE *f = fopen(s->users, "re");
	struct passwd *user;
	uint32_t uid;
	size_t i;

	for (i = 0; i < s->count; i++)
		if (number(s->range[i].owner, &uid))
			s->range[i].account = uid;
		else if (i > 0 && strcmp(s->range[i].owner, s->range[i - 1].owner) == 0)
			s->range[i].account = s->range[i - 1].account;
	// cppcheck-suppress fgetpwentCalled ; only the main thread calls it
	while (f && (user = fgetpwent(f)))
		set_account(s, user->pw_name, user->pw_uid);
	if (f)
		fclose(f);
}

static void forget(struct subuids *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		free(s->range[i].owner);
	free(s->range);
	s->range = NULL;
	s->count = 0;
}

static void load(struct subuids *s)
{
	FILE *f = fopen(s->file, "re");

	forget(s);
	if (!f)
		return;
	read_ranges(s, f);
	fclose(f);
	if (s->count == 0)
		return;
	qsort(s->range, s->count, sizeof(*s->range), by_owner);
	find_owners(s);
	qsort(s->range, s->count, sizeof(*s->range), by_first);
}

void subuids_refresh(struct subuids *s)
{
	struct stat st;

	if (stat(s->file, &st) < 0)
		st = (struct stat){ 0 };
	if (st.st_ino == s->seen.st_ino && st.st_size == s->seen.st_size &&
		st.st_mtim.tv_sec == s->seen.st_mtim.tv_sec &&
		st.st_mtim.tv_nsec == s->seen.st_mtim.tv_nsec)
		return;
	s->seen = st;
	load(s);
}

void subuids_init(struct subuids *s, const char *file, const char *users)
{
	*s = (struct subuids){ .file = file, .users = users };
	subuids_refresh(s);
}

void subuids_clear(struct subuids *s)
{
	forget(s);
}

account_id subuids_account(const struct subuids *s, uid_t uid)
{
	size_t low = 0, high = s->count, middle;

	/* Find the last range that begins at @uid or before. */
	while (low < high) {
		middle = low + (high - low) / 2;
		if (s->range[middle].first <= uid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0 && uid - s->range[low - 1].first < s->range[low - 1].count)
		return s->range[low - 1].account;
	return uid;
}
