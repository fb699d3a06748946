/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usage: spawns COUNT COMMAND...
 *
 * Runs COUNT processes of the command at once; %d in its words is replaced by the number of the process. All processes
 * wait for one signal, the end of a pipe, so that they begin within a few milliseconds. It is given a second after the
 * last process was created. Prints how many processes succeeded; how long the first, the median and the last took, in
 * milliseconds; the last divided by the median; the largest peak memory of a process in KiB; and by how much the
 * machine's available memory went down, in MiB.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COUNT_MAX 4096
#define WORDS_MAX 64

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static long available_mib(void)
{
	char line[128];
	long kib = 0;
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %ld kB", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib / 1024;
}

/* Returns: a copy of the word, in which @number replaces each %d. */
static char *numbered(const char *word, int number)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		exit(1);
	for (; *word; word++) {
		if (word[0] == '%' && word[1] == 'd') {
			fprintf(f, "%d", number);
			word++;
		} else {
			fputc(*word, f);
		}
	}
	fclose(f);
	return text;
}

/* Waits until the pipe @go ends, and executes the command. */
static void child(int go, int number, char **command)
{
	char *words[WORDS_MAX + 1] = { NULL }, byte;
	const int null = open("/dev/null", O_RDWR);
	int i;

	for (i = 0; command[i] && i < WORDS_MAX; i++)
		words[i] = numbered(command[i], number);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	while (read(go, &byte, 1) > 0)
		;
	execvp(words[0], words);
	_exit(127);
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static double done[COUNT_MAX];
	const int count = argc > 2 ? atoi(argv[1]) : 0;
	long before, least, peak = 0;
	int go[2], i, status, succeeded = 0;
	struct rusage usage;
	double began;

	if (count < 1 || count > COUNT_MAX || argc - 2 > WORDS_MAX) {
		fprintf(stderr, "usage: spawns COUNT COMMAND...\n");
		return 2;
	}
	if (pipe2(go, O_CLOEXEC) < 0)
		return 1;
	for (i = 0; i < count; i++) {
		const pid_t pid = fork();

		if (pid < 0)
			return 1;
		if (pid == 0) {
			close(go[1]);
			child(go[0], i, argv + 2);
		}
	}
	sleep(1);
	least = before = available_mib();
	began = now_ms();
	close(go[1]);
	for (i = 0; i < count; i++) {
		const pid_t pid = wait4(-1, &status, 0, &usage);

		if (pid < 0)
			return 1;
		done[i] = now_ms() - began;
		succeeded += WIFEXITED(status) && WEXITSTATUS(status) == 0;
		peak = usage.ru_maxrss > peak ? usage.ru_maxrss : peak;
		if (i % 16 == 0 && available_mib() < least)
			least = available_mib();
	}
	qsort(done, (size_t)count, sizeof(*done), ascending);
	printf("succeeded %d\nfirst_ms %.0f\nmedian_ms %.0f\nlast_ms %.0f\nlast_by_median %.2f\npeak_kib %ld\nmemory_mib %ld\n",
		succeeded, done[0], done[count / 2], done[count - 1],
		done[count - 1] / done[count / 2], peak, before - least);
	return succeeded == count ? 0 : 1;
}
