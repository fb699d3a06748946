/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/leftover.h"

#include <string.h>

bool leftover_name(const char *name)
{
	const size_t begin = strlen(LEFTOVER_BEGIN);

	return strncmp(name, LEFTOVER_BEGIN, begin) == 0 &&
		strspn(name + begin, "0123456789abcdef") == LEFTOVER_DIGITS &&
		strcmp(name + begin + LEFTOVER_DIGITS, LEFTOVER_END) == 0;
}
