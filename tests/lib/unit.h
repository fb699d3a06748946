/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

/* The headers that cmocka.h requires to be included before it, and functions that several tests use. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Files have the modes that a test sets, whatever the umask of the caller. */
static inline __attribute__((constructor)) void unit_umask(void)
{
	umask(022);
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A test and its title, which is the promise that it proves. */
#define TEST(title, function)                     \
	{                                         \
		title, function, NULL, NULL, NULL \
	}

/* splitmix64: the same numbers in each run, so that a failure can be reproduced. */
static inline uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline size_t random_below(uint64_t *state, size_t limit)
{
	return (size_t)(random_next(state) % limit);
}

static inline void random_fill(uint64_t *state, void *out, size_t len)
{
	uint8_t *p = out;

	while (len-- > 0)
		*p++ = (uint8_t)random_next(state);
}

/* Reads a whole file, and puts a zero byte after it. The caller frees the result. */
static inline char *file_read(const char *path, size_t *ret_len)
{
	struct stat st;
	char *text;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		fail_msg("%s: cannot be opened", path);
	text = malloc((size_t)st.st_size + 1);
	assert_non_null(text);
	assert_int_equal(read(fd, text, (size_t)st.st_size), st.st_size);
	text[st.st_size] = '\0';
	close(fd);
	*ret_len = (size_t)st.st_size;
	return text;
}

static inline void file_write(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		fail_msg("%s: cannot be made", path);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

static inline void run_program(const char *const argv[])
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		/* The program's warnings would be mixed with the results. */
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("%s: status %#x", argv[0], (unsigned)status);
}

/* For a group of tests: a new, empty working folder, which is removed at the end with its contents. */
struct temp_folder {
	char path[256];
	int before;
};

static inline struct temp_folder *temp_folder(void)
{
	static struct temp_folder folder;

	return &folder;
}

static inline int temp_enter(void **state)
{
	struct temp_folder *t = temp_folder();

	(void)state;
	snprintf(t->path, sizeof(t->path), "%s/seedrive-unit-XXXXXX",
		getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
	t->before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return t->before < 0 || !mkdtemp(t->path) || chdir(t->path) < 0 ? -1 : 0;
}

static inline int temp_leave(void **state)
{
	struct temp_folder *t = temp_folder();

	(void)state;
	if (fchdir(t->before) < 0)
		return -1;
	close(t->before);
	run_program((const char *[]){ "rm", "-rf", "--", t->path, NULL });
	return 0;
}

#endif
