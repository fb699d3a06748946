// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the clock says, and whether the kernel's generator is ready. GRND_NONBLOCK, as any other way
 * of asking would start the kernel's jitter fallback, and so change the answer.
 */
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

int main(void)
{
	struct timespec now;
	char byte;

	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return 1;
	return printf("ready=%s us=%lld\n", getrandom(&byte, 1, GRND_NONBLOCK) == 1 ? "yes" : "no",
		       now.tv_sec * 1000000LL + now.tv_nsec / 1000) < 0;
}
