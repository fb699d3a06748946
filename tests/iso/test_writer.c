/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "iso/writer.h"

static pthread_t done_by;
static unsigned done;

static void *run(void *arg)
{
	done_by = pthread_self();
	done += *(const unsigned *)arg;
	return NULL;
}

/* Creates a thread that adds 1 to @done. */
static pthread_t create(void)
{
	static const unsigned one = 1;
	pthread_t thread;

	done = 0;
	assert_int_equal(pthread_create(&thread, NULL, run, (void *)&one), 0);
	return thread;
}

static void test_here(void **state)
{
	pthread_t thread;

	(void)state;
	writer_defer(true);
	thread = create();
	assert_int_equal(done, 0);
	assert_int_equal(writer_begin(true), 0);
	assert_int_equal(done, 1);
	assert_true(pthread_equal(done_by, pthread_self()));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(done, 1);
}

static void test_thread(void **state)
{
	pthread_t thread;

	(void)state;
	writer_defer(true);
	thread = create();
	assert_int_equal(writer_begin(false), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(done, 1);
	assert_false(pthread_equal(done_by, pthread_self()));
}

static void test_join(void **state)
{
	pthread_t thread;

	(void)state;
	writer_defer(true);
	thread = create();
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(done, 1);
	assert_int_equal(writer_begin(true), 0);
	assert_int_equal(done, 1);
}

/* Only the first thread after writer_defer() is deferred. If a thread is already deferred, no other one is. */
static void test_others(void **state)
{
	pthread_t deferred, other;

	(void)state;
	writer_defer(true);
	deferred = create();
	writer_defer(true);
	other = create();
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_int_equal(done, 1);
	assert_false(pthread_equal(done_by, pthread_self()));
	assert_int_equal(pthread_join(deferred, NULL), 0);
	assert_int_equal(done, 2);
	writer_defer(true);
	writer_defer(false);
	assert_int_equal(writer_begin(true), 0);
	other = create();
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_false(pthread_equal(done_by, pthread_self()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("writer: the work of a deferred thread is done in the calling thread",
			test_here),
		TEST("writer: it is done in a thread of its own, which is joined", test_thread),
		TEST("writer: a deferred thread that was not begun does its work when it is joined",
			test_join),
		TEST("writer: one thread is deferred, and all others are created", test_others),
	};

	return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
