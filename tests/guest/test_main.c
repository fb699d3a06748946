/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole run: which steps it takes, in which order, and which it does not take. */
#include "tests/lib/guest_machine.h"

static int start(void **state)
{
	(void)state;
	start_machine(1);
	return 0;
}

static int start_carried(void **state)
{
	(void)state;
	start_machine(0);
	m.opt.carry_over = "/carry";
	encode(2, carried_raw);
	return 0;
}

#define LOOKS       "look-dir look-drive look-efi"
#define FIRST_DRIVE "mix-own mix " LOOKS " commit-dir commit-drive commit-efi credit"

static void name_device(const char *path)
{
	m.opt.devices[m.opt.device_count++] = m.opt.device = path;
}

static void run_guest(const char *events, const char *lines, int status)
{
	char *argv[] = { (char[]){ "seedrive-guest" }, NULL };

	m.events[0] = m.lines[0] = '\0';
	m.status = NULL;
	memset(&this_run, 0, sizeof(this_run));
	assert_int_equal(guest_main(1, argv), status);
	assert_string_equal(m.events, events);
	assert_string_equal(m.lines, lines);
}

/* --- the order --- */

static void test_order(void **state)
{
	(void)state;
	run_guest("mix-own mix " LOOKS " commit-dir commit-drive commit-efi credit", "credited", 0);
	assert_true(m.last.ready_after && !m.last.ready_before);
	assert_non_null(m.status);
	assert_false(m.failed);
}

/* A seed that may not be credited is mixed, and no ledger is read or written. */
static void only_mixed(const char *reason)
{
	run_guest("mix-own mix", reason, 0);
	assert_false(m.last.ready_after);
}

static void test_decision(void **state)
{
	m.opt.mix_only = true;
	only_mixed("mix-only");
	start(state);
	m.here.hypervisor = false;
	strcpy(m.drive[0].path, "/dev/sda1");
	name_device("/dev/sda1");
	only_mixed("bare-metal");
	m.opt.trust_device = true;
	run_guest("mix-own mix " LOOKS " commit-dir commit-drive commit-efi credit", "credited", 0);
	start(state);
	m.drive[0].trusted = false;
	only_mixed("untrusted-device");
	start(state);
	m.here.uuid[0] ^= 1;
	only_mixed("other-uuid");
}

static void test_spent(void **state)
{
	m.look[LEDGER_DIR] = LEDGER_SPENT;
	run_guest("mix-own mix " LOOKS " commit-drive commit-efi", "already-spent", 0);
	start(state);
	m.look[LEDGER_EFI] = LEDGER_SPENT;
	run_guest("mix-own mix " LOOKS " commit-dir commit-drive", "already-spent", 0);
	/* Another run has made the entry at the same time. */
	start(state);
	m.commit[LEDGER_DIR] = LEDGER_SPENT;
	run_guest("mix-own mix " LOOKS " commit-dir commit-drive commit-efi", "already-spent", 0);
}

static void test_tombstone(void **state)
{
	(void)state;
	record_make_tombstone(m.drive[0].raw, RECORD_SECTOR);
	run_guest("", "already-spent", 0);
	assert_int_equal(m.last.ledgers.state[LEDGER_DRIVE], LEDGER_SPENT);
	/* A second drive is a copy that still has its record; it is spent, too. */
	start_machine(2);
	memcpy(m.drive[1].raw, m.drive[0].raw, RECORD_SECTOR);
	record_make_tombstone(m.drive[0].raw, RECORD_SECTOR);
	run_guest("mix-own mix", "already-spent; already-spent", 0);
}

static void test_no_commit(void **state)
{
	m.look[LEDGER_DIR] = LEDGER_FORGETS;
	m.look[LEDGER_DRIVE] = LEDGER_ABSENT;
	run_guest("mix-own mix " LOOKS, "ledger-forgets", 0);
	start(state);
	m.commit[LEDGER_DIR] = LEDGER_FAILED;
	run_guest("mix-own mix " LOOKS " commit-dir", "ledger-failed", 0);
	start(state);
	m.commit[LEDGER_EFI] = LEDGER_FAILED;
	run_guest("mix-own mix " LOOKS " commit-dir commit-drive commit-efi", "ledger-failed", 0);
}

static void test_options(void **state)
{
	m.opt.no_drive_ledger = m.opt.no_efi_ledger = true;
	run_guest("mix-own mix look-dir commit-dir credit", "credited", 0);
	start(state);
	m.opt.ledger = NULL;
	run_guest("mix-own mix look-drive look-efi commit-drive commit-efi credit", "credited", 0);
	start(state);
	m.opt.dry_run = true;
	run_guest(LOOKS, "credited", 0);
	assert_null(m.status);
	start(state);
	m.opt.dry_run = true;
	m.look[LEDGER_EFI] = LEDGER_SPENT;
	run_guest(LOOKS, "already-spent", 0);
	start(state);
	m.crash_kernel = true;
	run_guest("", "/proc/vmcorein a crash kernel nothing is done", 0);
}

