/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/descriptors.h"

#include <sys/resource.h>

/* The soft limit that the service manager sets is often only 1024, to protect programs that use select(2). */
void descriptors_raise(size_t count)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur >= count)
		return;
	l.rlim_cur = l.rlim_max < count ? l.rlim_max : count;
	(void)setrlimit(RLIMIT_NOFILE, &l);
}
