/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/token.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";

static int file_fault(struct fault *f, int err, const char *path)
{
	return fault_set(f, err, "token-file: %s: %s", path, strerror(-err));
}

static int find_path(const char *where, char path[PATH_MAX], struct fault *f)
{
	const size_t skip = sizeof(TOKEN_CREDENTIAL) - 1;
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	int n;

	if (strncmp(where, TOKEN_CREDENTIAL, skip) != 0)
		n = snprintf(path, PATH_MAX, "%s", where);
	else if (folder)
		n = snprintf(path, PATH_MAX, "%s/%s", folder, where + skip);
	else
		return fault_set(f, -ENOENT,
			"token-file: %s: the service manager has passed no credentials", where);
	return n < PATH_MAX ? 0 : file_fault(f, -ENAMETOOLONG, where);
}

/* Accepts only a regular file. O_NONBLOCK is needed because opening a FIFO would otherwise wait for a writer. */
static int open_file(const char *path, struct fault *f)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return file_fault(f, -errno, path);
	if (fstat(fd, &st) < 0)
		r = file_fault(f, -errno, path);
	else if (!S_ISREG(st.st_mode))
		r = fault_set(f, -EINVAL, "token-file: %s: not a regular file", path);
	else if (st.st_mode & S_IRWXO)
		r = fault_set(f, -EPERM,
			"token-file: %s: users other than its owner and group may use it; try chmod o= on it",
			path);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

static int take(struct token *ret, const char *text, size_t len)
{
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len < TOKEN_MIN || len > TOKEN_MAX || strspn(text, allowed) < len)
		return -EINVAL;
	ret->set = true;
	sha256(text, len, ret->digest);
	return 0;
}

int token_read(const char *where, struct token *ret, struct fault *f)
{
	char path[PATH_MAX], text[TOKEN_MAX + 3];
	ssize_t n;
	int fd, r;

	r = find_path(where, path, f);
	if (r < 0)
		return r;
	fd = open_file(path, f);
	if (fd < 0)
		return fd;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0) {
		r = file_fault(f, -errno, path);
	} else {
		text[n] = '\0';
		if (take(ret, text, (size_t)n) < 0)
			r = fault_set(f, -EINVAL,
				"token-file: %s: must be one line of %d to %d characters of A-Z, a-z, 0-9, -, . and _",
				path, TOKEN_MIN, TOKEN_MAX);
	}
	explicit_bzero(text, sizeof(text));
	close(fd);
	return r;
}

bool token_matches(const struct token *t, const char *text, size_t len)
{
	uint8_t digest[SHA256_SIZE], differ = 0;
	size_t i;

	sha256(text, len, digest);
	for (i = 0; i < sizeof(digest); i++)
		differ |= digest[i] ^ t->digest[i];
	return t->set && differ == 0;
}
