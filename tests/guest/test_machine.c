/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts about the machine that firmware, hypervisor and network give; the processor is the one of this host. */
#include "tests/lib/unit.h"

#include "guest/virt.c"

#include "guest/machine.c"

#include <errno.h>

#define DMI "/sys/class/dmi/id/product_uuid"
#define XEN "/sys/hypervisor/uuid"

static const char *dmi, *xen;
static uint64_t now;
static size_t cards;

long sys_read_text(const char *path, char *text, size_t size)
{
	const char *says = strcmp(path, DMI) == 0    ? dmi :
		strcmp(path, XEN) == 0               ? xen :
		strncmp(path, NET, strlen(NET)) == 0 ? "52:54:00:12:34:56\n" :
						       NULL;

	text[0] = '\0';
	if (!says)
		return -ENOENT;
	snprintf(text, size, "%s", says);
	return (long)strlen(text);
}

bool sys_exists(const char *path)
{
	(void)path;
	return false;
}

uint64_t sys_nanoseconds(clockid_t clock)
{
	return clock == CLOCK_REALTIME ? now : 77;
}

bool sys_join(char *out, size_t size, const char *a, const char *b, const char *c)
{
	return (size_t)snprintf(out, size, "%s%s%s", a, b, c) < size;
}

bool sys_each_name(const char *folder, bool (*each)(void *ctx, const char *name), void *ctx)
{
	char name[32];
	size_t i;

	assert_string_equal(folder, NET);
	each(ctx, "lo");
	for (i = 0; i < cards; i++) {
		snprintf(name, sizeof(name), "eth%zu", i);
		each(ctx, name);
	}
	return false;
}

static bool has_uuid(const char *dmi_says, const char *xen_says, uint8_t first)
{
	struct situation s = { 0 };

	dmi = dmi_says;
	xen = xen_says;
	machine_ask(&s);
	return s.has_uuid && s.uuid[0] == first;
}

#define UUID(first) first "22f2ae-0000-4000-8000-00000000abcd"

static void test_uuid(void **state)
{
	(void)state;
	assert_true(has_uuid(UUID("a1") "\n", NULL, 0xa1));
	/* A guest of Xen may have no DMI; if both give a UUID, DMI's counts. */
	assert_true(has_uuid(NULL, UUID("b2") "\n", 0xb2));
	assert_true(has_uuid(UUID("a1") "\n", UUID("b2") "\n", 0xa1));
	assert_true(has_uuid("Not Settable\n", UUID("b2") "\n", 0xb2));
	assert_false(has_uuid(NULL, NULL, 0));
	assert_false(has_uuid("", "a1", 0));
	assert_false(has_uuid(NULL, "x" UUID("b2"), 0));
}

static void test_clock(void **state)
{
	struct situation s = { 0 };

	(void)state;
	now = 1795000000999999999u;
	machine_ask(&s);
	assert_int_equal(s.now, 1795000000);
	assert_int_equal(s.built, BUILD_TIME);
}

static void test_diversifier(void **state)
{
	struct situation s = { .uuid = { 0x11 } };
	struct diversifier own = { 0 };

	(void)state;
	now = 5;
	cards = 2 * MACS_MAX;
	machine_diversify(&s, &own);
	assert_int_equal(own.real_ns, 5);
	assert_int_equal(own.boot_ns, 77);
	assert_int_not_equal(own.ticks, 0);
	assert_memory_equal(own.uuid, s.uuid, UUID_SIZE);
	assert_int_equal(own.random[0], 0);
	assert_string_equal(own.macs[0], "52:54:00:12:34:56");
	assert_string_equal(own.macs[MACS_MAX - 1], "52:54:00:12:34:56");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("machine: its UUID is that of DMI or, without one, that of Xen", test_uuid),
		TEST("machine: the clock is in seconds, and so is the time of the build",
			test_clock),
		TEST("machine: clocks, UUID and the addresses of network cards are mixed",
			test_diversifier),
	};

	return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
