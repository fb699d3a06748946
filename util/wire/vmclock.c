/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/wire/vmclock.h"

#include <errno.h>

#define MAGIC         0x4b4c4356 /* "VCLK" */
#define VERSION_KNOWN 1

#define FLAG_COUNTED  (1u << 8) /* VMCLOCK_FLAG_VM_GEN_COUNTER_PRESENT */
#define FLAG_NOTIFIED (1u << 9) /* VMCLOCK_FLAG_NOTIFICATION_PRESENT */

/* Byte offsets of the fields. */
enum {
	AT_MAGIC = 0,
	AT_SIZE = 4,
	AT_VERSION = 8,
	AT_SEQUENCE = 12,
	AT_DISRUPTION = 16,
	AT_FLAGS = 24,
	AT_GENERATION = 104
};

#define TRIES \
	1000 /* a try takes a few nanoseconds; no hypervisor changes the page for longer than all of them take */

static uint64_t get(const volatile void *page, unsigned at, unsigned bytes)
{
	const volatile uint8_t *p = (const volatile uint8_t *)page + at;
	uint64_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | p[bytes];
	return value;
}

/* The sequence number; it is odd while the hypervisor changes the page. */
static uint32_t sequence(const volatile void *page)
{
	const uint32_t s = (uint32_t)get(page, AT_SEQUENCE, 4);

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return s;
}

static void take(const volatile void *page, struct vmclock *v)
{
	const uint64_t flags = get(page, AT_FLAGS, 8);

	v->notified = flags & FLAG_NOTIFIED;
	v->counted = flags & FLAG_COUNTED && get(page, AT_SIZE, 4) >= AT_GENERATION + 8;
	v->disruption = get(page, AT_DISRUPTION, 8);
	v->generation = v->counted ? get(page, AT_GENERATION, 8) : 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

int vmclock_read(const volatile void *page, struct vmclock *ret)
{
	struct vmclock v;
	uint32_t before;
	unsigned i;

	if (get(page, AT_MAGIC, 4) != MAGIC || get(page, AT_VERSION, 2) != VERSION_KNOWN ||
		get(page, AT_SIZE, 4) < AT_GENERATION)
		return -EBADMSG;
	for (i = 0; i < TRIES; i++) {
		before = sequence(page);
		take(page, &v);
		if (before % 2 == 0 && sequence(page) == before) {
			*ret = v;
			return 0;
		}
	}
	return -EAGAIN;
}

bool vmclock_same(const struct vmclock *a, const struct vmclock *b)
{
	/* The disruption marker changes in a live migration too. So, without @generation, a migration looks like a
	 * restore. */
	if (a->counted && b->counted)
		return a->generation == b->generation;
	return a->disruption == b->disruption;
}
