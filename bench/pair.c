/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usage: pair [-f FILE]... RUNS COMMAND... -- COMMAND...
 *
 * -f: FILE is removed before each run, so that the command makes a new file. The time of the removal is not measured.
 *
 * Runs the two commands in turn, A B A B, and prints a line for each figure: its name, the median of
 * A, the median of B, and the median of the ratios A / B of the pairs. The commands run in turn so that other
 * work of the machine slows both down alike; therefore quote the ratios. Without "--" it runs one command alone.
 * The figures are the wall time and the CPU time in microseconds, and the peak memory in KiB. CPU time and memory
 * are what the kernel reports for a child.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

#define FRESH_MAX 8

static const char *fresh[FRESH_MAX];
static int fresh_count;

static void measure(char **command, double figure[FIGURES])
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	double begin;
	int status, i;
	pid_t pid;

	for (i = 0; i < fresh_count; i++)
		(void)unlink(fresh[i]);
	begin = now_us();
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
	char **first, **second = NULL;
	double(*a)[FIGURES], (*b)[FIGURES];
	size_t runs, i;
	int c;

	while ((c = getopt(argc, argv, "+f:")) == 'f' && fresh_count < FRESH_MAX)
		fresh[fresh_count++] = optarg;
	argv += optind;
	runs = c < 0 && argv[0] && argv[1] ? (size_t)atoi(argv[0]) : 0;
	first = argv + 1;
	if (runs == 0) {
		fputs("usage: pair [-f FILE]... RUNS COMMAND... -- COMMAND...\n", stderr);
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
