/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seedrive-guest: find, check, mix, decide, commit, credit and report, one after the other, in bounded time. */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "guest/carry_over.h"
#include "guest/kernel.h"
#include "guest/ledger.h"
#include "guest/machine.h"
#include "guest/options.h"
#include "guest/search.h"
#include "guest/status.h"
#include "guest/sys.h"

#define VMCORE \
	"/proc/vmcore" /* exists in a kernel that was started to record the crash of another one */

/* --device can name as many devices as the program can look at. */
_Static_assert(OPTIONS_DEVICES_MAX == DRIVES_MAX, "OPTIONS_DEVICES_MAX");

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* The state of one run. Small members are next to each other, because each page that is touched costs a page fault. */
struct run {
	/* The memory is static, because a child that hangs goes on using it. */
	struct drives drives;
	struct options opt;
	struct situation here;
	struct diversifier own;
	struct kernel kernel;
	int status;
	bool any;               /* there is a config drive */
	bool seen;              /* @verdict is set */
	struct verdict verdict; /* for the status */
	size_t count;
	struct found found[DRIVES_MAX];
};

static void fail(struct run *run, const char *what, const char *why)
{
	report_fault(run->opt.dry_run, what, why);
	run->status = EXIT_FAILED;
}

static bool mix(struct run *run, const struct record *rec)
{
	const struct kernel *k = &run->kernel;

	if (run->opt.dry_run)
		return true;
	if (kernel_mix(k, &run->own, sizeof(run->own)) == 0 &&
		kernel_mix(k, rec->seed, rec->seed_len) == 0)
		return true;
	fail(run, "/dev/urandom", "cannot be written");
	return false;
}

/* The last step, for a seed that may be credited. A kernel that is ready needs no credit, so it gets none. */
static const char *credit(struct run *run, const struct verdict *v)
{
	const struct record *rec = v->rec;

	if (v->ready_before)
		return "already-ready";
	if (run->opt.dry_run ||
		kernel_credit(&run->kernel, rec->seed, rec->seed_len, rec->credit_bits) == 0)
		return NULL;
	run->status = EXIT_FAILED;
	return "credit-failed";
}

static const char *commit_seed(struct run *run, const struct ledger_entry *e, struct ledgers *l)
{
	ledgers_look(e, l);
	if (run->opt.dry_run)
		return ledgers_reason(l, LEDGER_FREE);
	ledgers_commit(e, l);
	return ledgers_reason(l, LEDGER_COMMITTED);
}

/* No ledger needs to authorise a carry-over, because its file is removed. But a rollback of the disk brings the file
 * back. So the firmware's ledger, which may have its id, is asked. */
static const char *commit_carry_over(struct run *run, const struct carry_over *c, struct ledgers *l)
{
	const struct ledger_entry e = { .rec = &c->rec, .efi = !run->opt.no_efi_ledger };

	ledgers_look(&e, l);
	if (run->opt.dry_run)
		return ledgers_reason(l, LEDGER_ABSENT);
	if (!carry_over_consume(c, run->opt.ledger_persistent))
		return "not-consumed";
	ledgers_commit_vetoes(&e, l);
	return ledgers_reason(l, LEDGER_ABSENT);
}

static void conclude(struct run *run, struct verdict *v)
{
	v->ready_after = kernel_ready();
	report_verdict(v);
	if (status_prefers(v, run->seen ? &run->verdict : NULL)) {
		run->verdict = *v;
		run->seen = true;
	}
}

static struct ledger_entry entry_of(const struct run *run, const struct found *f)
{
	const struct options *opt = &run->opt;

	return (struct ledger_entry){ .rec = &f->rec,
		.dir = opt->ledger,
		.drive = opt->no_drive_ledger || f->stock ? NULL : f->drive,
		.efi = !opt->no_efi_ledger,
		.vouched = opt->ledger_persistent,
		.index = f->index,
		.wait_ms = opt->wait_ms };
}

static const char *decide_drive(struct run *run, const struct found *f)
{
	struct situation s = run->here;

	if (f->buried || f->spent)
		return "already-spent";
	s.several_drives = f->several;
	s.stock_refused = f->stock && !run->opt.stock_credit;
	s.untrusted_device = !f->trusted;
	return decide(&s, &f->rec);
}

