/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures an EGD server with many clients, which all run in one thread here: how much each client gets, and how long a
 * light client beside them waits.
 *
 *     streams PID SETTLE SECONDS PATH[:WEIGHT]:CLIENTS...
 *
 * Each client asks for 255 bytes again and again, 128 requests ahead. The light client connects to the first path,
 * where CLIENTS may be 0, and asks for 32 bytes every 10 ms. Prints the cells of a row of bench/peers: the number of
 * clients; MB a second; the CPU time of the server PID for each MB, and MB for each second of it; the largest deviation
 * of bytes/weight from its mean; Jain's index; the answers of the light client as a share of the requests that it would
 * make at its pace; and the median, 99th percentile and maximum of its waits.
 */
#include "util/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define AHEAD    128 /* requests */
#define LIGHT_MS 10
#define LIGHT    32
#define WAITS    100000

struct client {
	int fd;
	double weight;
	uint64_t got, before; /* bytes received: in all, and before the measurement */
	int64_t owed;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int connect_to(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(a.sun_path, path, sizeof(a.sun_path) - 1);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
		die(path);
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		die("fcntl");
	return fd;
}

static void ask(struct client *c)
{
	static uint8_t requests[2 * AHEAD];
	ssize_t n;

	if (!requests[0])
		for (n = 0; n < AHEAD; n++) {
			requests[2 * n] = 2;
			requests[2 * n + 1] = 255;
		}
	if (c->owed > AHEAD * 255 / 2)
		return;
	n = write(c->fd, requests, sizeof(requests));
	/* @n is never odd, which would cut a request in half: the socket takes so few bytes all at once, or none. */
	if (n > 0)
		c->owed += n / 2 * 255;
}

static void take(struct client *c)
{
	static uint8_t bytes[1 << 16];
	const ssize_t n = read(c->fd, bytes, sizeof(bytes));

	if (n == 0 || (n < 0 && errno != EAGAIN))
		die("read");
	if (n > 0) {
		c->got += (uint64_t)n;
		c->owed -= n;
	}
	ask(c);
}

/* The CPU time of the server in seconds, user and system, as exact as a clock tick. */
static double cpu_seconds(int pid)
{
	char path[64], text[1024];
	unsigned long user = 0, system = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f || !fgets(text, sizeof(text), f))
		die(path);
	fclose(f);
	sscanf(strrchr(text, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		&system);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* --- the light client --- */

static struct {
	int fd;
	int64_t asked_us, next_ms;
	size_t owed, waits;
	double wait[WAITS];
} light = { .fd = -1 };

static void light_ask(int64_t now_ms)
{
	static const uint8_t request[] = { 2, LIGHT };

	if (light.fd < 0 || light.owed > 0 || now_ms < light.next_ms)
		return;
	light.asked_us = clock_us();
	if (write(light.fd, request, sizeof(request)) != sizeof(request))
		die("light");
	light.owed = LIGHT;
	light.next_ms = now_ms + LIGHT_MS;
}

static void light_take(bool counts)
{
	uint8_t bytes[LIGHT];
	const ssize_t n = read(light.fd, bytes, light.owed);

	if (n <= 0)
		return;
	light.owed -= (size_t)n;
	if (light.owed == 0 && counts && light.waits < WAITS)
		light.wait[light.waits++] = (double)(clock_us() - light.asked_us) / 1000;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* --- all clients --- */

static struct client *client;
static size_t clients;

static void add(char *word)
{
	char *last = strrchr(word, ':'), *weight;
	size_t n;

	if (!last)
		die(word);
	*last = '\0';
	n = strtoul(last + 1, NULL, 10);
	weight = strrchr(word, ':');
	if (weight)
		*weight = '\0';
	client = realloc(client, (clients + n) * sizeof(*client));
	while (n-- > 0)
		client[clients++] = (struct client){ .fd = connect_to(word),
			.weight = weight ? atof(weight + 1) : 1 };
	if (light.fd < 0)
		light.fd = connect_to(word);
}

static void report(double seconds, double cpu)
{
	double sum = 0, squares = 0, worst = 0, bytes = 0, x, mean;
	size_t i;

	for (i = 0; i < clients; i++) {
		x = (double)(client[i].got - client[i].before);
		bytes += x;
		x /= client[i].weight;
		sum += x;
		squares += x * x;
	}
	mean = clients > 0 ? sum / (double)clients : 0;
	for (i = 0; i < clients; i++) {
		x = (double)(client[i].got - client[i].before) / client[i].weight / mean - 1;
		worst = x > worst ? x : -x > worst ? -x : worst;
	}
	printf("%zu | %.2f MB/s | %.2f ms | %.0f", clients, bytes / seconds / 1e6,
		cpu / bytes * 1e9, cpu > 0 ? bytes / cpu / 1e6 : 0);
	if (clients > 1)
		printf(" | %.4f | %.6f", worst, sum * sum / ((double)clients * squares));
	else
		printf(" | - | -");
	qsort(light.wait, light.waits, sizeof(*light.wait), by_size);
	if (light.waits > 0)
		printf(" | %.1f %% | %.2f, %.2f, %.2f ms",
			(double)light.waits * LIGHT_MS / seconds / 10, light.wait[light.waits / 2],
			light.wait[light.waits * 99 / 100], light.wait[light.waits - 1]);
	else
		printf(" | 0 %% | -");
	putchar('\n');
}

static void run(int epoll, int64_t end_ms, bool counts)
{
	struct epoll_event e[256];
	int64_t now;
	int i, n;

	while ((now = clock_ms()) < end_ms) {
		light_ask(now);
		n = epoll_wait(epoll, e, 256, 1);
		for (i = 0; i < n; i++) {
			/* After each other client, so that the light client does not wait for us. */
			if (e[i].data.ptr)
				take(e[i].data.ptr);
			if (light.owed > 0)
				light_take(counts);
		}
	}
}

static void watch(int epoll, int fd, void *who)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = who };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) < 0)
		die("epoll_ctl");
}

int main(int argc, char **argv)
{
	const struct rlimit files = { 8192, 8192 };
	const int epoll = epoll_create1(0);
	int64_t begin;
	double cpu;
	size_t i;
	int n, pid;

	if (argc < 5) {
		fprintf(stderr, "usage: %s PID SETTLE SECONDS PATH[:WEIGHT]:CLIENTS...\n", argv[0]);
		return 2;
	}
	(void)setrlimit(RLIMIT_NOFILE, &files);
	pid = atoi(argv[1]);
	for (n = 4; n < argc; n++)
		add(argv[n]);
	for (i = 0; i < clients; i++) {
		watch(epoll, client[i].fd, client + i);
		ask(client + i);
	}
	watch(epoll, light.fd, NULL);
	run(epoll, clock_ms() + 1000 * atoi(argv[2]), false);
	for (i = 0; i < clients; i++)
		client[i].before = client[i].got;
	cpu = cpu_seconds(pid);
	begin = clock_ms();
	run(epoll, begin + 1000 * atoi(argv[3]), true);
	report((double)(clock_ms() - begin) / 1000, cpu_seconds(pid) - cpu);
	return 0;
}
