/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines, described by their answers to CPUID and by what their kernel shows of firmware and devices. */
#include "tests/lib/unit.h"

#include <errno.h>

/* virt.c asks about the machine only through struct virt_asks, so it is included, and the guest's program is not
 * linked. */
#include "guest/virt.c"

struct leaf {
	uint32_t number;
	struct cpu_answer says;
};

struct file {
	const char *path, *text; /* NULL: a folder, or a file that is not read */
};

struct machine {
	const char *name;
	struct leaf leaf[8];
	struct file file[4];
	bool hypervisor, confidential, rdrand;
	unsigned asked; /* the greatest number of CPUID instructions that it may execute; 0: any */
};

static const struct machine *machine;
static unsigned asked;

static void cpuid(uint32_t leaf, struct cpu_answer *ret)
{
	size_t i;

	asked++;
	*ret = (struct cpu_answer){ 0 };
	for (i = 0; i < COUNT(machine->leaf); i++)
		if (machine->leaf[i].number == leaf) {
			*ret = machine->leaf[i].says;
			return;
		}
}

static const struct file *find(const char *path)
{
	size_t i;

	for (i = 0; i < COUNT(machine->file) && machine->file[i].path; i++)
		if (strcmp(machine->file[i].path, path) == 0)
			return machine->file + i;
	return NULL;
}

static bool exists(const char *path)
{
	return find(path) != NULL;
}

static long read_text(const char *path, char *text, size_t size)
{
	const struct file *f = find(path);

	text[0] = '\0';
	if (!f || !f->text)
		return -2;
	snprintf(text, size, "%s", f->text);
	return (long)strlen(text);
}

static const struct virt_asks asks = { cpuid, exists, read_text };

/* CPUID has a name in several registers: in the order EBX, EDX, ECX for leaves 0 and 0x21; EBX, ECX, EDX for
 * 0x40000000. */
#define INTEL(last)                                              \
	{                                                        \
		0,                                               \
		{                                                \
			last, 0x756e6547, 0x6c65746e, 0x49656e69 \
		}                                                \
	}
#define AMD(last)                                                \
	{                                                        \
		0,                                               \
		{                                                \
			last, 0x68747541, 0x444d4163, 0x69746e65 \
		}                                                \
	}
#define GUEST                             \
	{                                 \
		1,                        \
		{                         \
			0, 0, 1u << 31, 0 \
		}                         \
	}
#define GUEST_RDRAND                                 \
	{                                            \
		1,                                   \
		{                                    \
			0, 0, 1u << 31 | 1u << 30, 0 \
		}                                    \
	}
#define TDX                                                   \
	{                                                     \
		0x21,                                         \
		{                                             \
			0, 0x65746e49, 0x20202020, 0x5844546c \
		}                                             \
	}
#define HYPERV(last)                                             \
	{                                                        \
		0x40000000,                                      \
		{                                                \
			last, 0x7263694d, 0x666f736f, 0x76482074 \
		}                                                \
	}