static void test_ready(void **state)
{
	(void)state;
	m.ready = true;
	run_guest("mix-own mix " LOOKS " commit-dir commit-drive commit-efi", "already-ready", 0);
	assert_true(m.last.ready_before);
}

static void test_kernel_fails(void **state)
{
	m.credit_fails = true;
	run_guest("mix-own mix " LOOKS " commit-dir commit-drive commit-efi credit",
		"credit-failed", 1);
	assert_true(m.failed);
	start(state);
	m.mix_fails = true;
	run_guest("mix-own", "/dev/urandomcannot be written", 1);
	start(state);
	m.no_urandom = true;
	run_guest("", "/dev/urandomcannot be opened", 1);
	start(state);
	m.no_proc = true;
	run_guest("", "/procnot mounted", 1);
}

static void test_two_drives(void **state)
{
	(void)state;
	start_machine(2);
	run_guest("mix-own mix mix-own mix", "two-drives; two-drives", 0);
	/* One record on two devices is one seed. */
	memcpy(m.drive[1].raw, m.drive[0].raw, RECORD_SECTOR);
	run_guest("mix-own mix " LOOKS " commit-dir commit-drive commit-efi credit", "credited", 0);
	/* A damaged record is reported, and is not mixed. */
	start_machine(2);
	m.drive[1].raw[RECORD_HEADER] ^= 1;
	run_guest("mix-own mix " LOOKS " commit-dir commit-drive commit-efi credit",
		"refused; credited", 1);
}

static void test_stock(void **state)
{
	make_stock();
	only_mixed("stock-seed");
	start(state);
	make_stock();
	m.opt.stock_credit = true;
	run_guest("mix-own mix look-dir look-efi commit-dir commit-efi credit", "credited", 0);
	/* If there is also a record, the random_seed does not compete with it. */
	start_machine(2);
	make_stock();
	m.opt.stock_credit = true;
	run_guest("mix-own mix mix-own mix " LOOKS " commit-dir commit-drive commit-efi credit",
		"two-drives; credited", 0);
}

static void test_none(void **state)
{
	start_machine(0);
	run_guest("", "nothing", 0);
	start(state);
	m.drive[0].state = DRIVE_OTHER;
	run_guest("", "nothing", 0);
	m.drive[0].state = DRIVE_BARE;
	run_guest("", "bare", 0);
	assert_null(m.status);
	m.left_out = true;
	run_guest("", "/sys/class/blockonly 64 devices are looked at; bare", 0);
}

/* A device that does not answer is named, and fails the run if --device named it. */
static void test_silent(void **state)
{
	start(state);
	m.drive[0].state = DRIVE_SILENT;
	strcpy(m.drive[0].path, "/dev/vdb");
	run_guest("", "/dev/vdbdoes not answer; nothing", 0);
	name_device("/dev/vdb");
	run_guest("", "/dev/vdbdoes not answer", 1);
	m.drive[0].state = DRIVE_UNSETTLED;
	run_guest("", "/dev/vdbdoes not answer", 1);
	m.drive[0].state = DRIVE_OTHER;
	m.drive[0].err = -EACCES;
	run_guest("", "/dev/vdbcannot be read", 1);
	m.drives = 0;
	run_guest("", "/dev/vdbno such device", 1);
	/* Each missing device is named. */
	start(state);
	strcpy(m.drive[0].path, "/dev/vdb");
	name_device("/dev/vda");
	name_device("/dev/vdb");
	name_device("/dev/vdc");
	run_guest(FIRST_DRIVE, "/dev/vdano such device; /dev/vdcno such device; credited", 1);
	start(state);
	m.drives = 2;
	m.drive[1].state = DRIVE_SILENT;
	run_guest(FIRST_DRIVE, "does not answer; credited", 0);
}

static void test_bare_metal_opens_nothing(void **state)
{
	start(state);
	m.here.hypervisor = false;
	run_guest(
		"", "/sys/class/blockon bare metal only devices named with --device are opened", 0);
	assert_false(m.searched || m.search_ended);
	strcpy(m.drive[0].path, "/dev/sda1");
	name_device("/dev/sda1");
	only_mixed("bare-metal");
	assert_true(m.searched && m.search_ended);
	start(state);
	m.here.hypervisor = false;
	m.opt.trust_device = true;
	run_guest(FIRST_DRIVE, "credited", 0);
}

/* Without sysfs a search finds nothing, but --device works. */
static void test_no_sys(void **state)
{
	start(state);
	m.no_sys = true;
	m.drives = 0;
	run_guest("", "/sysnot mounted", 1);
	start(state);
	m.no_sys = true;
	m.drive[0].state = DRIVE_OTHER;
	strcpy(m.drive[0].path, "/dev/vda");
	name_device("/dev/vda");
	run_guest("", "nothing", 0);
}

/* --- the carry-over --- */

