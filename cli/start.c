/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/start.h"
#include "cli/report.h"
#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void start_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static struct ignored {
	int number;
	void (*before)(int);
} ignored[] = { { .number = SIGPIPE }, { .number = SIGXFSZ } };

void start_signals(void)
{
	size_t i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		ignored[i].before = signal(ignored[i].number, SIG_IGN);
}

void start_signals_undo(void)
{
	size_t i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i].number, ignored[i].before);
}

int start_secrets(struct fault *f)
{
	const int r = secret_setup();

	if (r == -ENOSYS)
		return fault_set(f, r, "libsodium: cannot be initialized");
	return r < 0 ? fault_set(f, r, "core dumps: cannot be turned off: %s", strerror(-r)) : 0;
}

/* If standard output cannot be written, on a full disk for example, the command has failed. */
int finish(int status)
{
	if (secret_unlocked())
		report_warning("memory for secrets: could not be locked (RLIMIT_MEMLOCK)");
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	report_error("standard output: %s", strerror(errno));
	return status == EXIT_DONE ? EXIT_FAILED : status;
}
