/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Find, check, mix, decide, commit, credit, verify, say: one straight line, in bounded time. */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "guest/kernel.h"
#include "guest/ledger.h"
#include "guest/machine.h"
#include "guest/options.h"
#include "guest/say.h"
#include "guest/search.h"
#include "guest/sys.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* One seed, however many drives carry it. */
struct found {
	const struct drive *drive;
	struct record rec;
	bool trusted_bus; /* not one that a USB stick can claim, on any of its paths */
};

static int complain(const struct options *opt, const char *what, const char *why)
{
	struct line l = { 0 };

	line_add(&l, what);
	line_add(&l, ": ");
	line_add(&l, why);
	line_say(&l, !opt->dry_run);
	return EXIT_FAILED;
}

static int complain_drive(
	const struct options *opt, const struct drive *drive, const char *what, const char *why)
{
	struct line l = { 0 };

	line_add(&l, "drive=");
	line_add(&l, drive->path);
	line_add(&l, what);
	line_add(&l, why);
	line_say(&l, !opt->dry_run);
	return EXIT_FAILED;
}

static void say_bare(const struct options *opt, const struct drive *drive)
{
	struct line l = { 0 };

	line_add(&l, "drive=");
	line_add(&l, drive->path);
	line_add(&l, " label=");
	line_add(&l, drive->label);
	line_add(&l, ": no seed record");
	line_say(&l, !opt->dry_run);
}

static void say_verdict(const struct options *opt, const struct found *f, const char *reason,
	enum ledger ledger, bool ready_before)
{
	char id[2 * RECORD_ID_SIZE + 1];
	struct line l = { 0 };

	hex_encode(f->rec.seed_id, RECORD_ID_SIZE, id);
	if (opt->dry_run)
		line_add(&l, "dry-run: ");
	if (reason) {
		line_add(&l, "mixed");
	} else {
		line_add(&l, "credited ");
		line_add_number(&l, f->rec.credit_bits);
		line_add(&l, " bits");
	}
	line_add(&l, " seed=");
	line_add(&l, id);
	line_add(&l, " drive=");
	line_add(&l, f->drive->path);
	line_add(&l,
		ledger == LEDGER_COMMITTED || ledger == LEDGER_SPENT ? " ledger=dir" :
								       " ledger=none");
	if (reason) {
		line_add(&l, " reason=");
		line_add(&l, reason);
	}
	line_add(&l, ready_before ? " ready-before=yes" : " ready-before=no");
	if (!reason && !opt->dry_run && !kernel_ready())
		line_add(&l, " ready-after=no");
	line_say(&l, !opt->dry_run);
}

static const char *ledger_reason(enum ledger ledger)
{
	switch (ledger) {
	case LEDGER_COMMITTED:
		return NULL;
	case LEDGER_NONE:
		return "no-ledger";
	case LEDGER_FORGETS:
		return "ledger-forgets";
	case LEDGER_SPENT:
		return "already-spent";
	default:
		return "ledger-failed";
	}
}

static int mix(int kernel, const struct situation *s, const struct record *rec)
{
	struct diversifier own;
	int r;

	if (kernel < 0)
		return kernel;
	machine_diversify(s, &own);
	r = kernel_mix(kernel, &own, sizeof(own));
	return r < 0 ? r : kernel_mix(kernel, rec->seed, rec->seed_len);
}

static enum ledger ask_ledger(const struct options *opt, const struct record *rec)
{
	return opt->dry_run ? ledger_look(opt->ledger, rec) : ledger_commit(opt->ledger, rec);
}

