/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include <errno.h>
#include <signal.h>

#include "guest/stage/deadline.c"
#include "guest/process.c"
#include "guest/sys.c"

static char said[256];

/* Only the parent calls this, to report what happened to its worker. */
void say(const char *a, const char *b, const char *c)
{
	const size_t n = strlen(said);

	snprintf(said + n, sizeof(said) - n, "%s%s%s\n", a, b ? b : "", b && c ? c : "");
}

static unsigned run(void (*work)(void *ctx), unsigned limit_ms)
{
	const unsigned begun = process_now_ms();

	said[0] = '\0';
	deadline_run(work, NULL, limit_ms);
	return process_now_ms() - begun;
}

static _Noreturn void hang(void)
{
	for (;;)
		pause();
}

static void write_file(void *ctx)
{
	(void)ctx;
	file_write("worked", "", 0);
}

static void test_done(void **state)
{
	(void)state;
	run(write_file, 60000);
	assert_string_equal(said, "");
	assert_int_equal(unlink("worked"), 0);
}

static void note_pid(const char *name)
{
	char text[24];
	const int n = snprintf(text, sizeof(text), "%d", (int)getpid());

	file_write(name, text, (size_t)n);
}

/* Does the process run? Only our own child is reaped by us; init reaps all others, perhaps late, so a zombie counts as
 * ended. */
static bool runs(const char *name)
{
	char path[64], *text, *stat;
	size_t len;
	bool zombie;

	text = file_read(name, &len);
	snprintf(path, sizeof(path), "/proc/%s/stat", text);
	free(text);
	unlink(name);
	if (access(path, F_OK) < 0)
		return false;
	stat = malloc(512);
	assert_non_null(stat);
	zombie = sys_read_text(path, stat, 512) <= 0 || strstr(stat, ") Z ") != NULL;
	free(stat);
	return !zombie;
}

static void hang_at_step(void *ctx)
{
	(void)ctx;
	note_pid("worker");
	deadline_step("making the root file system writable");
	deadline_root_open(true);
	hang();
}

static void test_left_behind(void **state)
{
	unsigned took;

	(void)state;
	took = run(hang_at_step, 300);
	assert_true(took >= 300 && took < 30000);
	assert_string_equal(said,
		"making the root file system writable does not end: gave up, and the boot continues\nthe root file system was not made read-only again\n");
	assert_false(runs("worker"));
}

static void hang_in_program(void *ctx)
{
	pid_t child;

	(void)ctx;
	deadline_step(NULL);
	child = process_fork();
	if (child == 0) {
		note_pid("program");
		hang();
	}
	deadline_owns(child);
	while (access("program", F_OK) < 0)
		usleep(1000);
	hang();
}

static void test_program(void **state)
{
	(void)state;
	run(hang_in_program, 500);
	assert_string_equal(said, "does not end; the boot continues without it\n");
	usleep(10000);
	assert_false(runs("program"));
}

static void set_longer(void *ctx)
{
	(void)ctx;
	deadline_set(60000);
	usleep(400000);
	file_write("worked", "", 0);
}

static void set_shorter(void *ctx)
{
	(void)ctx;
	deadline_set(200);
	hang();
}

static void test_set(void **state)
{
	(void)state;
	run(set_longer, 200);
	assert_string_equal(said, "");
	assert_int_equal(unlink("worked"), 0);
	assert_true(run(set_shorter, 3600000) < 60000);
}

static void look_at_times(void *ctx)
{
	const unsigned program = deadline_program_ms() - process_now_ms();

	(void)ctx;
	/* Four fifths of the limit are for the program, and the rest for cleaning up after it. */
	if (program > 70000 && program <= 80000 && !deadline_over())
		file_write("worked", "", 0);
	deadline_set(0);
	if (!deadline_over())
		unlink("worked");
}

static void test_times(void **state)
{
	(void)state;
	run(look_at_times, 100000);
	assert_int_equal(unlink("worked"), 0);
}

static int status_of(void (*end)(void))
{
	int status = -1;
	pid_t child = process_fork();

	if (child == 0) {
		end();
		process_exit(7);
	}
	assert_true(process_wait(child, process_now_ms() + 60000, &status));
	/* process_wait() has reaped the child, so a second wait fails. */
	assert_false(process_wait(child, process_now_ms() + 60000, &status));
	return status;
}

static void end_well(void)
{
	process_exit(0);
}

static void end_by_signal(void)
{
	raise(SIGKILL);
}

static void end_with_status(void)
{
}

static void test_status(void **state)
{
	(void)state;
	/* Our parent may have set SIGCHLD to be ignored, or blocked. */
	signal(SIGCHLD, SIG_IGN);
	process_begin();
	assert_int_equal(status_of(end_well), 0);
	assert_int_equal(status_of(end_with_status), 7);
	assert_int_equal(status_of(end_by_signal), 128 + SIGKILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("deadline: a worker that ends is waited for, and nothing is reported",
			test_done),
		TEST("deadline: a worker that hangs is killed, and its step is reported",
			test_left_behind),
		TEST("deadline: a program that the worker waits for is killed with it",
			test_program),
		TEST("deadline: the worker may set a longer or a shorter deadline", test_set),
		TEST("deadline: a program's time ends before the stage's", test_times),
		TEST("process: the exit status is as in a shell, whatever signals the parent has blocked or ignored",
			test_status),
	};

	return cmocka_run_group_tests(tests, temp_enter, temp_leave);
}
