/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_WORDS_WORLD_H
#define TESTS_FUZZ_WORDS_WORLD_H

/*
 * The machine that the words of a command line are about. It has the files of the table `nodes`, in each folder: only the
 * last part of a path counts. No network and no daemon answers. The linker gives the program these functions instead of the
 * system's (--wrap). Outside of a run, they do what the system's do.
 */
#include "seed/source/machine.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The settings of the world; NULL: the word is not among the input's. */
static struct {
	bool on;
	const char *seed;   /* SEEDRIVE_SEED */
	const char *epoch;  /* SOURCE_DATE_EPOCH */
	const char *config; /* CONFIG: the text of the configuration file */
	const char
		*out; /* STDOUT: terminal, file, socket or closed; else standard output is a pipe */
	const char *machine; /* MACHINE: emulated, or physical */
} words_world;

struct node {
	const char *name;
	mode_t mode;
	unsigned major, minor;
	const char *
		becomes; /* the file that open(2) finds at this path, because it is replaced after stat(2) */
};

static const struct node nodes[] = {
	{ "hwrng", S_IFCHR, 10, 183, NULL },
	{ "tpmrm0", S_IFCHR, 10, 224, NULL },
	{ "ttyUSB0", S_IFCHR, 188, 0, NULL },
	{ "urandom", S_IFCHR, 1, 9, NULL },
	{ "fifo", S_IFIFO, 0, 0, NULL },
	{ "socket", S_IFSOCK, 0, 0, NULL },
	{ "folder", S_IFDIR, 0, 0, NULL },
	{ "file", S_IFREG, 0, 0, NULL },
	{ "swapped", S_IFCHR, 188, 0, "hwrng" },
	{ "stdout", S_IFIFO, 0, 0, NULL },
};

/* The descriptor that was opened last. */
static struct {
	int fd;
	const struct node *node; /* NULL: none was opened */
} opened;

int __real_open(const char *path, int flags, ...);
int __real_stat(const char *path, struct stat *st);
int __real_fstat(int fd, struct stat *st);
int __real_isatty(int fd);
char *__real_getenv(const char *name);
int __real_socket(int domain, int type, int protocol);
int __real_getaddrinfo(
	const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **ret);
bool __real_machine_is_emulated(void);
int __wrap_open(const char *path, int flags, ...);
int __wrap_stat(const char *path, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);
int __wrap_isatty(int fd);
char *__wrap_getenv(const char *name);
int __wrap_socket(int domain, int type, int protocol);
int __wrap_getaddrinfo(
	const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **ret);
bool __wrap_machine_is_emulated(void);

static void words_world_begin(void)
{
	memset(&words_world, 0, sizeof(words_world));
	words_world.on = true;
	opened.node = NULL;
}

static void words_world_end(void)
{
	words_world.on = false;
}

/* Sets one setting of the world from a word such as "STDOUT=file". Returns: false if the word is not a setting. */
static bool words_world_set(const char *word)
{
	const struct {
		const char *name, **value;
	} settings[] = {
		{ "SEEDRIVE_SEED=", &words_world.seed },
		{ "SOURCE_DATE_EPOCH=", &words_world.epoch },
		{ "CONFIG=", &words_world.config },
		{ "STDOUT=", &words_world.out },
		{ "MACHINE=", &words_world.machine },
	};
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		const size_t len = strlen(settings[i].name);

		if (strncmp(word, settings[i].name, len) == 0) {
			*settings[i].value = word + len;
			return true;
		}
	}
	return false;
}