/* Mix, decide, commit, credit: in this order, and each only if what went before allows it. */
static int use(const struct options *opt, struct situation *s, const struct found *f)
{
	const int kernel = opt->dry_run ? -1 : kernel_open();
	const bool ready = kernel_ready();
	enum ledger ledger = LEDGER_NONE;
	const char *reason;
	int status = EXIT_DONE;

	if (!opt->dry_run && mix(kernel, s, &f->rec) < 0) {
		sys_close(kernel);
		return complain(opt, "/dev/urandom", "cannot be written");
	}
	s->on_usb = !f->trusted_bus;
	reason = decide(s, &f->rec);
	if (!reason) {
		ledger = ask_ledger(opt, &f->rec);
		reason = ledger_reason(ledger);
	}
	if (!reason && ready)
		reason = "already-ready";
	if (!reason && !opt->dry_run &&
		kernel_credit(kernel, f->rec.seed, f->rec.seed_len, f->rec.credit_bits) < 0) {
		reason = "credit-failed";
		status = EXIT_FAILED;
	}
	sys_close(kernel);
	say_verdict(opt, f, reason, ledger, ready);
	return status;
}

static bool same_record(const struct drive *a, const struct drive *b)
{
	return a->len == b->len && memcmp(a->raw, b->raw, a->len) == 0;
}

/* The same record, byte for byte, on two paths to one drive counts once, and is as far to be trusted as
 * the worse of them. The same id in front of another seed is another drive. */
static bool seen_before(struct found *found, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!same_record(found[i].drive, found[n].drive))
			continue;
		found[i].trusted_bus &= found[n].trusted_bus;
		return true;
	}
	return false;
}

/* Parse what the probes brought. */
static size_t gather(const struct options *opt, const struct drives *d, struct found *found,
	int *status, bool *any)
{
	size_t i, n = 0;

	for (i = 0; i < d->count; i++) {
		const struct drive *drive = d->drive + i;
		int r = drive->err, state = drive->state;

		if (state < DRIVE_BARE)
			continue;
		*any = true;
		if (state == DRIVE_BARE) {
			say_bare(opt, drive);
			continue;
		}
		if (state == DRIVE_SEEDED)
			r = record_parse(drive->raw, drive->len, &found[n].rec);
		if (r < 0) {
			*status = complain_drive(opt, drive, ": record refused: ", record_why(r));
			continue;
		}
		found[n].drive = drive;
		found[n].trusted_bus = drive->is_block && !drive->on_usb;
		if (!seen_before(found, n))
			n++;
	}
	return n;
}

/* Nothing was found, which may have a reason. */
static int say_nothing(const struct options *opt, const struct drives *d)
{
	struct line l = { 0 };

	if (opt->device && d->count == 0)
		return complain(opt, opt->device, "no such device");
	if (opt->device && d->drive[0].err < 0)
		return complain(opt, opt->device, "cannot be opened");
	if (opt->device && d->drive[0].state == DRIVE_SILENT)
		return complain(opt, opt->device, "does not answer");
	if (!opt->device && !device_exists("/sys/class/block"))
		return complain(opt, "/sys", "not mounted: no device can be found");
	line_add(&l, "no seed drive");
	line_say(&l, !opt->dry_run);
	return EXIT_DONE;
}

static int run(const struct options *opt, struct drives *d)
{
	static struct found found[DRIVES_MAX];
	struct situation s = { .trust_device = opt->trust_device };
	bool any = false;
	int status = EXIT_DONE;
	size_t i, n;

	search_drives(d, opt->device, opt->wait_ms);
	n = gather(opt, d, found, &status, &any);
	if (!any)
		return say_nothing(opt, d);
	if (n == 0)
		return status;
	machine_ask(&s);
	s.several_drives = n > 1;
	for (i = 0; i < n; i++)
		if (use(opt, &s, found + i) != EXIT_DONE)
			status = EXIT_FAILED;
	return status;
}

int main(int argc, char **argv)
{
	static struct drives d;
	struct options opt;
	int status;

	status = options_parse(argc, argv, &opt);
	if (status >= 0)
		return status;
	/* No core dump. Memory is not locked: nothing is swapped out in the milliseconds that this lives,
	 * and locking would take a quarter of them. */
	sys_call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0);
	status = run(&opt, &d);
	search_wipe(&d);
	return status;
}
