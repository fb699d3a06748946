/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests only: makes events and errors happen at a given system call of the tool, so that they can be repeated.
 *
 *   AT=CALL:PATH       at the first CALL (openat, pread, pwrite, write, fsync, fdatasync, renameat, linkat) on a file
 *                      whose path ends in /PATH, or that has no name if PATH is # ...
 *   DO=COMMAND         ... run this in a shell, before the call. There then seems to be no Landlock, because a confined
 *                      tool could not start a shell
 *   ABSENT=PATH...     open(2) and faccessat(2) of exactly these paths return ENOENT
 *   REDIRECT=A=B...    open(2) and faccessat(2) of exactly A use B instead
 *   NODE=PATH=MAJOR:MINOR  fstat(2) of a file that was opened as B with exactly this path returns that character device
 *   READ=ERROR:PATH    read(2) of a file whose path ends in /PATH returns EAGAIN, ENODEV or EIO ...
 *   READ_AFTER=N       ... after it has delivered N bytes
 *   GETRANDOM=fail     getrandom(2) of 64 bytes or more returns EIO: the draws of the tool, not those of libraries
 *   GETRANDOM=N        the same, but it returns pseudo-random bytes that depend on N
 *   GETRANDOM_LOG=FILE all bytes that getrandom(2) has returned are written to this file
 *   CLOCK_AHEAD=FILE   the time of day is ahead by as many seconds as the file has bytes
 *   NAMED=yes          there are no files without a name: openat(2) with O_TMPFILE returns EOPNOTSUPP
 *   WRITE_MAX=N        write(2) writes at most so many bytes at a time
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define DRAW_MIN 64

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int __open_2(const char *path, int flags);
int __openat_2(int dirfd, const char *name, int flags);

static void path_of(int fd, char out[PATH_MAX])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, PATH_MAX - 1);
	out[n < 0 ? 0 : n] = '\0';
	/* The name of a file that was made without a name is FOLDER/#INODE (deleted). */
	if (strrchr(out, '/') && strrchr(out, '/')[1] == '#')
		strrchr(out, '/')[2] = '\0';
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

/* Is @path a word of the variable, or is it A in a word "A=B"? If so, @rest is the text after it. */
static int listed(const char *variable, const char *path, const char **rest)
{
	const char *at = getenv(variable);
	const size_t len = strlen(path);

	for (; at && *at; at += strcspn(at, " "), at += strspn(at, " ")) {
		if (strncmp(at, path, len) != 0 || !memchr(" =", at[len], 3))
			continue;
		*rest = at + len + (at[len] == '=');
		return 1;
	}
	return 0;
}

static int absent(const char *path)
{
	const char *rest;

	if (!listed("ABSENT", path, &rest))
		return 0;
	errno = ENOENT;
	return 1;
}

static const char *redirected(const char *path, char out[PATH_MAX])
{
	const char *to;

	if (!listed("REDIRECT", path, &to))
		return path;
	snprintf(out, PATH_MAX, "%.*s", (int)strcspn(to, " "), to);
	return out;
}

int open(const char *path, int flags, ...)
{
	REAL(open);
	char other[PATH_MAX];
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return absent(path) ? -1 : real(redirected(path, other), flags, mode);
}

int __open_2(const char *path, int flags)
{
	REAL(__open_2);
	char other[PATH_MAX];

	return absent(path) ? -1 : real(redirected(path, other), flags);
}

int faccessat(int dirfd, const char *path, int mode, int flags)
{
	REAL(faccessat);
	char other[PATH_MAX];

	return absent(path) ? -1 : real(dirfd, redirected(path, other), mode, flags);
}

int fstat(int fd, struct stat *st)
{
	REAL(fstat);
	const int r = real(fd, st);
	char path[PATH_MAX];
	unsigned high, low;
	const char *node;

	path_of(fd, path);
	if (r == 0 && listed("NODE", path, &node) && sscanf(node, "%u:%u", &high, &low) == 2) {
		st->st_mode = S_IFCHR | 0600;
		st->st_rdev = makedev(high, low);
	}
	return r;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
	REAL(clock_gettime);
	const char *ahead = getenv("CLOCK_AHEAD");
	const int r = real(clock, t);
	struct stat st;

	if (r == 0 && clock == CLOCK_REALTIME && ahead && stat(ahead, &st) == 0)
		t->tv_sec += st.st_size;
	return r;
}

static int read_error(int fd)
{
	static const struct {
		const char *name;
		int number;
	} errors[] = { { "EAGAIN:", EAGAIN }, { "ENODEV:", ENODEV }, { "EIO:", EIO } };
	const char *what = getenv("READ");
	char path[PATH_MAX];
	size_t i;

	path_of(fd, path);
	for (i = 0; what && i < sizeof(errors) / sizeof(*errors); i++) {
		const size_t len = strlen(errors[i].name);

		if (strncmp(what, errors[i].name, len) == 0 && ends_in(path, what + len))
			return errors[i].number;
	}
	return 0;
}

ssize_t read(int fd, void *buf, size_t len)
{
	REAL(read);
	static size_t given;
	const char *after = getenv("READ_AFTER");
	const size_t room = after ? strtoul(after, NULL, 10) : 0;
	const int error = read_error(fd);
	ssize_t n;

	if (!error)
		return real(fd, buf, len);
	if (given >= room) {
		errno = error;
		return -1;
	}
	n = real(fd, buf, len < room - given ? len : room - given);
	given += n > 0 ? (size_t)n : 0;
	return n;
}

int openat(int dirfd, const char *name, int flags, ...)
{
	REAL(openat);
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))
		mode = va_arg(ap, mode_t);
	va_end(ap);
	act_name("openat", dirfd, name);
	if ((flags & O_TMPFILE) == O_TMPFILE && getenv("NAMED")) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return real(dirfd, name, flags, mode);
}

/* glibc's open functions call this one if the compiler does not know the flags. */
int __openat_2(int dirfd, const char *name, int flags)
{
	REAL(__openat_2);

	act_name("openat", dirfd, name);
	return real(dirfd, name, flags);
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

int fdatasync(int fd)
{
	REAL(fdatasync);

	act_fd("fdatasync", fd);
	return real(fd);
}

int linkat(int olddirfd, const char *old, int newdirfd, const char *new, int flags)
{
	REAL(linkat);

	act_name("linkat", newdirfd, new);
	return real(olddirfd, old, newdirfd, new, flags);
}

int renameat(int olddirfd, const char *old, int newdirfd, const char *new)
{
	REAL(renameat);

	act_name("renameat", newdirfd, new);
	return real(olddirfd, old, newdirfd, new);
}

/* splitmix64: each N gives another sequence, and in no sequence a window occurs twice. */
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

long syscall(long number, ...)
{
	REAL(syscall);
	va_list list;
	long a[6];
	size_t i;

	if (number == SYS_landlock_create_ruleset && getenv("DO")) {
		errno = ENOSYS;
		return -1;
	}
	va_start(list, number);
	for (i = 0; i < sizeof(a) / sizeof(*a); i++)
		a[i] = va_arg(list, long);
	va_end(list);
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