/* Mix, decide, commit and credit, in this order; each step is done only if the one before it allows it. */
static void use_drive(struct run *run, const struct found *f)
{
	const struct ledger_entry entry = entry_of(run, f);
	struct verdict v = { .dry_run = run->opt.dry_run,
		.found = f,
		.rec = &f->rec,
		.ready_before = kernel_ready() };

	if (f->buried)
		v.ledgers.state[LEDGER_DRIVE] = LEDGER_SPENT;
	else if (!mix(run, &f->rec))
		return;
	v.reason = decide_drive(run, f);
	if (!v.reason)
		v.reason = commit_seed(run, &entry, &v.ledgers);
	if (!v.reason)
		v.reason = credit(run, &v);
	conclude(run, &v);
}

/* A dry run does not remove the file, but assumes that it could. In a real run the file is removed even if the
 * carry-over may not be credited. */
static void use_carry_over(struct run *run, struct carry_over *c)
{
	struct situation s = run->here;
	struct verdict v = { .dry_run = run->opt.dry_run,
		.carry_over = run->opt.carry_over,
		.rec = &c->rec,
		.ready_before = kernel_ready() };

	if (!mix(run, &c->rec))
		return;
	s.must_be_bound = true;
	s.mix_only = run->opt.mix_carry_over;
	v.reason = decide(&s, &c->rec);
	if (!v.reason)
		v.reason = commit_carry_over(run, c, &v.ledgers);
	else if (!v.dry_run)
		(void)carry_over_consume(c, run->opt.ledger_persistent);
	if (!v.reason)
		v.reason = credit(run, &v);
	conclude(run, &v);
}

static void try_carry_over(struct run *run)
{
	static struct carry_over c;
	int r;

	if (!run->opt.carry_over || run->opt.mix_only)
		return;
	r = carry_over_open(&c, run->opt.carry_over);
	if (r == 0)
		use_carry_over(run, &c);
	else if (r == -EPERM)
		fail(run, run->opt.carry_over, "not a regular file that only root can access");
	else if (r != -ENOENT)
		fail(run, run->opt.carry_over, record_why(r));
	carry_over_close(&c);
}

/* Parses the records that the probes have read. */
static void gather(struct run *run)
{
	struct drives *d = &run->drives;
	size_t i;

	for (i = 0; i < d->count; i++) {
		const struct drive *drive = d->drive + i;
		int r;

		if (drive->state < DRIVE_BARE)
			continue;
		run->any = true;
		if (drive->state == DRIVE_BARE) {
			report_bare(run->opt.dry_run, drive);
			continue;
		}
		r = found_take(d, i, run->found + run->count);
		if (r < 0) {
			report_refused(run->opt.dry_run, drive, record_why(r));
			run->status = EXIT_FAILED;
		} else if (!found_same(run->found, run->count + 1)) {
			run->count++;
		}
	}
	found_compare(run->found, run->count);
}

static bool has_come(const struct drives *d, const char *path)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (strcmp(d->drive[i].path, path) == 0)
			return true;
	return false;
}

/* Reports each device given by --device that is missing, cannot be opened, or does not answer. If none was given,
 * reports only devices that do not answer. */
static void report_missing(struct run *run)
{
	const struct drives *d = &run->drives;
	const char *const *device;
	const bool named = run->opt.device_count > 0;
	size_t i;

	for (device = run->opt.devices; *device; device++)
		if (!has_come(d, *device))
			fail(run, *device, "no such device");
	for (i = 0; i < d->count; i++) {
		const struct drive *drive = d->drive + i;

		if (drive->state == DRIVE_SILENT || drive->state == DRIVE_UNSETTLED) {
			report_fault(run->opt.dry_run, drive->path, "does not answer");
			if (named)
				run->status = EXIT_FAILED;
		} else if (named && drive->err < 0 && drive->state == DRIVE_OTHER) {
			fail(run, drive->path, "cannot be read");
		}
	}
}

/* On bare metal, opening a disk may start its motor. So there only devices given by --device are opened. */
static bool may_search(const struct run *run)
{
	return run->opt.device_count > 0 || run->here.hypervisor || run->opt.trust_device;
}

