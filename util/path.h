/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_PATH_H
#define UTIL_PATH_H

#include <string.h>

/** path_last - what follows the last slash of @path: nothing, if that is its end; all of it, if it has no slash. */
static inline const char *path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#endif