/* Returns: the path of a file with the world's configuration. */
static const char *words_world_config(void)
{
	static char path[32];
	static int file = -1;
	const size_t len = strlen(words_world.config);

	if (file < 0) {
		file = memfd_create("seedrive.conf", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	}
	assert(fchmod(file, 0600) == 0 && ftruncate(file, 0) == 0);
	assert(pwrite(file, words_world.config, len, 0) == (ssize_t)len);
	return path;
}

/* What was opened last must be closed now. */
static void words_world_check_closed(void)
{
	assert(!opened.node || fcntl(opened.fd, F_GETFD) < 0);
	opened.node = NULL;
}

static bool is(const char *setting, const char *value)
{
	return setting && strcmp(setting, value) == 0;
}

static const struct node *find_node(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t i;

	for (i = 0; i < sizeof(nodes) / sizeof(*nodes); i++)
		if (strcmp(slash ? slash + 1 : path, nodes[i].name) == 0)
			return nodes + i;
	return NULL;
}

static void fill_stat(const struct node *node, struct stat *st)
{
	*st = (struct stat){ .st_mode = node->mode | 0600,
		.st_ino = (ino_t)(1 + node - nodes),
		.st_rdev = makedev(node->major, node->minor) };
	if (strcmp(node->name, "stdout") == 0)
		st->st_mode = is(words_world.out, "terminal") ? S_IFCHR :
			is(words_world.out, "file")           ? S_IFREG :
			is(words_world.out, "socket")         ? S_IFSOCK :
								S_IFIFO;
}

/* The kernel's word about a device, which makes it a TPM. */
static int open_uevent(void)
{
	static const char text[] = "DEVNAME=tpmrm0\n";
	const int fd = memfd_create("uevent", MFD_CLOEXEC);

	assert(fd >= 0 && pwrite(fd, text, strlen(text), 0) == (ssize_t)strlen(text));
	return fd;
}

/* No file is created here, so no mode follows the flags. */
int __wrap_open(const char *path, int flags, ...)
{
	const struct node *node;
	mode_t mode = 0;
	va_list more;

	if (!words_world.on || strncmp(path, "/proc/self/fd/", 14) == 0) {
		va_start(more, flags);
		if (flags & O_CREAT)
			mode = va_arg(more, mode_t);
		va_end(more);
		return __real_open(path, flags, mode);
	}
	if (strcmp(path, "/sys/dev/char/10:224/uevent") == 0)
		return open_uevent();
	node = find_node(path);
	if (!node || S_ISSOCK(node->mode)) {
		errno = node ? ENXIO : ENOENT;
		return -1;
	}
	assert(!(flags & O_CREAT));
	words_world_check_closed();
	opened.node = node->becomes ? find_node(node->becomes) : node;
	opened.fd = __real_open("/dev/null", O_RDONLY | O_CLOEXEC);
	return opened.fd;
}

int __wrap_stat(const char *path, struct stat *st)
{
	const struct node *node;

	if (!words_world.on)
		return __real_stat(path, st);
	node = find_node(path);
	if (!node) {
		errno = ENOENT;
		return -1;
	}
	fill_stat(node, st);
	return 0;
}

int __wrap_fstat(int fd, struct stat *st)
{
	if (words_world.on && fd == STDOUT_FILENO) {
		fill_stat(find_node("stdout"), st);
		errno = EBADF;
		return is(words_world.out, "closed") ? -1 : 0;
	}
	if (!words_world.on || !opened.node || fd != opened.fd)
		return __real_fstat(fd, st);
	fill_stat(opened.node, st);
	return 0;
}

int __wrap_isatty(int fd)
{
	return words_world.on ? is(words_world.out, "terminal") : __real_isatty(fd);
}

char *__wrap_getenv(const char *name)
{
	if (words_world.on && strcmp(name, "SEEDRIVE_SEED") == 0)
		return (char *)words_world.seed;
	return __real_getenv(name);
}

int __wrap_socket(int domain, int type, int protocol)
{
	if (!words_world.on)
		return __real_socket(domain, type, protocol);
	errno = EAFNOSUPPORT;
	return -1;
}

int __wrap_getaddrinfo(
	const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **ret)
{
	return words_world.on ? EAI_FAIL : __real_getaddrinfo(host, port, hints, ret);
}

bool __wrap_machine_is_emulated(void)
{
	return words_world.on ? is(words_world.machine, "emulated") : __real_machine_is_emulated();
}

#endif
