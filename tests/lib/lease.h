/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_LEASE_H
#define TESTS_LEASE_H

/* A process that holds a lease on a file, as Samba or the kernel's NFS server do. Needs _GNU_SOURCE. */
#include "tests/lib/unit.h"

#include <signal.h>

/* Starts a process that takes a lease on @path. When another process wants to open the file, it gives the lease up
 * after @hold_ms; if @hold_ms is 0, it never does. The caller must not have the file open. Returns: its id. */
static inline pid_t lease_hold(const char *path, unsigned hold_ms)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const int fd = open(path, O_RDONLY | O_CLOEXEC);
		sigset_t set;
		int got;

		sigemptyset(&set);
		sigaddset(&set, SIGIO);
		sigprocmask(SIG_BLOCK, &set, NULL);
		if (fd < 0 || fcntl(fd, F_SETLEASE, F_WRLCK) < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		sigwait(&set, &got);
		usleep(1000 * hold_ms);
		if (hold_ms > 0)
			_exit(0);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		fail_msg("%s: no lease", path);
	close(ready[0]);
	return pid;
}

/* Ends that process. */
static inline void lease_end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

#endif