static void report_nothing_found(struct run *run)
{
	if (run->opt.device_count == 0 && !sys_exists("/sys/class/block"))
		fail(run, "/sys", "not mounted");
	else if (!may_search(run))
		report_fault(run->opt.dry_run, "/sys/class/block",
			"on bare metal only devices named with --device are opened");
	else if (run->status == EXIT_DONE)
		report_nothing(run->opt.dry_run);
}

static bool may_mix(struct run *run, int opened)
{
	if (opened < 0)
		fail(run, "/dev/urandom", "cannot be opened");
	else if (!run->opt.dry_run && run->kernel.piece == 0)
		fail(run, "/proc", "not mounted");
	return run->status == EXIT_DONE;
}

/* While the children read the devices, this process prepares everything else. */
static void use_all(struct run *run)
{
	const char *const *devices = run->opt.devices;
	int opened = 0;
	size_t i;

	machine_ask(&run->here);
	if (may_search(run))
		search_begin(&run->drives, devices);
	if (!run->opt.dry_run) {
		machine_diversify(&run->here, &run->own);
		opened = kernel_open(&run->kernel);
	}
	run->here.mix_only = run->opt.mix_only;
	run->here.trust_device = run->opt.trust_device;
	if (may_search(run))
		search_end(&run->drives, devices, run->opt.wait_ms);
	if (!may_mix(run, opened))
		return;
	if (run->drives.left_out)
		report_fault(run->opt.dry_run, "/sys/class/block", "only 64 devices are looked at");
	gather(run);
	report_missing(run);
	if (!run->any)
		report_nothing_found(run);
	for (i = 0; i < run->count; i++)
		use_drive(run, run->found + i);
	try_carry_over(run);
}

static void save_carry_over(struct run *run)
{
	const char *path = run->opt.save_carry_over;
	uint8_t id[RECORD_ID_SIZE];
	int r;

	machine_ask(&run->here);
	r = carry_over_save(path, &run->here, run->opt.ledger_persistent, id);
	if (r == 0)
		report_left(path, id);
	else if (r == -EAGAIN)
		fail(run, path, "carry-over not saved: the kernel's RNG is not ready");
	else if (r == -EMEDIUMTYPE)
		fail(run, path, "carry-over not saved: the file system may forget it");
	else
		fail(run, path, "carry-over not saved: cannot be written");
}

static int print(const char *text)
{
	return sys_write_all(STDOUT_FILENO, text, strlen(text)) < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int print_status(void)
{
	if (status_print() == 0)
		return EXIT_DONE;
	report_fault(true, STATUS_PATH, "seedrive-guest has not run in this boot");
	return EXIT_FAILED;
}

/* Handles the options that only print something. Returns: false if none was given, and the run must go on. */
static bool only_print(struct run *run)
{
	const struct options *opt = &run->opt;

	if (opt->help)
		run->status = print(options_help);
	else if (opt->version)
		run->status = print("seedrive-guest " VERSION "\n");
	else if (opt->status)
		run->status = print_status();
	else if (sys_exists(VMCORE))
		report_fault(opt->dry_run, VMCORE, "in a crash kernel nothing is done");
	else
		return false;
	return true;
}

static void run_all(struct run *run)
{
	/* Forbid a core dump. Memory is not locked: in the few milliseconds that this process lives nothing is swapped
	 * out, and locking would take a quarter of that time. */
	sys_call(SYS_prctl, PR_SET_DUMPABLE, 0, 0);
	if (run->opt.save_carry_over) {
		save_carry_over(run);
		return;
	}
	use_all(run);
	if (!run->opt.dry_run)
		status_write(run->seen ? &run->verdict : NULL, run->status != EXIT_DONE,
			run->opt.stage, run->drives.left_out);
}

static struct run this_run;

int main(int argc, char **argv)
{
	struct options_fault fault;

	this_run.kernel.fd = -1;
	if (options_parse(argc, argv, &this_run.opt, &fault) < 0) {
		report_fault(true, fault.word, fault.why);
		return EXIT_USAGE;
	}
	if (!only_print(&this_run))
		run_all(&this_run);
	kernel_close(&this_run.kernel);
	search_wipe(&this_run.drives);
	explicit_bzero(&this_run.own, sizeof(this_run.own));
	return this_run.status;
}
