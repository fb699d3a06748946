/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/machine.h"

#include <string.h>

#include "guest/sys.h"
#include "guest/virt.h"

#define NET "/sys/class/net/"

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>

#define RDRAND_TRIES 10 /* as Intel recommends */

static void cpuid(uint32_t leaf, struct cpu_answer *ret)
{
	__cpuid_count(leaf, 0, ret->a, ret->b, ret->c, ret->d);
}

static const struct virt_asks asks = { cpuid, sys_exists, sys_read_text };

static void ask_cpu(struct virt *ret)
{
	virt_x86(&asks, ret);
}

static uint64_t ticks(void)
{
	return __rdtsc();
}

static uint64_t cpu_random(void)
{
	unsigned char done = 0;
	uint64_t word = 0;
	int i;

	for (i = 0; i < RDRAND_TRIES && !done; i++)
		__asm__ volatile("rdrand %0; setc %1" : "=r"(word), "=qm"(done) : : "cc");
	return done ? word : 0;
}
#elif defined(__aarch64__)
static const struct virt_asks asks = { NULL, sys_exists, sys_read_text };

static void ask_cpu(struct virt *ret)
{
	virt_arm(&asks, ret);
}

static uint64_t ticks(void)
{
	uint64_t count;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
	return count;
}

/* RNDR is not used, because a program can find out whether the CPU has it only with the help of its loader. */
static uint64_t cpu_random(void)
{
	return 0;
}
#endif

/* Reads the machine's UUID from DMI. A paravirtual guest of Xen has no DMI; there the hypervisor gives the UUID. */
static bool read_uuid(uint8_t uuid[UUID_SIZE])
{
	static const char *const files[] = { "/sys/class/dmi/id/product_uuid",
		"/sys/hypervisor/uuid" };
	char text[UUID_STRLEN + 1];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (sys_read_text(files[i], text, sizeof(text)) == UUID_STRLEN &&
			uuid_parse(text, UUID_STRLEN, uuid) == 0)
			return true;
	return false;
}

struct macs {
	struct diversifier *own;
	size_t count;
};

static bool note_mac(void *macs, const char *name)
{
	struct macs *m = macs;
	char path[64];

	if (m->count == MACS_MAX || strcmp(name, "lo") == 0 ||
		!sys_join(path, sizeof(path), NET, name, "/address"))
		return false;
	sys_read_text(path, m->own->macs[m->count++], sizeof(m->own->macs[0]));
	return true;
}

void machine_ask(struct situation *s)
{
	struct virt virt;

	ask_cpu(&virt);
	s->hypervisor = virt.hypervisor;
	s->confidential = virt.confidential;
	s->rdrand = virt.rdrand;
	s->has_uuid = read_uuid(s->uuid);
	s->now = sys_nanoseconds(CLOCK_REALTIME) / 1000000000u;
	s->built = BUILD_TIME;
}

void machine_diversify(const struct situation *s, struct diversifier *ret)
{
	struct macs macs = { ret, 0 };
	size_t i;

	ret->real_ns = sys_nanoseconds(CLOCK_REALTIME);
	ret->boot_ns = sys_nanoseconds(CLOCK_MONOTONIC);
	for (i = 0; s->rdrand && i < sizeof(ret->random) / sizeof(*ret->random); i++)
		ret->random[i] = cpu_random();
	memcpy(ret->uuid, s->uuid, UUID_SIZE);
	sys_each_name(NET, note_mac, &macs);
	ret->ticks = ticks();
}
