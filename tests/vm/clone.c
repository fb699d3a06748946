/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usage: clone TTY SAMPLES [COMMAND...]
 *
 * Runs in a machine that is saved and then continues in copies: before the save and in each copy, it asks the kernel
 * for 8 random bytes each millisecond, which is a sample. A byte on TTY means that this copy has begun: the program
 * starts COMMAND, and takes SAMPLES more samples. Then it prints these, and some from before the save, to TTY as lines
 * "sample MICROSECONDS HEX"; and for COMMAND the line "ended MICROSECONDS STATUS".
 */
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define RING   16384
#define BEFORE 500 /* how many of the earlier samples are printed, too */

static struct {
	int64_t us;
	uint8_t byte[8];
} ring[RING];

static unsigned taken; /* the number of samples that were taken */

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int open_tty(const char *path)
{
	struct termios t;
	int fd = open(path, O_RDWR | O_NOCTTY);

	if (fd < 0 || tcgetattr(fd, &t) < 0)
		exit(1);
	cfmakeraw(&t);
	tcsetattr(fd, TCSANOW, &t);
	return fd;
}

static void print(int fd, const char *line, int len)
{
	while (len > 0) {
		ssize_t n = write(fd, line, (size_t)len);

		if (n <= 0)
			exit(1);
		line += n;
		len -= (int)n;
	}
}

static void print_samples(int fd, unsigned count)
{
	char line[64];
	unsigned i, k;

	for (i = taken > count ? taken - count : 0; i < taken; i++) {
		int len = sprintf(line, "sample %lld ", (long long)ring[i % RING].us);

		for (k = 0; k < 8; k++)
			len += sprintf(line + len, "%02x", ring[i % RING].byte[k]);
		line[len++] = '\n';
		print(fd, line, len);
	}
}

/* Takes a sample and pauses. A byte on @fd ends the pause early. */
static int sample(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	ring[taken % RING].us = now_us();
	if (getrandom(ring[taken % RING].byte, 8, 0) != 8)
		exit(1);
	taken++;
	return poll(&p, 1, 1);
}

static pid_t start(char **command)
{
	pid_t child = *command ? fork() : -1;

	if (child == 0) {
		execv(*command, command);
		_exit(127);
	}
	return child;
}

int main(int argc, char **argv)
{
	const int fd = argc > 2 ? open_tty(argv[1]) : -1;
	const unsigned count = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
	int64_t ended = -1;
	int status = 0;
	unsigned i;
	pid_t child;
	char c, line[64];

	if (fd < 0 || count + BEFORE > RING)
		return 1;
	print(fd, "ready\n", 6);
	while (sample(fd) == 0)
		;
	if (read(fd, &c, 1) != 1)
		return 1;
	child = start(argv + 3);
	for (i = 0; i < count; i++) {
		(void)sample(-1);
		if (child > 0 && ended < 0 && waitpid(child, &status, WNOHANG) == child)
			ended = now_us();
	}
	print_samples(fd, count + BEFORE);
	if (ended >= 0)
		print(fd, line,
			sprintf(line, "ended %lld %d\n", (long long)ended, WEXITSTATUS(status)));
	print(fd, "over\n", 5);
	return 0;
}
