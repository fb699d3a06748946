/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/policy_child.h"
#include "serve/peer.h"
#include "util/child.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WORDS_MAX 65536 /* most bytes that are read of a command line */

/* --- in the child --- */

static void be_alone(pid_t parent, int out)
{
	(void)setpgid(0, 0);
	if (child_begin(parent) < 0)
		_exit(1);
	/* Standard error stays open, so that the program's error messages reach the journal. */
	if (dup2(out, STDOUT_FILENO) < 0)
		_exit(1);
	closefrom(STDERR_FILENO + 1);
}

/* This may block for any time, because the kernel reads the command line from the memory of the other process. */
static void read_peer(struct policy_question *q)
{
	static char words[WORDS_MAX];
	char path[48];
	ssize_t n = 0;
	size_t len = 0;
	int fd;

	if (q->pid <= 0)
		return;
	snprintf(path, sizeof(path), "/proc/%lld/cmdline", (long long)q->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && len < sizeof(words) &&
		(n = read(fd, words + len, sizeof(words) - len)) > 0)
		len += (size_t)n;
	if (fd >= 0)
		close(fd);
	peer_parse(words, len, q);
}

/* The question fits into the pipe's buffer, so writing it does not block, even if the program has not read anything
 * yet. */
static void run_program(const char *path, const char *question, size_t len)
{
	char *const argv[] = { (char *)path, NULL };
	char *const environment[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
		NULL
	};
	int in[2];

	if (pipe2(in, O_CLOEXEC) < 0 || io_write(in[1], question, len) < 0 ||
		dup2(in[0], STDIN_FILENO) < 0)
		return;
	close(in[1]);
	execve(path, argv, environment);
}

static void ask_server(const char *path, const char *question, size_t len)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[POLICY_ANSWER_MAX + 1];
	ssize_t n;

	memcpy(a.sun_path, path, strnlen(path, sizeof(a.sun_path) - 1));
	if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0 ||
		io_write(fd, question, len) < 0)
		return;
	while ((n = read(fd, answer, sizeof(answer))) > 0)
		if (io_write(STDOUT_FILENO, answer, (size_t)n) < 0)
			return;
}

static _Noreturn void run_child(const char *where, const struct policy_question *asked)
{
	struct policy_question q = *asked;
	char question[POLICY_QUESTION_MAX];
	size_t len;

	read_peer(&q);
	len = policy_question_encode(question, &q);
	if (strncmp(where, "exec:", 5) == 0)
		run_program(where + 5, question, len);
	else
		ask_server(where + 5, question, len);
	_exit(1);
}

/* --- in the daemon --- */

pid_t policy_child_start(const char *where, const struct policy_question *q, int *ret_fd)
{
	const pid_t parent = getpid();
	int out[2], err = 0;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	/* The child's end of the pipe is made blocking, because programs do not expect EAGAIN on standard output. */
	(void)fcntl(out[1], F_SETFL, 0);
	pid = fork();
	if (pid == 0) {
		be_alone(parent, out[1]);
		run_child(where, q);
	}
	if (pid < 0)
		err = -errno;
	close(out[1]);
	if (err < 0)
		close(out[0]);
	else
		*ret_fd = out[0];
	return err < 0 ? err : pid;
}
