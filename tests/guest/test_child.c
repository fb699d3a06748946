/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests the children that look at drives, with the C library's clone(2) in place of guest/start.c. */
#include "tests/lib/unit.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "guest/child.c"
#include "guest/sys.c"

#define LIMIT_MS 60000 /* for hangs */

pid_t sys_clone(int (*run)(void *), void *stack_end, void *arg, volatile int *cleared)
{
	return clone(run, stack_end, CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, arg, NULL, NULL,
		(pid_t *)cleared);
}

static struct drive drives[2];
static size_t worked;

static void work(struct drive *drive, uint8_t window[PROBE_WINDOW])
{
	worked += drive == drives + 1;
	window[0]++;
}

static void test_no_zombies(void **state)
{
	size_t i;

	(void)state;
	for (i = 1; i <= 200; i++) {
		assert_true(child_call(1, work, drives + 1, LIMIT_MS));
		assert_int_equal(worked, i);
	}
	assert_int_equal(child_window(1)[0], 200);
	/* This waits until all have ended, and finds none. */
	assert_int_equal(waitpid(-1, NULL, __WALL), -1);
	assert_int_equal(errno, ECHILD);
}

static void hang(struct drive *drive, uint8_t window[PROBE_WINDOW])
{
	(void)drive;
	(void)window;
	for (;;)
		pause();
}

static void test_hanging(void **state)
{
	(void)state;
	assert_false(child_call(0, hang, drives, 10));
	child_wait(0, child_now_ms() + LIMIT_MS);
	assert_false(child_running(0));
	/* The other drives have a child each. */
	assert_true(child_call(1, work, drives + 1, LIMIT_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "child: a child that has ended leaves no zombie", test_no_zombies, NULL, NULL,
			NULL },
		{ "child: a child that hangs is killed after its limit", test_hanging, NULL, NULL,
			NULL },
	};

	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
