/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures a server of HTTP for bench/web, with clients that ask for vendordata as Nova does: the CPU time of an
 * answer, how long a client waits for it, and the memory of a connection.
 *
 *     http PID PORT kept|new CLIENTS SECONDS   each client asks again when it has its answer; new: on a new connection
 *     http PID PORT idle|half CLIENTS          memory when each client has its answer; half: has sent 60 KB of its body
 *
 * Prints one line. PID is the server's.
 */
#include "util/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 4096
#define WAITS_MAX   (1 << 22)
#define SMALL       1500
#define LARGE       100000

static struct client {
	int fd;
	int64_t begin_us;
	size_t got, want;
	char head[512];
} client[CLIENTS_MAX];

static struct sockaddr_in where = { .sin_family = AF_INET };
static uint32_t wait_us[WAITS_MAX];
static size_t answers;
static bool keeps;
static int poll_fd;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* The CPU time of a process in seconds, user and system. */
static double cpu_seconds(int pid)
{
	unsigned long user, system;
	char path[64], text[1024];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f || !fgets(text, sizeof(text), f) ||
		sscanf(strrchr(text, ')') + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			&system) != 2)
		die(path);
	fclose(f);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static long resident_kib(int pid)
{
	char path[64], line[256];
	long kib = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && kib < 0 && fgets(line, sizeof(line), f))
		(void)sscanf(line, "VmRSS: %ld", &kib);
	if (kib < 0)
		die(path);
	fclose(f);
	return kib;
}

/* Writes a request with the UUID of an instance that was in no request before. Returns: the length of the request. */
static size_t request(char *out, size_t body)
{
	static uint64_t number;
	int n;

	number++;
	n = sprintf(out,
		"POST /vendordata HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: openstack-nova-vendordata\r\n"
		"Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n"
		"{\"instance-id\": \"%08x-0000-4000-8000-%012llx\", \"user-data\": \"",
		body, keeps ? "" : "Connection: close\r\n", (unsigned)getpid(),
		(unsigned long long)number);
	body -= strlen(strstr(out, "\r\n\r\n") + 4);
	memset(out + n, 'x', body - 2);
	memcpy(out + n + body - 2, "\"}", 2);
	return (size_t)n + body;
}

static int connect_one(void)
{
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&where, sizeof(where)) < 0)
		die("connect");
	return fd;
}

static void ask(struct client *c)
{
	static char text[SMALL + 512];
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
	const size_t len = request(text, SMALL);

	c->begin_us = now_us();
	if (c->fd < 0) {
		c->fd = connect_one();
		epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &e);
	}
	c->got = c->want = 0;
	if (send(c->fd, text, len, MSG_NOSIGNAL) != (ssize_t)len)
		die("send");
}

/* Sets @c->want to the length of the whole answer as soon as its head is complete. */
static void find_length(struct client *c, const char *in, size_t n)
{
	const char *end, *length;

	if (c->want > 0 || c->got >= sizeof(c->head) - 1)
		return;
	if (n > sizeof(c->head) - 1 - c->got)
		n = sizeof(c->head) - 1 - c->got;
	memcpy(c->head + c->got, in, n);
	c->head[c->got + n] = '\0';
	end = strstr(c->head, "\r\n\r\n");
	length = strcasestr(c->head, "\r\nContent-Length: ");
	if (end && length && strncmp(c->head, "HTTP/1.1 200", 12) == 0)
		c->want = (size_t)(end + 4 - c->head) + strtoul(length + 18, NULL, 10);
	else if (end)
		die(c->head);
}

/* Reads what the client has received. Returns: is its answer complete? */
static bool take(struct client *c)
{
	static char in[65536];
	const ssize_t n = recv(c->fd, in, sizeof(in), 0);

	if (n <= 0)
		die("recv");
	find_length(c, in, (size_t)n);
	c->got += (size_t)n;
	if (c->want == 0 || c->got < c->want)
		return false;
	if (answers < WAITS_MAX)
		wait_us[answers++] = (uint32_t)(now_us() - c->begin_us);
	if (!keeps) {
		close(c->fd);
		c->fd = -1;
	}
	return true;
}

static void run(int64_t ms)
{
	const int64_t end_ms = clock_ms() + ms;
	struct epoll_event e[64];
	int i, n;

	while (clock_ms() < end_ms) {
		n = epoll_wait(poll_fd, e, 64, 100);
		for (i = 0; i < n; i++)
			if (take(e[i].data.ptr))
				ask(e[i].data.ptr);
	}
}

static int compare(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void measure_answers(int pid, int clients, int seconds)
{
	double cpu, wall;
	int64_t begin;
	int i;

	for (i = 0; i < clients; i++) {
		client[i].fd = -1;
		ask(client + i);
	}
	run(1000);
	answers = 0;
	cpu = cpu_seconds(pid);
	begin = now_us();
	run(1000 * seconds);
	cpu = cpu_seconds(pid) - cpu;
	wall = (double)(now_us() - begin) / 1e6;
	qsort(wait_us, answers, sizeof(*wait_us), compare);
	printf("%.1f us of CPU an answer, %.0f answers a second, median %.2f ms, 99th percentile %.2f ms\n",
		cpu * 1e6 / (double)answers, (double)answers / wall, wait_us[answers / 2] / 1e3,
		wait_us[answers * 99 / 100] / 1e3);
}

static void open_all(int clients, bool half)
{
	static char text[LARGE + 512];
	int i;

	for (i = 0; i < clients; i++) {
		const size_t len = request(text, half ? LARGE : SMALL);

		client[i] = (struct client){ .fd = connect_one() };
		if (half && send(client[i].fd, text, 60000, MSG_NOSIGNAL) != 60000)
			die("send");
		if (!half && send(client[i].fd, text, len, MSG_NOSIGNAL) != (ssize_t)len)
			die("send");
		while (!half && !take(client + i))
			;
	}
}

static void measure_memory(int pid, int clients, bool half)
{
	long before;

	/* After a first connection the server has the memory that all connections share. */
	open_all(1, false);
	close(client[0].fd);
	usleep(500000);
	before = resident_kib(pid);
	open_all(clients, half);
	usleep(500000);
	printf("%.2f KiB a connection\n", (double)(resident_kib(pid) - before) / clients);
}

int main(int argc, char **argv)
{
	const struct rlimit files = { 8192, 8192 };
	const char *what = argc > 3 ? argv[3] : "";
	const bool timed = strcmp(what, "kept") == 0 || strcmp(what, "new") == 0;
	int clients;

	if (argc != (timed ? 6 : 5)) {
		fprintf(stderr, "usage: %s PID PORT kept|new CLIENTS SECONDS | idle|half CLIENTS\n",
			argv[0]);
		return 2;
	}
	(void)setrlimit(RLIMIT_NOFILE, &files);
	where.sin_port = htons((uint16_t)atoi(argv[2]));
	where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	keeps = strcmp(what, "new") != 0;
	poll_fd = epoll_create1(0);
	clients = atoi(argv[4]) < CLIENTS_MAX ? atoi(argv[4]) : CLIENTS_MAX;
	if (timed)
		measure_answers(atoi(argv[1]), clients, atoi(argv[5]));
	else
		measure_memory(atoi(argv[1]), clients, strcmp(what, "half") == 0);
	return 0;
}
