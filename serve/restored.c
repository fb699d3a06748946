/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/restored.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MAPPED 4096
#define TRIES  3
/* Reading two clocks takes less than this, unless the process had to wait for a CPU in between. */
#define AT_ONCE_NS   100000000
#define NS_OF_SECOND 1000000000

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t = { 0 };

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * NS_OF_SECOND + t.tv_nsec;
}

static const volatile void *map(const char *device)
{
	const int fd = open(device, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	void *page = MAP_FAILED;

	if (fd >= 0) {
		page = mmap(NULL, MAPPED, PROT_READ, MAP_SHARED, fd, 0);
		close(fd);
	}
	return page == MAP_FAILED ? NULL : page;
}

static void unmap(struct restored *r)
{
	if (r->page)
		munmap((void *)r->page, MAPPED);
	r->page = NULL;
}

bool restored_clock(struct restored *r, int64_t realtime_ns, int64_t monotonic_ns)
{
	const int64_t apart = realtime_ns - monotonic_ns, before = r->apart_ns;

	r->apart_ns = apart;
	return before != INT64_MIN &&
		(apart - before > RESTORED_JUMP_NS || before - apart > RESTORED_JUMP_NS);
}

static bool clock_jumped(struct restored *r)
{
	unsigned i;

	for (i = 0; i < TRIES; i++) {
		const int64_t before = clock_ns(CLOCK_MONOTONIC);
		const int64_t realtime = clock_ns(CLOCK_REALTIME);

		if (clock_ns(CLOCK_MONOTONIC) - before < AT_ONCE_NS)
			return restored_clock(r, realtime, before);
	}
	return false; /* the next call will find a jump */
}

static bool page_changed(struct restored *r)
{
	const struct vmclock before = r->seen;

	return r->page && vmclock_read(r->page, &r->seen) == 0 && !vmclock_same(&before, &r->seen);
}

void restored_init(struct restored *r, const char *device)
{
	*r = (struct restored){ .device = device, .apart_ns = INT64_MIN };
	restored_search(r);
	(void)clock_jumped(r);
}

void restored_search(struct restored *r)
{
	if (r->page)
		return;
	r->page = map(r->device);
	if (r->page && vmclock_read(r->page, &r->seen) < 0)
		unmap(r);
}

enum restored_sign restored_look(struct restored *r)
{
	const bool jumped = clock_jumped(r);

	if (page_changed(r))
		return RESTORED_VM;
	return jumped ? RESTORED_CLOCK : RESTORED_NOT;
}

void restored_clear(struct restored *r)
{
	unmap(r);
}
