/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libisofs opens a character set converter for each name and each form of it: about three hundred for Nova's tree, an
 * eighth of the time that a drive takes. So the linker (ld's --wrap) replaces iconv_open() and iconv_close() by the two
 * functions here: a converter that is closed is kept, and given to the next caller who asks for the same conversion.
 *
 * Callers see no difference. A reused converter is first reset to its initial state, by iconv() without input, and no
 * two callers have the same converter at once. The mutex is needed because libisofs writes in a thread of its own.
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

/* Returns a kept converter that is not in use, and marks it as used by the caller; NULL if there is none. */
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

/* Records a new converter, so that it is kept when it is closed; does nothing if all places are taken. */
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
	} else { /* closed twice */
		errno = EBADF;
		r = -1;
	}
	pthread_mutex_unlock(&lock);
	return r;
}
