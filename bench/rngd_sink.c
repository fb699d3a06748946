/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A library to be preloaded into rngd, which measures its rate by rngd's own account. The entropy that rngd gives is
 * dropped, and the kernel's pool always seems to want more. After SINK_MS milliseconds this prints how many bytes a
 * second rngd gave and how many bits a second it credited, and ends rngd.
 */
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define SINK_MS 1000

/* RNDADDENTROPY of linux/random.h, with the beginning of its argument: the number of bits, and the number of bytes. */
#define ADD_ENTROPY _IOW('R', 0x03, int[2])

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	nfds_t i;

	(void)timeout;
	for (i = 0; i < count; i++)
		fds[i].revents = fds[i].events;
	return (int)count;
}

int ioctl(int fd, unsigned long request, ...)
{
	static double began, bits, bytes;
	const int *info;
	va_list ap;

	(void)fd;
	if (request != ADD_ENTROPY)
		return 0;
	va_start(ap, request);
	info = va_arg(ap, const int *);
	va_end(ap);
	if (began == 0)
		began = now_ms();
	bits += info[0];
	bytes += info[1];
	if (now_ms() - began < SINK_MS)
		return 0;
	printf("bytes_per_s %.0f\nbits_per_s %.0f\n", bytes * 1e3 / (now_ms() - began),
		bits * 1e3 / (now_ms() - began));
	fflush(stdout);
	_exit(0);
}
