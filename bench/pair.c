/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usage: pair RUNS COMMAND... -- COMMAND...
 *
 * Runs the two commands in turn, A B A B, and prints a line for each figure: its name, the median of
 * A, the median of B, and the median of the ratios A / B pair by pair. In turn, because what else the
 * machine does then meets both alike; quote the ratios. Without "--" it runs one command alone.
 * Wall and CPU time in microseconds, peak memory in KiB, as the kernel accounts for a child.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define WARM_UP 3

extern char **environ;

enum { WALL, CPU, MEMORY, FIGURES };

static const char *const names[FIGURES] = { "wall_us", "cpu_us", "peak_kib" };

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double micro(struct timeval t)
{
	return (double)t.tv_sec * 1e6 + (double)t.tv_usec;
}

static void measure(char **command, double figure[FIGURES])
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	const double begin = now_us();
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, command[0], &actions, NULL, command, environ) != 0 ||
		wait4(pid, &status, 0, &usage) < 0 || !WIFEXITED(status) ||
		WEXITSTATUS(status) != 0) {
		fprintf(stderr, "pair: %s: failed\n", command[0]);
		exit(1);
	}
	posix_spawn_file_actions_destroy(&actions);
	figure[WALL] = now_us() - begin;
	figure[CPU] = micro(usage.ru_utime) + micro(usage.ru_stime);
	figure[MEMORY] = (double)usage.ru_maxrss;
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), ascending);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void print(size_t runs, double (*a)[FIGURES], double (*b)[FIGURES])
{
	double *column = calloc(3 * runs, sizeof(*column));
	size_t f, i;

	if (!column)
		exit(1);
	for (f = 0; f < FIGURES; f++) {
		for (i = 0; i < runs; i++) {
			column[i] = a[i][f];
			column[runs + i] = b ? b[i][f] : 0;
			column[2 * runs + i] = b ? a[i][f] / b[i][f] : 0;
		}
		printf("%s %.0f", names[f], median(column, runs));
		if (b)
			printf(" %.0f %.3f", median(column + runs, runs),
				median(column + 2 * runs, runs));
		putchar('\n');
	}
	free(column);
}

int main(int argc, char **argv)
{
	const size_t runs = argc > 2 ? (size_t)atoi(argv[1]) : 0;
	char **first = argv + 2, **second = NULL;
	double(*a)[FIGURES], (*b)[FIGURES];
	size_t i;

	if (runs == 0) {
		fputs("usage: pair RUNS COMMAND... -- COMMAND...\n", stderr);
		return 2;
	}
	for (i = 0; first[i] && !second; i++) {
		if (strcmp(first[i], "--") == 0) {
			first[i] = NULL;
			second = first + i + 1;
		}
	}
	a = calloc(runs + WARM_UP, sizeof(*a));
	b = calloc(runs + WARM_UP, sizeof(*b));
	if (!a || !b)
		return 1;
	for (i = 0; i < runs + WARM_UP; i++) {
		measure(first, a[i]);
		if (second)
			measure(second, b[i]);
	}
	print(runs, a + WARM_UP, second ? b + WARM_UP : NULL);
	free(a);
	free(b);
	return 0;
}
