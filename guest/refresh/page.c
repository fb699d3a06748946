/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/refresh/page.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/sys.h"

#define DEV    "/dev/"
#define NAME   "vmclock"
#define MAPPED 4096

/* Keeps the name of a device if it is the lowest so far. */
static bool note(void *ctx, const char *name)
{
	struct page *page = ctx;
	char path[sizeof(page->path)];

	if (strncmp(name, NAME, strlen(NAME)) != 0 || !sys_join(path, sizeof(path), DEV, name, ""))
		return false;
	if (!page->path[0] || strcmp(path, page->path) < 0)
		memcpy(page->path, path, sizeof(path));
	return true;
}

static int map(struct page *page)
{
	const long at = sys_call6(SYS_mmap, 0, MAPPED, PROT_READ, MAP_SHARED, page->fd, 0);
	int r;

	if (at < 0 && at > -4096)
		return (int)at;
	page->at = (const volatile void *)at;
	r = vmclock_read(page->at, &page->seen);
	/* If the page never stops changing, there is no first content to compare with, so this fails. That misses no
	 * clone: the program has not reported yet that it watches. */
	return r == -EAGAIN ? -EBUSY : r;
}

int page_open(struct page *page, const char *device)
{
	struct stat st;
	int r;

	memset(page, 0, sizeof(*page));
	if (!device)
		sys_each_name(DEV, note, page);
	else if (!sys_join(page->path, sizeof(page->path), device, "", ""))
		return -ENAMETOOLONG;
	page->fd = page->path[0] ? sys_open(page->path, O_RDONLY | O_NONBLOCK | O_NOCTTY) : -ENOENT;
	if (page->fd < 0)
		return page->fd;
	r = sys_fstat(page->fd, &st);
	/* If a mapped file is too short, access to a page after its end fails. So a short file is refused. */
	if (r == 0 && S_ISREG(st.st_mode) && st.st_size < VMCLOCK_SIZE)
		r = -EBADMSG;
	if (r == 0)
		r = map(page);
	if (r < 0)
		sys_close(page->fd);
	return r;
}

/* Waits for @ms, or until one of the @n files in @p is ready. */
static void wait_for(struct pollfd *p, unsigned n, unsigned ms)
{
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	sys_call6(SYS_ppoll, (long)p, n, (long)&t, 0, 0, 0);
}

static bool has_changed(const struct page *page)
{
	struct vmclock now;

	return vmclock_read(page->at, &now) == 0 && !vmclock_same(&page->seen, &now);
}

void page_wait(const struct page *page)
{
	const bool notified = page->seen.notified;
	struct pollfd p = { .fd = page->fd, .events = POLLIN };
	uint8_t byte;

	wait_for(&p, notified, notified ? PAGE_LONG_MS : PAGE_LOOK_MS);
	/* The device wakes this process again and again until the process has read from it. */
	if (p.revents & POLLIN)
		(void)sys_pread(page->fd, &byte, sizeof(byte), 0);
	/* The flag says what the hypervisor does, and not whether this kernel passes it on: a device whose driver has no
	 * poll function is ready at all times. */
	if (p.revents && !has_changed(page))
		wait_for(NULL, 0, PAGE_LOOK_MS);
}

enum page_sign page_look(struct page *page)
{
	const struct vmclock before = page->seen;

	if (vmclock_read(page->at, &page->seen) < 0 || vmclock_same(&before, &page->seen))
		return PAGE_SAME;
	return before.counted && page->seen.counted ? PAGE_GENERATION : PAGE_DISRUPTION;
}
