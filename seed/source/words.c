/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of sources in messages, and the explanations of their errors. */
#include "seed/source/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *source_label(const struct source_spec *spec, char *out, size_t size)
{
	snprintf(out, size, spec->arg[0] ? "%s:%s" : "%s%s", spec->src->name, spec->arg);
	return out;
}

const char *source_why(const struct source_spec *spec, int err)
{
	const char *own = spec->src->why ? spec->src->why(err) : NULL;

	return own              ? own :
		err == -ENODATA ? "too few bytes" :
		err == -ECHILD  ? "the child process that reads it died" :
		err == -ESTALE  ? "not the same device as in the last draw; left out of this one" :
				  strerror(-err);
}

enum source_presence source_presence(int err)
{
	switch (err) {
	case 0:
		return SOURCE_PRESENT;
	case -ENODEV:
	case -ENOENT:
		return SOURCE_ABSENT;
	case -EACCES:
	case -EPERM:
		return SOURCE_NOT_PERMITTED;
	case -ENOSYS:
		return SOURCE_NOT_BUILT_IN;
	default:
		return SOURCE_FAILED;
	}
}

const char *source_presence_word(enum source_presence p)
{
	static const char *const words[] = {
		[SOURCE_PRESENT] = "present",
		[SOURCE_ABSENT] = "absent",
		[SOURCE_NOT_PERMITTED] = "not permitted",
		[SOURCE_NOT_BUILT_IN] = "not built in",
		[SOURCE_FAILED] = "failed",
	};

	return words[p];
}
