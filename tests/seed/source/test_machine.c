/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The identity of a machine, as DMI or Xen reports it. */
#include "tests/lib/unit.h"

#include <errno.h>

/* The two files are included because the tested code calls their functions, and the guest's program is not linked here.
 * The test replaces the functions of guest/sys.c that they call. */
#include "guest/machine.c"
#include "guest/virt.c"

#define DMI  "/sys/class/dmi/id/product_uuid"
#define XEN  "/sys/hypervisor/uuid"
#define TEXT "b65cee2f-8c69-4aeb-be2f-f79742548fc2"

static const char *dmi, *xen;

bool sys_exists(const char *path)
{
	(void)path;
	return false;
}

long sys_read_text(const char *path, char *text, size_t size)
{
	const char *content = strcmp(path, DMI) == 0 ? dmi : strcmp(path, XEN) == 0 ? xen : NULL;

	text[0] = '\0';
	if (!content)
		return -ENOENT;
	snprintf(text, size, "%s", content);
	return (long)strlen(text);
}

uint64_t sys_nanoseconds(clockid_t clock)
{
	(void)clock;
	return 1795435200123456789u;
}

bool sys_each_name(const char *folder, bool (*each)(void *ctx, const char *name), void *ctx)
{
	assert_string_equal(folder, NET);
	return each(ctx, "lo");
}

bool sys_join(char *out, size_t size, const char *a, const char *b, const char *c)
{
	return (size_t)snprintf(out, size, "%s%s%s", a, b, c) < size;
}

static void test_uuid(void **state)
{
	static const uint8_t uuid[UUID_SIZE] = { 0xb6, 0x5c, 0xee, 0x2f, 0x8c, 0x69, 0x4a, 0xeb,
		0xbe, 0x2f, 0xf7, 0x97, 0x42, 0x54, 0x8f, 0xc2 };
	static const struct {
		const char *dmi, *xen;
		bool has;
	} cases[] = {
		{ TEXT "\n", NULL, true },
		{ TEXT "\n", "00000000-1111-4222-8333-444444444444\n",
			true }, /* DMI's value takes precedence */
		{ NULL, TEXT "\n", true },
		{ "Not Settable\n", TEXT "\n", true },
		{ "", TEXT "\n", true },
		{ NULL, NULL, false },
		{ NULL, "b65cee2f", false },
		{ "b65cee2f-8c69-4aeb-be2f-f79742548fcx\n", NULL, false },
	};
	struct situation s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		memset(&s, 0, sizeof(s));
		dmi = cases[i].dmi;
		xen = cases[i].xen;
		machine_ask(&s);
		assert_int_equal(s.has_uuid, cases[i].has);
		if (s.has_uuid)
			assert_memory_equal(s.uuid, uuid, UUID_SIZE);
		assert_int_equal(s.now, 1795435200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("machine: its UUID is DMI's, or Xen's if DMI has none", test_uuid),
	};

	return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
