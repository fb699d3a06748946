/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/interrupt.h"

#include <assert.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#define GUARDED 2

static const struct replace *volatile guarded[GUARDED];

static void handle(int signal_number)
{
	size_t i;

	for (i = 0; i < GUARDED; i++) {
		const struct replace *r = guarded[i];

		if (r && r->owned)
			unlinkat(r->place.dirfd, r->temp, 0);
	}
	/* SA_RESETHAND has restored the default action, so this ends the process. */
	raise(signal_number);
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

#define SIGNALS (sizeof(signals) / sizeof(*signals))

static void install(void)
{
	const struct sigaction act = { .sa_handler = handle, .sa_flags = (int)SA_RESETHAND };
	struct sigaction old;
	size_t i;

	for (i = 0; i < SIGNALS; i++)
		/* If a signal is ignored, for example because of nohup(1), it must not end this process. */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &act, NULL);
}

int interrupt_open(
	struct replace *r, const char *path, const struct warning_sink *warn, struct fault *f)
{
	sigset_t set, before;
	size_t i;
	int e;

	/* The signals are blocked until the file is in @guarded, because a signal that came before would not remove
	 * it. */
	sigemptyset(&set);
	for (i = 0; i < SIGNALS; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
	install();
	e = replace_open(r, path, warn, f);
	for (i = 0; i < GUARDED && guarded[i]; i++)
		;
	assert(i < GUARDED);
	guarded[i] = r;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return e;
}

void interrupt_end(struct replace *r)
{
	size_t i;

	replace_clear(r);
	for (i = 0; i < GUARDED; i++)
		if (guarded[i] == r)
			guarded[i] = NULL;
}