static void test_carried(void **state)
{
	run_guest("mix-own mix look-efi consume commit-efi credit", "nothing; credited carry-over",
		0);
	start_carried(state);
	m.opt.no_efi_ledger = true;
	run_guest("mix-own mix consume credit", "nothing; credited carry-over", 0);
	start_carried(state);
	m.look[LEDGER_EFI] = LEDGER_SPENT;
	run_guest("mix-own mix look-efi consume", "nothing; already-spent carry-over", 0);
	start_carried(state);
	m.commit[LEDGER_EFI] = LEDGER_FAILED;
	run_guest(
		"mix-own mix look-efi consume commit-efi", "nothing; ledger-failed carry-over", 0);
	start_carried(state);
	m.consume_fails = true;
	run_guest("mix-own mix look-efi consume", "nothing; not-consumed carry-over", 0);
}

/* A carry-over that may not be credited is removed, too, except in a dry run. */
static void test_carried_not(void **state)
{
	m.here.uuid[0] ^= 1;
	run_guest("mix-own mix consume", "nothing; other-uuid carry-over", 0);
	start_carried(state);
	m.opt.mix_carry_over = true;
	run_guest("mix-own mix consume", "nothing; mix-only carry-over", 0);
	start_carried(state);
	m.opt.mix_only = true;
	run_guest("", "nothing", 0);
	start_carried(state);
	m.opt.dry_run = true;
	run_guest("look-efi", "nothing; credited carry-over", 0);
	start_carried(state);
	m.opt.dry_run = true;
	m.opt.mix_carry_over = true;
	run_guest("", "nothing; mix-only carry-over", 0);
	start_carried(state);
	m.mix_fails = true;
	run_guest("mix-own", "nothing; /dev/urandomcannot be written", 1);
}

static void test_carried_unbound(void **state)
{
	struct record rec = { .credit_bits = 256, .seed = seed_bytes[2], .seed_len = RECORD_BLOCK };

	(void)state;
	assert_int_equal(record_encode(&rec, carried_raw, RECORD_SECTOR), 0);
	run_guest("mix-own mix consume", "nothing; unbound carry-over", 0);
}

static void test_carried_refused(void **state)
{
	m.carry_error = -ENOENT;
	run_guest("", "nothing", 0);
	start_carried(state);
	m.carry_error = -EPERM;
	run_guest("", "nothing; /carrynot a regular file that only root can access", 1);
	start_carried(state);
	m.carry_error = -EMSGSIZE;
	m.opt.carry_over = "/damaged";
	encode(2, carried_raw);
	run_guest("", "nothing; /damagedwrong length", 1);
}

/* The status describes the credit of the drive's seed; when the carry-over follows, the kernel is ready already. */
static void test_both(void **state)
{
	start_carried(state);
	add_drive();
	run_guest("mix-own mix " LOOKS
		  " commit-dir commit-drive commit-efi credit mix-own mix look-efi consume "
		  "commit-efi",
		"credited; already-ready carry-over", 0);
	assert_non_null(m.status);
	assert_null(m.status->reason);
}

#define START(title, function, begin)              \
	{                                          \
		title, function, begin, NULL, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		START("main: a seed is mixed, then committed to each ledger, and only then credited",
			test_order, start),
		START("main: a seed that the decision refuses is mixed, and no ledger is touched",
			test_decision, start),
		START("main: a seed that one ledger has is not credited, and is added to the others",
			test_spent, start),
		START("main: a tombstone is a spent seed, also for a copy of it", test_tombstone,
			start),
		START("main: without a commit there is no credit", test_no_commit, start),
		START("main: each option disables its ledger, and a dry run writes nothing",
			test_options, start),
		START("main: a kernel that is ready gets no credit, and the seed is spent",
			test_ready, start),
		START("main: if the kernel refuses the seed, the run fails, and no ledger is written",
			test_kernel_fails, start),
		START("main: two drives are mixed, and neither is credited", test_two_drives,
			start),
		START("main: Nova's random_seed is credited only with --stock-credit", test_stock,
			start),
		START("main: no drive, or a drive without a seed, is no failure", test_none, start),
		START("main: a device that does not answer is named, and is a failure if --device named it",
			test_silent, start),
		START("main: on bare metal only devices named with --device are looked at",
			test_bare_metal_opens_nothing, start),
		START("main: without sysfs, a search reports that", test_no_sys, start),
		START("main: a carry-over is consumed and committed, and only then credited",
			test_carried, start_carried),
		START("main: a carry-over that is not credited is consumed, too", test_carried_not,
			start_carried),
		START("main: a carry-over that is bound to no machine is not credited",
			test_carried_unbound, start_carried),
		START("main: a carry-over that is refused stays, and is reported",
			test_carried_refused, start_carried),
		START("main: after a drive's seed the carry-over is spent and not credited",
			test_both, start_carried),
	};

	return cmocka_run_group_tests_name("main", tests, NULL, NULL);
}
