/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/process.c"
#include "guest/sys.c"

#define NOBODY 65534

/* Runs in a child, because a process that has given up the right to start processes cannot get it back. */
static int leave_without_processes(void)
{
	const struct rlimit none = { 0, 0 };
	int error = 0;

	if (setrlimit(RLIMIT_NPROC, &none) < 0 ||
		(getuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) < 0))
		return 1;
	if (process_leave(&error))
		return 2;
	return error == -EAGAIN ? 0 : 3;
}

static void test_leave_fails(void **state)
{
	int status;
	pid_t child;

	(void)state;
	child = fork();
	if (child == 0)
		_exit(leave_without_processes());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("process: if no child can be started, the parent gets the error",
			test_leave_fails),
	};

	return cmocka_run_group_tests(tests, temp_enter, temp_leave);
}
