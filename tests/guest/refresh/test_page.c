/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file in place of /dev/vmclock0. It has the layout of linux/vmclock-abi.h, and the test writes to it as a hypervisor
 * would. */
#include "tests/lib/unit.h"

#include <errno.h>
#include <sys/mman.h>

#include "guest/process.c"
#include "guest/refresh/page.c"
#include "guest/sys.c"

#define FILE_NAME "vmclock"
#define COUNTED   (1 << 8)
#define NOTIFIED  (1 << 9)

static uint8_t *ours; /* the test's own mapping of the file, with which it plays the hypervisor */

static void put(unsigned at, unsigned bytes, uint64_t value)
{
	for (; bytes-- > 0; value >>= 8)
		ours[at++] = (uint8_t)value;
}

static void make(uint64_t flags)
{
	static const uint8_t zeros[MAPPED];
	int fd;

	file_write(FILE_NAME, zeros, sizeof(zeros));
	fd = open(FILE_NAME, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	if (ours)
		munmap(ours, MAPPED);
	ours = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(ours != MAP_FAILED);
	close(fd);
	put(0, 4, 0x4b4c4356);
	put(4, 4, MAPPED);
	put(8, 2, 1);
	put(12, 4, 2);
	put(16, 8, 77);
	put(24, 8, flags);
	put(104, 8, 5);
}

static void opened(struct page *page, uint64_t flags)
{
	make(flags);
	assert_int_equal(page_open(page, FILE_NAME), 0);
	assert_int_equal(page_look(page), PAGE_SAME);
}

static void counter_decides(void **state)
{
	struct page page;

	(void)state;
	opened(&page, COUNTED);
	put(16, 8, 78); /* a live migration */
	assert_int_equal(page_look(&page), PAGE_SAME);
	put(104, 8, 6);
	assert_int_equal(page_look(&page), PAGE_GENERATION);
	assert_int_equal(page_look(&page), PAGE_SAME);
	/* The counter may also go down. */
	put(104, 8, 5);
	assert_int_equal(page_look(&page), PAGE_GENERATION);
	sys_close(page.fd);
}

static void marker_alone(void **state)
{
	struct page page;

	(void)state;
	opened(&page, 0);
	put(104, 8, 6); /* is ignored without its flag */
	assert_int_equal(page_look(&page), PAGE_SAME);
	put(16, 8, 78);
	assert_int_equal(page_look(&page), PAGE_DISRUPTION);
	assert_int_equal(page_look(&page), PAGE_SAME);
	sys_close(page.fd);
}

/* If a change is in progress, the look does not use a part of it; the next look finds the whole change. */
static void sequence_lock(void **state)
{
	struct page page;

	(void)state;
	opened(&page, COUNTED);
	put(12, 4, 3);
	put(104, 8, 6);
	assert_int_equal(page_look(&page), PAGE_SAME);
	put(12, 4, 4);
	assert_int_equal(page_look(&page), PAGE_GENERATION);
	sys_close(page.fd);
	put(12, 4, 5);
	assert_int_equal(page_open(&page, FILE_NAME), -EBUSY);
}

static void refused(void **state)
{
	struct page page;

	(void)state;
	assert_int_equal(page_open(&page, "none"), -ENOENT);
	make(0);
	put(0, 1, 0);
	assert_int_equal(page_open(&page, FILE_NAME), -EBADMSG);
	make(0);
	put(8, 2, 2);
	assert_int_equal(page_open(&page, FILE_NAME), -EBADMSG);
	file_write("short", "VCLK", 4);
	assert_int_equal(page_open(&page, "short"), -EBADMSG);
	file_write("empty", "", 0);
	assert_int_equal(page_open(&page, "empty"), -EBADMSG);
	assert_int_equal(page_open(&page, "."), -ENODEV);
}

static unsigned wait_of(const struct page *page)
{
	const unsigned begun = process_now_ms();

	page_wait(page);
	return process_now_ms() - begun;
}

/* If the device does not notify of changes, page_wait() takes 20 ms. Otherwise it uses poll(2). For that, this file is
 * always ready; so is the device, if the kernel's driver has no poll function. */
static void waits(void **state)
{
	struct page page;

	(void)state;
	opened(&page, COUNTED);
	assert_in_range(wait_of(&page), PAGE_LOOK_MS - 1, 500);
	sys_close(page.fd);
	opened(&page, COUNTED | NOTIFIED);
	assert_in_range(wait_of(&page), PAGE_LOOK_MS - 1, 500);
	put(104, 8, 6);
	assert_true(wait_of(&page) < PAGE_LONG_MS / 2);
	assert_int_equal(page_look(&page), PAGE_GENERATION);
	sys_close(page.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("page: if the device counts generations, the counter decides, not the marker",
			counter_decides),
		TEST("page: a change of only the marker is no proof of a restore", marker_alone),
		TEST("page: a change is read as a whole, under the sequence lock", sequence_lock),
		TEST("page: a page that is not vmclock's is refused", refused),
		TEST("page: it is read when the device wakes the program, and never more often than every 20 ms without a change",
			waits),
	};

	return cmocka_run_group_tests_name("page", tests, temp_enter, temp_leave);
}
