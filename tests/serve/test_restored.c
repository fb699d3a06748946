/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/restored.h"
#include "util/wire/vmclock.h"

#include <errno.h>
#include <sys/mman.h>

#define SECOND INT64_C(1000000000)

/* A page with the layout of linux/vmclock-abi.h, written byte by byte. */
struct page {
	_Alignas(8) uint8_t byte[4096];
};

static void put(struct page *p, unsigned at, unsigned bytes, uint64_t value)
{
	for (; bytes-- > 0; value >>= 8)
		p->byte[at++] = (uint8_t)value;
}

static struct page page_of(uint64_t disruption, uint64_t flags, uint64_t generation)
{
	struct page p = { { 0 } };

	put(&p, 0, 4, 0x4b4c4356);
	put(&p, 4, 4, 4096);
	put(&p, 8, 2, 1);
	put(&p, 12, 4, 14);
	put(&p, 16, 8, disruption);
	put(&p, 24, 8, flags);
	put(&p, 104, 8, generation);
	return p;
}

static void page_read(void **state)
{
	struct page p = page_of(0x1122334455667788, 1 << 8, 0x99aabbccddeeff00);
	struct vmclock v;

	(void)state;
	assert_int_equal(vmclock_read(p.byte, &v), 0);
	assert_true(v.disruption == 0x1122334455667788);
	assert_true(v.counted);
	assert_true(v.generation == 0x99aabbccddeeff00);
	assert_false(v.notified);
	p = page_of(5, 1 << 9, 7);
	assert_int_equal(vmclock_read(p.byte, &v), 0);
	assert_true(v.notified);
	p = page_of(5, 0xff, 7);
	assert_int_equal(vmclock_read(p.byte, &v), 0);
	assert_false(v.counted);
	assert_false(v.notified);
	assert_true(v.generation == 0);
	/* An older device does not have the counter; its page may end before the counter's place. */
	p = page_of(5, 1 << 8, 7);
	put(&p, 4, 4, 104);
	assert_int_equal(vmclock_read(p.byte, &v), 0);
	assert_false(v.counted);
}

static void page_refused(void **state)
{
	static const struct {
		unsigned at, bytes;
		uint64_t value;
		int err;
	} bad[] = {
		{ 0, 4, 0, -EBADMSG },
		{ 4, 4, 103, -EBADMSG },
		{ 8, 2, 2, -EBADMSG },
		{ 12, 4, 15, -EAGAIN },
	};
	struct vmclock v = { .disruption = 3 };
	struct page p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		p = page_of(1, 0, 0);
		put(&p, bad[i].at, bad[i].bytes, bad[i].value);
		assert_int_equal(vmclock_read(p.byte, &v), bad[i].err);
		assert_int_equal(v.disruption, 3);
	}
}

static void page_compared(void **state)
{
	const struct vmclock plain = { .disruption = 1 }, moved = { .disruption = 2 };
	const struct vmclock counted = { 1, true, 1, false }, migrated = { 2, true, 1, false },
			     restored = { 2, true, 2, false };

	(void)state;
	assert_true(vmclock_same(&plain, &plain));
	assert_false(vmclock_same(&plain, &moved));
	/* If the device counts generations, a live migration does not change the counter, so it is not a restore. */
	assert_true(vmclock_same(&counted, &migrated));
	assert_false(vmclock_same(&counted, &restored));
	assert_false(vmclock_same(&plain, &restored));
}

static void clocks(void **state)
{
	struct restored r = { .apart_ns = INT64_MIN };
	int64_t now = 1700000000 * SECOND, up = 5 * SECOND;

	(void)state;
	/* The first call has nothing to compare with. */
	assert_false(restored_clock(&r, now, up));
	/* The clocks run equally fast, or one of them is slewed. */
	assert_false(restored_clock(&r, now += 1000 * SECOND, up += 1000 * SECOND));
	assert_false(restored_clock(&r, now += 10 * SECOND + 5000000, up += 10 * SECOND));
	assert_false(restored_clock(&r, now += SECOND, up));
	/* The time of day is set forward or back, or the machine has slept. */
	assert_true(restored_clock(&r, now += SECOND + 1, up));
	assert_false(restored_clock(&r, now, up));
	assert_true(restored_clock(&r, now -= 3600 * SECOND, up += SECOND));
	assert_true(restored_clock(&r, now += 3600 * SECOND, up += SECOND));
	assert_false(restored_clock(&r, now += SECOND, up += SECOND));
}

static void device(void **state)
{
	struct page p = page_of(1, 0, 0);
	struct restored r;

	(void)state;
	restored_init(&r, "absent");
	assert_null(r.page);
	assert_int_equal(restored_look(&r), RESTORED_NOT);
	restored_clear(&r);
	file_write("zeros", (uint8_t[4096]){ 0 }, 4096);
	restored_init(&r, "zeros");
	assert_null(r.page);
	restored_clear(&r);
	file_write("clock", p.byte, sizeof(p.byte));
	restored_init(&r, "clock");
	assert_non_null(r.page);
	assert_int_equal(restored_look(&r), RESTORED_NOT);
	p = page_of(2, 0, 0);
	file_write("clock", p.byte, sizeof(p.byte));
	assert_int_equal(restored_look(&r), RESTORED_VM);
	assert_int_equal(restored_look(&r), RESTORED_NOT);
	/* While the page is being changed, it is not used; the look after that notices the change. */
	p = page_of(3, 0, 0);
	put(&p, 12, 4, 15);
	file_write("clock", p.byte, sizeof(p.byte));
	assert_int_equal(restored_look(&r), RESTORED_NOT);
	put(&p, 12, 4, 16);
	file_write("clock", p.byte, sizeof(p.byte));
	assert_int_equal(restored_look(&r), RESTORED_VM);
	restored_clear(&r);
	restored_clear(&r);
}

/* The driver may be loaded after the daemon's start; or the page was being written when the daemon started. */
static void device_late(void **state)
{
	struct page p = page_of(1, 0, 0);
	struct restored r;

	(void)state;
	restored_init(&r, "late");
	restored_search(&r);
	assert_null(r.page);
	put(&p, 12, 4, 15);
	file_write("late", p.byte, sizeof(p.byte));
	restored_search(&r);
	assert_null(r.page);
	put(&p, 12, 4, 16);
	file_write("late", p.byte, sizeof(p.byte));
	restored_search(&r);
	assert_non_null(r.page);
	/* That the page appears is no sign of a restore; that it changes is one, whether or not there is a search between. */
	assert_int_equal(restored_look(&r), RESTORED_NOT);
	p = page_of(2, 0, 0);
	file_write("late", p.byte, sizeof(p.byte));
	restored_search(&r);
	assert_int_equal(restored_look(&r), RESTORED_VM);
	restored_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("vmclock: marker and counter are read from the right offsets", page_read),
		TEST("vmclock: another kind of page, or one that is being written, is not used",
			page_refused),
		TEST("vmclock: a restore is noticed, and a live migration only if generations are not counted",
			page_compared),
		TEST("restored: a clock that jumps by more than a second is noticed, one that is slewed is not",
			clocks),
		TEST("restored: a change of the hypervisor's page is noticed once", device),
		TEST("restored: a page that appears late is used from then on", device_late),
	};

	return cmocka_run_group_tests_name("restored", tests, temp_enter, temp_leave);
}