static const struct machine x86[] = {
	{ "Intel, no hypervisor", { INTEL(0x20), { 1, { 0, 0, 1u << 30, 0 } } }, .rdrand = true,
		.asked = 2 },
	{ "AMD, no hypervisor, SEV in the CPU",
		{ AMD(0x10), { 1, { 0 } }, { 0x8000001f, { 2, 0, 0, 0 } },
			{ 0x80000000, { 0x80000021, 0, 0, 0 } } },
		.asked = 2 },
	{ "Intel guest", { INTEL(0x16), GUEST_RDRAND }, .hypervisor = true, .rdrand = true,
		.asked = 2 },
	{ "Intel guest, leaf 0x21 of another kind", { INTEL(0x24), GUEST }, .hypervisor = true,
		.asked = 3 },
	{ "Intel guest, TDX", { INTEL(0x24), GUEST, TDX }, .hypervisor = true,
		.confidential = true },
	{ "Intel guest, leaves end before what looks like TDX", { INTEL(0x20), GUEST, TDX },
		.hypervisor = true },
	{ "AMD guest", { AMD(0x10), GUEST }, .hypervisor = true, .asked = 3 },
	{ "AMD guest, SEV",
		{ AMD(0x10), GUEST, { 0x8000001f, { 1 << 1, 0, 0, 0 } },
			{ 0x80000000, { 0x8000001f, 0, 0, 0 } } },
		.hypervisor = true, .confidential = true },
	{ "AMD guest, SEV-ES alone",
		{ AMD(0x10), GUEST, { 0x8000001f, { 1 << 3, 0, 0, 0 } },
			{ 0x80000000, { 0x80000020, 0, 0, 0 } } },
		.hypervisor = true, .confidential = true },
	{ "AMD guest, SEV-SNP alone",
		{ AMD(0x10), GUEST, { 0x8000001f, { 1 << 4, 0, 0, 0 } },
			{ 0x80000000, { 0x80000020, 0, 0, 0 } } },
		.hypervisor = true, .confidential = true },
	{ "AMD guest, memory encryption of its own",
		{ AMD(0x10), GUEST, { 0x8000001f, { 1 << 0 | 1 << 2, 0, 0, 0 } } },
		.hypervisor = true },
	{ "AMD guest that answers a leaf too far with another one",
		{ AMD(0x0d), GUEST, { 0x8000001f, { 7, 0, 0, 0 } },
			{ 0x80000000, { 0x8000001e, 0, 0, 0 } } },
		.hypervisor = true },
	{ "Hyper-V guest", { INTEL(0x16), GUEST, HYPERV(0x4000000c) },
		{ { "/sys/bus/vmbus", NULL } }, .hypervisor = true },
	{ "Hyper-V guest, SNP behind its supervisor",
		{ AMD(0x10), GUEST, HYPERV(0x4000000c), { 0x40000003, { 0, 1u << 22, 0, 0 } },
			{ 0x4000000c, { 0, 2, 0, 0 } } },
		{ { "/sys/bus/vmbus", NULL } }, .hypervisor = true, .confidential = true },
	{ "Hyper-V guest, TDX behind its supervisor",
		{ INTEL(0x16), GUEST, HYPERV(0x4000000c), { 0x40000003, { 0, 1u << 22, 0, 0 } },
			{ 0x4000000c, { 0, 3, 0, 0 } } },
		{ { "/sys/bus/vmbus", NULL } }, .hypervisor = true, .confidential = true },
	{ "Hyper-V guest, not isolated",
		{ INTEL(0x16), GUEST, HYPERV(0x4000000c), { 0x40000003, { 0, 1u << 22, 0, 0 } },
			{ 0x4000000c, { 0, 0x20, 0, 0 } } },
		{ { "/sys/bus/vmbus", NULL } }, .hypervisor = true },
	{ "KVM guest with Hyper-V's bus alone",
		{ INTEL(0x16), GUEST, { 0x40000000, { 0x40000010, 0x4b4d564b, 0x564b4d56, 0x4d } },
			{ 0x40000003, { 0, 1u << 22, 0, 0 } }, { 0x4000000c, { 0, 3, 0, 0 } } },
		{ { "/sys/bus/vmbus", NULL } }, .hypervisor = true },
};

