/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/process.h"

#include <errno.h>
#include <sys/wait.h>

#include "guest/sys.h"

static const uint64_t child_ended = 1u << (SIGCHLD - 1);

static void mask_signals(int how)
{
	sys_call6(SYS_rt_sigprocmask, how, (long)&child_ended, 0, sizeof(child_ended), 0, 0);
}

void process_begin(void)
{
	/* A process may inherit that SIGCHLD is ignored; then the kernel would not keep the status of children. While
	 * the signal is blocked, it stays pending, so that process_wait() sees it. */
	sys_set_handler(SIGCHLD, 0);
	mask_signals(SIG_BLOCK);
}

pid_t process_fork(void)
{
	pid_t child = (pid_t)sys_call6(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);

	/* Parent and child both do this, because either of them may be the first that needs the process group. */
	if (child >= 0)
		sys_call(SYS_setpgid, child, child, 0);
	return child;
}

bool process_leave(int *ret_error)
{
	const long child = sys_call6(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);

	*ret_error = child < 0 ? (int)child : 0;
	if (child != 0)
		return false;
	sys_call(SYS_setsid, 0, 0, 0);
	process_quiet();
	return true;
}

_Noreturn void process_exit(int status)
{
	for (;;)
		sys_call(SYS_exit_group, status, 0, 0);
}

unsigned process_now_ms(void)
{
	return (unsigned)(sys_nanoseconds(CLOCK_MONOTONIC) / 1000000);
}

/* Sleeps until a child ends or the time is over. */
static void sleep_for_child(unsigned ms)
{
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	sys_call6(SYS_rt_sigtimedwait, (long)&child_ended, 0, (long)&t, sizeof(child_ended), 0, 0);
}

bool process_wait(pid_t child, unsigned end_ms, int *ret_status)
{
	for (;;) {
		int status = 0, left;
		long r = sys_call6(SYS_wait4, child, (long)&status, WNOHANG, 0, 0, 0);

		if (r == child) {
			*ret_status =
				WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
			return true;
		}
		left = (int)(end_ms - process_now_ms());
		if (r < 0 || left <= 0)
			return false;
		sleep_for_child((unsigned)left);
	}
}

void process_kill(pid_t child)
{
	sys_call(SYS_kill, -child, SIGKILL, 0);
}

void process_quiet(void)
{
	int i;

	for (i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		sys_close(i);
	/* open(2) takes the lowest free descriptors: now these are the three that were closed. The program inherits
	 * them. If /dev is empty, a folder is opened instead. */
	for (i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (sys_call6(SYS_openat, AT_FDCWD, (long)"/dev/null", O_RDWR, 0, 0, 0) < 0)
			sys_call6(SYS_openat, AT_FDCWD, (long)"/", O_RDONLY, 0, 0, 0);
}
