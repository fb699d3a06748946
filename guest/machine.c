/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/machine.h"

#include <string.h>

#include "guest/sys.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#include <x86intrin.h>

/* Intel SDM, CPUID.1:ECX[31]: always 0 on hardware, set by every hypervisor in use. */
static bool under_hypervisor(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && c >> 31;
}

/* What a hypervisor shows to such a guest alone: leaf 0x21 spells "IntelTDX    " in EBX, EDX, ECX, and
 * leaf 0x8000001f has SEV, SEV-ES, SEV-SNP in EAX bits 1, 3, 4 (Intel's TDX module specification; AMD's
 * manual, volume 3). To take another one for confidential only costs it the credit. */
static bool is_confidential(void)
{
	unsigned a, b, c, d;

	if (__get_cpuid_count(0x21, 0, &a, &b, &c, &d) && b == 0x65746e49 && d == 0x5844546c &&
		c == 0x20202020)
		return true;
	return __get_cpuid(0x8000001f, &a, &b, &c, &d) && a & (1 << 1 | 1 << 3 | 1 << 4);
}

static uint64_t ticks(void)
{
	return __rdtsc();
}
#else
/* Not known here: without --trust-device a seed is mixed, which is safe. */
static bool under_hypervisor(void)
{
	return false;
}

static bool is_confidential(void)
{
	return true;
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
	s->hypervisor = under_hypervisor();
	s->confidential = s->hypervisor && is_confidential();
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
