/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/deadline.h"

#include <stddef.h>
#include <sys/mman.h>

#include "guest/process.h"
#include "guest/stage/say.h"
#include "guest/sys.h"

#define NOT_STARTED "no memory for a process: nothing is done"

#define SLICE_MS 100 /* how often the deadline is read again: the worker may change it */
#define GRACE_MS \
	100 /* time for a killed worker to end; during it, the page shared with the worker is kept */

/* A page of memory that the worker and its parent share. @step points to a constant, which has the same address in
 * both. */
static volatile struct shared {
	unsigned begun_ms, limit_ms;
	const char *volatile step;
	bool root_open;
	int child;
} * shared;

void deadline_set(unsigned limit_ms)
{
	shared->limit_ms = limit_ms;
}

void deadline_step(const char *what)
{
	shared->step = what;
}

void deadline_root_open(bool open)
{
	shared->root_open = open;
}

void deadline_owns(int child)
{
	shared->child = child;
}

unsigned deadline_program_ms(void)
{
	return shared->begun_ms + shared->limit_ms / 5 * 4;
}

bool deadline_over(void)
{
	return process_now_ms() - shared->begun_ms >= shared->limit_ms;
}

static void give_up(pid_t worker)
{
	int status;

	process_kill(worker);
	if (shared->child > 0)
		process_kill(shared->child);
	if (shared->step)
		say(shared->step, " does not end: gave up, and the boot continues", NULL);
	else
		say("does not end; the boot continues without it", NULL, NULL);
	if (shared->root_open)
		say("the root file system was not made read-only again", NULL, NULL);
	(void)process_wait(worker, process_now_ms() + GRACE_MS, &status);
}

void deadline_run(void (*work)(void *ctx), void *ctx, unsigned limit_ms)
{
	long page = sys_call6(SYS_mmap, 0, sizeof(*shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t worker;

	if (page < 0 && page > -4096) {
		say(NOT_STARTED, NULL, NULL);
		return;
	}
	shared = (volatile struct shared *)page;
	shared->begun_ms = process_now_ms();
	shared->limit_ms = limit_ms;
	process_begin();
	worker = process_fork();
	if (worker == 0) {
		process_quiet();
		work(ctx);
		process_exit(0);
	}
	if (worker < 0)
		say(NOT_STARTED, NULL, NULL);
	while (worker > 0 && !process_wait(worker, process_now_ms() + SLICE_MS, &status))
		if (deadline_over()) {
			give_up(worker);
			return;
		}
}
