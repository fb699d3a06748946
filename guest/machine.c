/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/machine.h"

#include <string.h>

#include "guest/sys.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#include <x86intrin.h>

/*
 * Each CPUID costs a virtual machine an exit to its hypervisor: three at most, and no look at how far
 * leaves go where the vendor tells it.
 *
 * CPUID.1:ECX[31] is 0 on hardware, and set by every hypervisor in use. What one shows to a guest that
 * need not trust it: on Intel leaf 0x21 spells "IntelTDX    " in EBX, EDX, ECX; on AMD and its kin leaf
 * 0x8000001f has SEV, SEV-ES, SEV-SNP in EAX bits 1, 3, 4. (Intel's TDX module specification; AMD's manual,
 * volume 3.) To take another guest for one of those only costs it the credit.
 */
static void ask_cpu(struct situation *s)
{
	const unsigned genu = 0x756e6547, sev = 1 << 1 | 1 << 3 | 1 << 4;
	unsigned a, b, c, d, last, vendor;

	__cpuid(0, last, vendor, c, d);
	__cpuid(1, a, b, c, d);
	s->hypervisor = c >> 31;
	if (!s->hypervisor)
		return;
	if (vendor != genu) {
		__cpuid(0x8000001f, a, b, c, d);
		s->confidential = a & sev;
	} else if (last >= 0x21) {
		__cpuid_count(0x21, 0, a, b, c, d);
		s->confidential = b == 0x65746e49 && d == 0x5844546c && c == 0x20202020;
	}
}

static uint64_t ticks(void)
{
	return __rdtsc();
}
#else
/* Not known here: without --trust-device a seed is mixed, which is safe. */
static void ask_cpu(struct situation *s)
{
	s->confidential = s->hypervisor = false;
}

static uint64_t ticks(void)
{
	return 0;
}
#endif

static bool read_uuid(uint8_t uuid[UUID_SIZE])
{
	char text[UUID_STRLEN + 1];

	return sys_read_text("/sys/class/dmi/id/product_uuid", text, sizeof(text)) == UUID_STRLEN &&
		uuid_parse(text, UUID_STRLEN, uuid) == 0;
}

void machine_ask(struct situation *s)
{
	ask_cpu(s);
	s->has_uuid = read_uuid(s->uuid);
	s->now = sys_nanoseconds(CLOCK_REALTIME) / 1000000000u;
	s->built = BUILD_TIME;
}

void machine_diversify(const struct situation *s, struct diversifier *ret)
{
	ret->real_ns = sys_nanoseconds(CLOCK_REALTIME);
	ret->boot_ns = sys_nanoseconds(CLOCK_MONOTONIC);
	ret->ticks = ticks();
	memcpy(ret->uuid, s->uuid, UUID_SIZE);
}
