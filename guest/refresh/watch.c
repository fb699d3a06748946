/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/refresh/watch.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "guest/process.h"
#include "guest/refresh/hooks.h"
#include "guest/refresh/page.h"
#include "guest/sys.h"

/* The process group of the hook that is running. It is in a page of memory that the child shares with its parent. */
static volatile int *hook_running;

static int share(void)
{
	const long page = sys_call6(SYS_mmap, 0, sizeof(*hook_running), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page < 0 && page > -4096)
		return (int)page;
	hook_running = (volatile int *)page;
	return 0;
}

static void pause_ms(unsigned ms)
{
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	sys_call(SYS_nanosleep, (long)&t, 0, 0);
}

/* Fetches a record. Prints the result if there is an answer, or if this was the last try. A service that has no record,
 * with a status of 4xx, counts as no answer: after a restore it may not know the machine at first. */
static bool fetch(struct refresh *r, unsigned limit_ms, bool is_last)
{
	struct message line;
	const bool answered = refresh_fetch(r, limit_ms, &line) != REFRESH_ABSENT;

	if (answered || is_last)
		message_send(&line, false);
	return answered;
}

/* Runs in the child: fetches a record as soon as the network answers, and runs the hooks once: after the answer or, if
 * none comes, after WATCH_NETWORK_MS. */
static void follow_up(struct refresh *r, const char *hooks_reason, char *const *environment)
{
	const unsigned begun = process_now_ms();
	bool hooks_due = hooks_reason != NULL, answered, over;

	do {
		const unsigned took = process_now_ms() - begun;
		const unsigned left = took < WATCH_NETWORK_MS ? WATCH_NETWORK_MS - took : 0;

		over = took >= WATCH_GIVE_UP_MS;
		/* The hooks do not wait for a slow answer. */
		answered = fetch(r, hooks_due ? left : UINT_MAX, over);
		if (hooks_due && (answered || process_now_ms() - begun >= WATCH_NETWORK_MS)) {
			hooks_run(r->opt->hooks, hooks_reason, r->opt->hook_limit_ms, environment,
				hook_running);
			hooks_due = false;
		}
		if (!answered && !over)
			pause_ms(WATCH_RETRY_MS);
	} while (!answered && !over);
}

static pid_t start_follow_up(struct refresh *r, const char *hooks_reason, char *const *environment)
{
	const pid_t child = process_fork();

	if (child == 0) {
		/* Without its parent it would go on fetching for minutes, and nobody would end it at the next restore. */
		sys_call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0);
		follow_up(r, hooks_reason, environment);
		process_exit(0);
	}
	if (child < 0)
		refresh_say(
			"cannot start a process: nothing is fetched, and no hook runs", NULL, NULL);
	return child;
}

/* Reacts to a change of the page. Returns: the child that does the rest of the work. */
static pid_t changed(struct refresh *r, enum page_sign sign, char *const *environment)
{
	const bool is_restore = sign == PAGE_GENERATION;
	const char *reason = is_restore ? "clone" : "disruption";
	const int err = refresh_own(r);

	refresh_say(is_restore ? "restored or cloned" : "restored, cloned or migrated",
		err == 0 ? ": mixed and reseeded" :
			err > 0 ?
			   ": mixed, not reseeded: the RNG is not ready, or the kernel is too old" :
			   ": the kernel's generator cannot be reseeded",
		NULL);
	return start_follow_up(
		r, is_restore || r->opt->hooks_on_disruption ? reason : NULL, environment);
}

/* Kills the child first, so that it cannot start another hook, and then its hook, which has a separate process
 * group. */
static void end(pid_t child)
{
	int status;

	process_kill(child);
	(void)process_wait(child, process_now_ms() + PROCESS_KILLED_MS, &status);
	if (*hook_running > 0)
		process_kill(*hook_running);
	*hook_running = 0;
}

static void watch(struct refresh *r, struct page *page, char *const *environment)
{
	pid_t child = 0;
	int status;

	for (;;) {
		const enum page_sign sign = page_look(page);

		if (child > 0 && process_wait(child, process_now_ms(), &status))
			child = 0;
		if (sign != PAGE_SAME) {
			if (child > 0)
				end(child);
			child = changed(r, sign, environment);
		}
		page_wait(page);
	}
}

static const char *why_not(int err)
{
	switch (err) {
	case -EBADMSG:
		return ": not a vmclock page";
	case -EACCES:
	case -EPERM:
		return ": only root may watch it";
	case -EBUSY:
		return ": changes all the time, and cannot be read";
	}
	return ": cannot be mapped";
}

int watch_run(struct refresh *r, char *const *environment)
{
	static struct page page;
	const int err = page_open(&page, r->opt->device);

	if (err == -ENOENT || err == -ENODEV || err == -ENXIO) {
		refresh_say(r->opt->device ? r->opt->device : "/dev/vmclock*",
			": no such device: nothing to watch", NULL);
		return 0;
	}
	if (err < 0) {
		refresh_say(page.path, why_not(err), NULL);
		return err;
	}
	if (share() < 0) {
		refresh_say("out of memory", NULL, NULL);
		return -ENOMEM;
	}
	process_begin();
	refresh_say("watches ", page.path,
		page.seen.counted ? "" : ", which does not tell a restore from a live migration");
	watch(r, &page, environment);
	return 0;
}
