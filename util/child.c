/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/child.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

int child_begin(pid_t parent)
{
	const struct sigaction act = { .sa_handler = SIG_DFL };
	sigset_t none;
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The parent may have ended before the word took effect. */
	if (getppid() != parent)
		return -ESRCH;
	/* A handler of the parent's would remove files that are not the child's to remove. */
	for (i = 1; i < NSIG; i++)
		(void)sigaction(i, &act, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return 0;
}
