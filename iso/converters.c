/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libisofs opens a converter of character sets for each name and each of its forms: some three hundred for Nova's tree,
 * an eighth of what a drive costs. So the iconv_open() and iconv_close() of what is linked in are these two (ld's --wrap):
 * a converter that is closed is kept, and handed out to the next caller who asks for the same.
 *
 * They are the same to their callers. A converter that is handed out again is as it was in the beginning, which is
 * what iconv() with no input is for; and no two callers have the same one. libisofs writes in a thread of its own.
 */
#include <errno.h>
#include <iconv.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "iso/converters.h"

#define KEPT        8
#define CHARSET_LEN 24

struct converter {
	char to[CHARSET_LEN], from[CHARSET_LEN];
	iconv_t handle;
	bool known, lent;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct converter kept[KEPT];

static bool is_kept(const char *name)
{
	return strlen(name) < CHARSET_LEN;
}

/* One of these that nobody has, which is now the caller's; NULL: none. */
static struct converter *lend(const char *to, const char *from)
{
	struct converter *c;

	for (c = kept; c < kept + KEPT; c++) {
		if (!c->known || c->lent || strcmp(c->to, to) != 0 || strcmp(c->from, from) != 0)
			continue;
		c->lent = true;
		return c;
	}
	return NULL;
}

/* Keeps it from its first caller on, where there is a place. */
static void note(iconv_t handle, const char *to, const char *from)
{
	struct converter *c;

	for (c = kept; c < kept + KEPT; c++) {
		if (c->known)
			continue;
		*c = (struct converter){ .handle = handle, .known = true, .lent = true };
		strcpy(c->to, to);
		strcpy(c->from, from);
		return;
	}
}

iconv_t __wrap_iconv_open(const char *to, const char *from)
{
	const bool keep = is_kept(to) && is_kept(from);
	struct converter *c = NULL;
	iconv_t handle;

	pthread_mutex_lock(&lock);
	if (keep)
		c = lend(to, from);
	if (c) {
		handle = c->handle;
		(void)iconv(handle, NULL, NULL, NULL, NULL);
	} else {
		handle = __real_iconv_open(to, from);
		if (keep && handle != (iconv_t)-1)
			note(handle, to, from);
	}
	pthread_mutex_unlock(&lock);
	return handle;
}

int __wrap_iconv_close(iconv_t handle)
{
	struct converter *c;
	int r = 0;

	pthread_mutex_lock(&lock);
	for (c = kept; c < kept + KEPT; c++)
		if (c->known && c->handle == handle)
			break;
	if (c == kept + KEPT) {
		r = __real_iconv_close(handle);
	} else if (c->lent) {
		c->lent = false;
	} else { /* it was closed already */
		errno = EBADF;
		r = -1;
	}
	pthread_mutex_unlock(&lock);
	return r;
}
