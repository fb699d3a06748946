/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests only: what the world may do to the tool at a given system call, made repeatable.
 *
 *   AT=CALL:PATH       at the first CALL (openat, pread, pwrite, write, fsync, renameat) on a file whose
 *                      path ends in /PATH ...
 *   DO=COMMAND         ... a shell runs this, before the call
 *   ABSENT=PATH        open(2) of exactly this path says ENOENT
 *   GETRANDOM=fail     getrandom(2) of 64 bytes or more says EIO: the tool's draws, and no library's
 *   GETRANDOM=N        the same, but gives pseudo-random bytes that N decides
 *   GETRANDOM_LOG=FILE what it gave, as one piece
 *   WRITE_MAX=N        write(2) takes at most so many bytes at a time
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define DRAW_MIN 64

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int __open_2(const char *path, int flags);

static void path_of(int fd, char out[PATH_MAX])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, PATH_MAX - 1);
	out[n < 0 ? 0 : n] = '\0';
}

static int ends_in(const char *path, const char *tail)
{
	const size_t n = strlen(path), m = strlen(tail);

	return n > m && path[n - m - 1] == '/' && strcmp(path + n - m, tail) == 0;
}

static void act(const char *call, const char *path)
{
	static int done;
	const char *at = getenv("AT"), *command = getenv("DO");
	const size_t len = strlen(call);
	int status;

	if (done || !at || !command || strncmp(at, call, len) != 0 || at[len] != ':' ||
		!ends_in(path, at + len + 1))
		return;
	done = 1;
	unsetenv("LD_PRELOAD");
	status = system(command);
	if (status != 0) {
		fprintf(stderr, "preload: %s: status %d\n", command, status);
		abort();
	}
}

static void act_fd(const char *call, int fd)
{
	char path[PATH_MAX];

	path_of(fd, path);
	act(call, path);
}

static void act_name(const char *call, int dirfd, const char *name)
{
	char path[PATH_MAX], full[2 * PATH_MAX];

	path_of(dirfd, path);
	snprintf(full, sizeof(full), "%s/%s", path, name);
	act(call, full);
}

static int absent(const char *path)
{
	const char *name = getenv("ABSENT");

	if (!name || strcmp(name, path) != 0)
		return 0;
	errno = ENOENT;
	return 1;
}

int open(const char *path, int flags, ...)
{
	REAL(open);
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return absent(path) ? -1 : real(path, flags, mode);
}

int __open_2(const char *path, int flags)
{
	REAL(__open_2);

	return absent(path) ? -1 : real(path, flags);
}

int openat(int dirfd, const char *name, int flags, ...)
{
	REAL(openat);
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	act_name("openat", dirfd, name);
	return real(dirfd, name, flags, mode);
}

ssize_t pread(int fd, void *buf, size_t len, off_t off)
{
	REAL(pread);

	act_fd("pread", fd);
	return real(fd, buf, len, off);
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t off)
{
	REAL(pwrite);

	act_fd("pwrite", fd);
	return real(fd, buf, len, off);
}

ssize_t write(int fd, const void *buf, size_t len)
{
	REAL(write);
	const char *max = getenv("WRITE_MAX");
	const size_t most = max ? strtoul(max, NULL, 10) : len;

	act_fd("write", fd);
	return real(fd, buf, len < most ? len : most);
}

int fsync(int fd)
{
	REAL(fsync);

	act_fd("fsync", fd);
	return real(fd);
}

int renameat(int olddirfd, const char *old, int newdirfd, const char *new)
{
	REAL(renameat);

	act_name("renameat", newdirfd, new);
	return real(olddirfd, old, newdirfd, new);
}

/* splitmix64: each N its own sequence, and no window of it comes twice. */
static uint64_t next_word(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void give(uint8_t *out, size_t len, const char *number)
{
	static uint64_t state;
	static int begun;
	size_t i;

	if (!begun)
		state = strtoull(number, NULL, 10) << 32;
	begun = 1;
	for (i = 0; i < len; i++)
		out[i] = (uint8_t)(next_word(&state) >> 56);
}

static void log_given(const void *given, size_t len)
{
	const char *path = getenv("GETRANDOM_LOG");
	FILE *log = path ? fopen(path, "a") : NULL;

	if (!log)
		return;
	setvbuf(log, NULL, _IONBF, 0);
	fwrite(given, 1, len, log);
	fclose(log);
}

ssize_t getrandom(void *buf, size_t len, unsigned flags)
{
	REAL(getrandom);
	const char *mode = getenv("GETRANDOM");

	if (!mode || len < DRAW_MIN)
		return real(buf, len, flags);
	if (strcmp(mode, "fail") == 0) {
		errno = EIO;
		return -1;
	}
	give(buf, len, mode);
	log_given(buf, len);
	return (ssize_t)len;
}
