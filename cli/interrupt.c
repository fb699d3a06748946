/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const struct replace *volatile guarded;

static void handle(int signal_number)
{
	const struct replace *r = guarded;

	if (r && r->owned)
		unlinkat(r->dirfd, r->temp, 0);
	/* SA_RESETHAND has put the default back: now it does what it is for. */
	raise(signal_number);
}

void interrupt_guard(const struct replace *r)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction act = { .sa_handler = handle, .sa_flags = (int)SA_RESETHAND };
	size_t i;

	guarded = r;
	if (!r)
		return;
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct sigaction old;

		/* nohup(1) and its kin have said that it is not to end us. */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &act, NULL);
	}
}
