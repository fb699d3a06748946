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
	/* If the parent ended before prctl(2), no signal comes. */
	if (getppid() != parent)
		return -ESRCH;
	/* A signal handler of the parent would, if it ran in the child, remove the parent's temporary files. */
	for (i = 1; i < NSIG; i++)
		(void)sigaction(i, &act, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return 0;
}