static const struct machine arm[] = {
	{ .name = "bare metal", .file = { { "/sys/class/dmi/id/sys_vendor", "Ampere\n" } } },
	{ .name = "nothing told" },
	{ .name = "QEMU, by SMBIOS",
		.file = { { "/sys/class/dmi/id/sys_vendor", "QEMU\n" } },
		.hypervisor = true },
	{ .name = "Nova",
		.file = { { "/sys/class/dmi/id/sys_vendor", "OpenStack Foundation\n" },
			{ "/sys/class/dmi/id/product_name", "OpenStack Nova\n" } },
		.hypervisor = true },
	{ .name = "by its product alone",
		.file = { { "/sys/class/dmi/id/sys_vendor", "Google\n" },
			{ "/sys/class/dmi/id/product_name", "Google Compute Engine\n" } },
		.hypervisor = true },
	{ .name = "a maker whose name only has it inside",
		.file = { { "/sys/class/dmi/id/sys_vendor", "Not QEMU\n" } } },
	{ .name = "QEMU, by device tree",
		.file = { { "/proc/device-tree/compatible", "linux,dummy-virt" } },
		.hypervisor = true },
	{ .name = "Xen, by device tree",
		.file = { { "/proc/device-tree/hypervisor", NULL } },
		.hypervisor = true },
	{ .name = "a realm",
		.file = { { "/proc/device-tree/compatible", "linux,dummy-virt" },
			{ "/sys/devices/platform/arm-cca-dev", NULL } },
		.hypervisor = true,
		.confidential = true },
	{ .name = "a realm under a newer kernel",
		.file = { { "/sys/class/dmi/id/sys_vendor", "QEMU\n" },
			{ "/sys/bus/auxiliary/devices/arm_cca_guest.arm-rsi-dev.0", NULL } },
		.hypervisor = true,
		.confidential = true },
};

static void check(const struct machine *m, void (*ask)(const struct virt_asks *, struct virt *))
{
	struct virt got = {
		.hypervisor = !m->hypervisor, .confidential = !m->confidential, .rdrand = !m->rdrand
	};

	machine = m;
	asked = 0;
	ask(&asks, &got);
	if (got.hypervisor != m->hypervisor || got.confidential != m->confidential ||
		got.rdrand != m->rdrand || (m->asked && asked > m->asked))
		fail_msg("%s: hypervisor %d, confidential %d, rdrand %d, after %u CPUIDs", m->name,
			got.hypervisor, got.confidential, got.rdrand, asked);
}

static void test_x86(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(x86); i++)
		check(x86 + i, virt_x86);
}

static void test_arm(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(arm); i++)
		check(arm + i, virt_arm);
}

/* --- real machines: tests/data/machines.tsv --- */

enum { NAME, CPU, VENDOR, PRODUCT, BIOS, BIT, ANSWERS, VERDICT, SOURCE, COLUMNS };

static char *row[COLUMNS];

static bool row_has(const char *path, const char **ret_text)
{
	static char text[64];
	const size_t n = strlen(path);
	const char *at = row[ANSWERS];

	while (at && *at) {
		if (strncmp(at, path, n) == 0 && (at[n] == '\0' || at[n] == ' ' || at[n] == '=')) {
			snprintf(text, sizeof(text), "%.*s",
				at[n] == '=' ? (int)strcspn(at + n + 1, " ") : 0, at + n + 1);
			*ret_text = text;
			return true;
		}
		at = strchr(at, ' ');
		at += at ? 1 : 0;
	}
	return false;
}

static void row_cpuid(uint32_t leaf, struct cpu_answer *ret)
{
	const char *text;
	char name[12];

	*ret = (struct cpu_answer){ 0 };
	snprintf(name, sizeof(name), "%x", leaf);
	if (row_has(name, &text))
		assert_int_equal(
			sscanf(text, "%x:%x:%x:%x", &ret->a, &ret->b, &ret->c, &ret->d), 4);
}

static bool row_exists(const char *path)
{
	const char *text;

	return row_has(path, &text);
}

/* A table that begins with a processor, as in many machines; after it comes the BIOS information with its strings. */
static long row_smbios(bool whole, bool set, char *raw, size_t size)
{
	static const uint8_t cpu[] = { 4, 6, 1, 0, 1, 2, 'C', 'P', 'U', 0, 'x', 0, 0 };
	uint8_t bios[] = { 0, 0x18, 0, 0, 1, 2, 0, 0, 3, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0x0c, 0, 0,
		255, 255, 'v', 0, 0 };
	size_t n = 0;

	bios[0x13] |= set ? 1 << 4 : 0;
	assert_true(size >= sizeof(cpu) + sizeof(bios));
	if (whole) {
		memcpy(raw, cpu, sizeof(cpu));
		n = sizeof(cpu);
	}
	memcpy(raw + n, bios, sizeof(bios));
	return (long)(n + sizeof(bios));
}

