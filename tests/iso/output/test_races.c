/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two runs for one output, of which the second one comes between two steps of the first: before it locks a file that it
 * has just opened. There are no files without a name here, as on network file systems. */
#include "tests/lib/unit.h"

#include "iso/output/lock.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>

static void (*before_lock)(void);

static int lock_later(int fd, const char *path, struct fault *f)
{
	void (*act)(void) = before_lock;

	before_lock = NULL;
	if (act)
		act();
	return output_lock(fd, path, f);
}

/* The linked library has these functions under their own names. */
#define replace_open      raced_replace_open
#define replace_reserve   raced_replace_reserve
#define replace_commit    raced_replace_commit
#define replace_clear     raced_replace_clear
#define target_open       raced_target_open
#define target_begin      raced_target_begin
#define target_end        raced_target_end
#define target_clear      raced_target_clear
#define temporary_open    raced_temporary_open
#define temporary_link    raced_temporary_link
#define temporary_link_as raced_temporary_link_as
#define temporary_check   raced_temporary_check
#define temporary_remove  raced_temporary_remove

#undef O_TMPFILE
#define O_TMPFILE   0
#define output_lock lock_later
#include "iso/output/replace.c"
#include "iso/output/target.c"
#include "iso/output/temporary.c"

static int enter(void **state)
{
	static unsigned number;
	char name[32];

	(void)state;
	before_lock = NULL;
	snprintf(name, sizeof(name), "%u", ++number);
	return chdir(temp_folder()->path) < 0 || mkdir(name, 0755) < 0 ? -1 : chdir(name);
}

static void assert_content(const char *path, const char *want)
{
	size_t len;
	char *text = file_read(path, &len);

	assert_string_equal(text, want);
	free(text);
}

static void finish(struct target *t, const char *text)
{
	assert_int_equal(target_begin(t, strlen(text)), 0);
	assert_int_equal(io_write(t->fd, text, strlen(text)), 0);
	assert_int_equal(target_end(t), 0);
	target_clear(t);
}

static struct target other;

static void other_opens(void)
{
	struct fault f = { 0 };

	assert_int_equal(target_open(&other, "out", &f), 0);
}

static void other_fails(void)
{
	target_clear(&other);
}

static void test_locked_first(void **state)
{
	struct target t;
	struct fault f = { 0 };

	(void)state;
	before_lock = other_opens;
	assert_int_equal(target_open(&t, "out", &f), -EBUSY);
	target_clear(&t);
	finish(&other, "whole");
	assert_content("out", "whole");
}

static void test_removed_first(void **state)
{
	struct target t;
	struct fault f = { 0 };

	(void)state;
	other_opens();
	before_lock = other_fails;
	assert_int_equal(target_open(&t, "out", &f), 0);
	finish(&t, "whole");
	assert_content("out", "whole");
}

static struct replace first;

static void first_opens(void)
{
	assert_int_equal(replace_open(&first, "out", NULL, NULL), 0);
	assert_int_equal(io_write(first.fd, "first", 5), 0);
}

/* Leaves the temporary file of a killed run. */
static void leave(void)
{
	struct replace r;

	assert_int_equal(replace_open(&r, "out", NULL, NULL), 0);
	drop(&r.fd);
	r.owned = false;
	replace_clear(&r);
}

static void test_leftover(void **state)
{
	struct replace r;

	(void)state;
	leave();
	before_lock = first_opens;
	assert_int_equal(replace_open(&r, "out", NULL, NULL), -EBUSY);
	replace_clear(&r);
	assert_int_equal(replace_commit(&first, NULL), 0);
	replace_clear(&first);
	assert_content("out", "first");
}

/* On a file system without locks, another run takes the file for a leftover, and puts its own in its place. */
static void test_taken(void **state)
{
	char temp[NAME_MAX + 1];

	(void)state;
	first_opens();
	strcpy(temp, first.temp);
	assert_int_equal(unlink(temp), 0);
	file_write(temp, "half", 4);
	assert_int_equal(replace_commit(&first, NULL), -EBUSY);
	replace_clear(&first);
	assert_int_equal(access("out", F_OK), -1);
	assert_content(temp, "half");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "races: a file that another run has locked first is that run's, and is not removed",
			test_locked_first, enter, NULL, NULL },
		{ "races: a file that is removed before it is locked is made again",
			test_removed_first, enter, NULL, NULL },
		{ "races: a leftover that another run has replaced by its own file is left alone",
			test_leftover, enter, NULL, NULL },
		{ "races: another file under the temporary name is neither published nor removed",
			test_taken, enter, NULL, NULL },
	};

	return cmocka_run_group_tests_name("races", tests, temp_enter, temp_leave);
}
