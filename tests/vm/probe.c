// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: probe [COUNT]
 *
 * Prints the time of the clock, and whether the kernel's RNG is ready. It asks with GRND_NONBLOCK, because any other
 * call would start the kernel's jitter fallback, which could make the RNG ready. With a COUNT of up to 256, it waits
 * until the RNG is ready, and then prints COUNT random bytes in hexadecimal instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static int print_random(int count)
{
	unsigned char bytes[256];
	int i;

	if (count < 1 || count > (int)sizeof(bytes) || getrandom(bytes, (size_t)count, 0) != count)
		return 1;
	for (i = 0; i < count; i++)
		printf("%02x", bytes[i]);
	return puts("") < 0;
}

int main(int argc, char **argv)
{
	struct timespec now;
	char byte;

	if (argc > 1)
		return print_random(atoi(argv[1]));
	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return 1;
	return printf("ready=%s us=%lld\n", getrandom(&byte, 1, GRND_NONBLOCK) == 1 ? "yes" : "no",
		       now.tv_sec * 1000000LL + now.tv_nsec / 1000) < 0;
}
