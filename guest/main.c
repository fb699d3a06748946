/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Find, check, mix, decide, commit, credit, verify, say: one straight line, in bounded time. */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "guest/device.h"
#include "guest/kernel.h"
#include "guest/ledger.h"
#include "guest/machine.h"
#include "guest/options.h"
#include "guest/say.h"
#include "guest/sys.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* One seed, however many drives carry it. */
struct found {
	const struct drive *drive;
	struct record rec;
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

static int complain_drive(const struct options *opt, const struct drive *drive, const char *what,
	const char *why)
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
	line_add(&l, ledger == LEDGER_COMMITTED || ledger == LEDGER_SPENT ? " ledger=dir" :
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

static int mix(const struct situation *s, const struct record *rec)
{
	struct diversifier own;
	int r;

	machine_diversify(s, &own);
	r = kernel_mix(&own, sizeof(own));
	return r < 0 ? r : kernel_mix(rec->seed, rec->seed_len);
}

static int use(const struct options *opt, struct situation *s, const struct found *f)
{
	const bool ready = kernel_ready();
	enum ledger ledger = opt->ledger ? LEDGER_COMMITTED : LEDGER_NONE;
	const char *reason;

	if (!opt->dry_run && mix(s, &f->rec) < 0)
		return complain(opt, "/dev/urandom", "cannot be written");
	s->on_usb = f->drive->on_usb || !f->drive->is_block;
	reason = decide(s, &f->rec);
	if (reason)
		ledger = LEDGER_NONE;
	else if (!opt->dry_run)
		ledger = ledger_commit(opt->ledger, &f->rec);
	if (!reason)
		reason = ledger_reason(ledger);
	if (!reason && ready)
		reason = "already-ready";
	if (!reason && !opt->dry_run &&
		kernel_credit(f->rec.seed, f->rec.seed_len, f->rec.credit_bits) < 0)
		return complain(opt, "/dev/random", "the credit was refused");
	say_verdict(opt, f, reason, ledger, ready);
	return EXIT_DONE;
}

/* Parse what the probes brought; the same seed on two paths to one drive counts once. */
static size_t gather(const struct options *opt, const struct drives *d, struct found *found,
	int *status, bool *any)
{
	size_t i, j, n = 0;

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
		for (j = 0; j < n; j++)
			if (memcmp(found[j].rec.seed_id, found[n].rec.seed_id, RECORD_ID_SIZE) == 0)
				break;
		if (j == n)
			n++;
	}
	return n;
}

static int run(const struct options *opt, struct drives *d)
{
	struct situation s = { .trust_device = opt->trust_device };
	struct found found[DRIVES_MAX];
	bool any = false;
	int status = EXIT_DONE, r = drives_find(d, opt->device, opt->wait_ms);
	size_t i, n;

	if (r < 0)
		return complain(opt, opt->device ? opt->device : "devices", "cannot be searched");
	n = gather(opt, d, found, &status, &any);
	if (!any) {
		struct line l = { 0 };

		line_add(&l, "no seed drive");
		line_say(&l, !opt->dry_run);
	}
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
	sys_call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0);
	status = run(&opt, &d);
	drives_wipe(&d);
	return status;
}