static bool by_entries; /* does the kernel have dmi-sysfs? */

static long row_read_text(const char *path, char *text, size_t size)
{
	static const char *const dmi[] = { "/sys/class/dmi/id/sys_vendor",
		"/sys/class/dmi/id/product_name", "/sys/class/dmi/id/bios_vendor" };
	const char *found = NULL;
	size_t i;

	text[0] = '\0';
	for (i = 0; i < COUNT(dmi); i++)
		if (strcmp(path, dmi[i]) == 0 && strcmp(row[VENDOR + i], "-") != 0)
			return snprintf(text, size, "%s\n", row[VENDOR + i]);
	if (strcmp(row[BIT], "none") != 0) {
		if (by_entries && strcmp(path, "/sys/firmware/dmi/entries/0-0/raw") == 0)
			return row_smbios(false, strcmp(row[BIT], "set") == 0, text, size);
		if (!by_entries && strcmp(path, "/sys/firmware/dmi/tables/DMI") == 0)
			return row_smbios(true, strcmp(row[BIT], "set") == 0, text, size);
	}
	return row_has(path, &found) ? snprintf(text, size, "%s", found) : -ENOENT;
}

static void check_row(void)
{
	static const struct virt_asks row_asks = { row_cpuid, row_exists, row_read_text };
	struct virt got;
	const char *verdict;

	(strcmp(row[CPU], "arm") == 0 ? virt_arm : virt_x86)(&row_asks, &got);
	verdict = !got.hypervisor ? "metal" : got.confidential ? "confidential" : "virtual";
	if (strcmp(verdict, row[VERDICT]) != 0)
		fail_msg("%s, %s: %s, not %s", row[CPU], row[NAME], verdict, row[VERDICT]);
}

static void test_real(void **state)
{
	size_t len, rows = 0;
	char *text = file_read("tests/data/machines.tsv", &len), *line, *rest = text;
	int i;

	(void)state;
	while ((line = strsep(&rest, "\n")) && *line) {
		if (*line == '#')
			continue;
		for (i = 0; i < COLUMNS; i++) {
			row[i] = strsep(&line, "\t");
			assert_true(row[i] && *row[i]);
		}
		assert_null(line);
		by_entries = rows++ % 2;
		check_row();
		by_entries = !by_entries;
		check_row();
	}
	assert_true(rows >= 35);
	free(text);
}

/* --- malformed tables --- */

static void test_smbios(void **state)
{
	static const uint8_t cut[] = { 0, 0x18, 0, 0, 1 },
			     old[] = { 0, 0x13, 0, 0, 1, 2, 0, 0, 3, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0,
				     0xff, 0, 0 },
			     loop[] = { 4, 0, 0, 0, 0, 0 }, last[] = { 127, 4, 0, 0, 0, 0 };
	uint8_t noise[256];
	uint64_t random = 1;
	int i;

	(void)state;
	assert_int_equal(find_vm_bit(cut, sizeof(cut)), VM_BIT_UNKNOWN);
	assert_int_equal(find_vm_bit(old, sizeof(old)), VM_BIT_UNKNOWN);
	assert_int_equal(find_vm_bit(loop, sizeof(loop)), VM_BIT_UNKNOWN);
	assert_int_equal(find_vm_bit(last, sizeof(last)), VM_BIT_UNKNOWN);
	assert_int_equal(find_vm_bit(last, 0), VM_BIT_UNKNOWN);
	for (i = 0; i < 10000; i++) {
		random_fill(&random, noise, sizeof(noise));
		find_vm_bit(noise, random_below(&random, sizeof(noise)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("virt: x86 machines are recognised by CPUID, also SEV, TDX and Hyper-V's isolation",
			test_x86),
		TEST("virt: Arm machines are recognised by device tree and SMBIOS, realms by their device",
			test_arm),
		TEST("virt: each real machine in tests/data/machines.tsv is recognised", test_real),
		TEST("virt: a firmware table that is cut off, old, or noise has no effect",
			test_smbios),
	};

	return cmocka_run_group_tests_name("virt", tests, NULL, NULL);
}
