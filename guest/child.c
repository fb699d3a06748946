/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/child.h"

#include "guest/sys.h"

#define FUTEX_WAIT 0 /* linux/futex.h */
#define CHILD_RUNS 1
#define IGNORED    1 /* SIG_IGN */

/* The window is below the stack in memory. So an overflow of the stack would overwrite only the window. */
struct child {
	_Alignas(4096) uint8_t window[PROBE_WINDOW]; /* two pages, no more */
	_Alignas(16) uint8_t stack[16 << 10];
};

static struct child children[DRIVES_MAX];
static struct drive *looks_at[DRIVES_MAX];
static child_work *does[DRIVES_MAX];
/* CHILD_RUNS; when the child ends, the kernel sets it to 0. */
static volatile int running[DRIVES_MAX];
static pid_t pids[DRIVES_MAX];

unsigned child_now_ms(void)
{
	return (unsigned)(sys_nanoseconds(CLOCK_MONOTONIC) / 1000000);
}

uint8_t *child_window(size_t i)
{
	return children[i].window;
}

bool child_running(size_t i)
{
	return running[i];
}

static int run_child(void *index)
{
	const size_t i = (size_t)index;
	int fd;

	/* If another process waits for the end of our output, a child whose device hangs must not keep the output
	 * open. */
	for (fd = 0; fd <= STDERR_FILENO; fd++)
		sys_close(fd);
	does[i](looks_at[i], children[i].window);
	return 0;
}

/* Nobody waits for a child, and a search starts hundreds for a device that is not ready. So the kernel is told to keep
 * nothing of a child that has ended. */
static void keep_no_zombies(void)
{
	static bool told;

	if (!told)
		sys_set_handler(SIGCHLD, IGNORED);
	told = true;
}

bool child_start(size_t i, child_work *work, struct drive *drive)
{
	if (running[i])
		return false;
	keep_no_zombies();
	looks_at[i] = drive;
	does[i] = work;
	running[i] = CHILD_RUNS;
	pids[i] = sys_clone(
		run_child, children[i].stack + sizeof(children[i].stack), (void *)i, running + i);
	if (pids[i] < 0)
		running[i] = 0;
	return pids[i] >= 0;
}

void child_wait(size_t i, unsigned end_ms)
{
	struct timespec t;
	int left;

	while (running[i] && (left = (int)(end_ms - child_now_ms())) > 0) {
		t.tv_sec = left / 1000;
		t.tv_nsec = left % 1000 * 1000000L;
		sys_call6(SYS_futex, (long)(running + i), FUTEX_WAIT, CHILD_RUNS, (long)&t, 0, 0);
	}
}

bool child_call(size_t i, child_work *work, struct drive *drive, unsigned limit_ms)
{
	const unsigned end = child_now_ms() + limit_ms;
	bool ended;

	/* An earlier child for this drive has finished its work, but may not have ended yet. */
	child_wait(i, end);
	if (!child_start(i, work, drive))
		return false;
	child_wait(i, end);
	ended = !running[i]; /* by itself; the kernel clears this for a child that is killed, too */
	child_abandon(i);
	return ended;
}

void child_abandon(size_t i)
{
	if (running[i])
		sys_call(SYS_kill, pids[i], SIGKILL, 0);
}
