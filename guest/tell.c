/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/tell.h"

#include "guest/say.h"

static void add_id(struct line *l, const uint8_t id[RECORD_ID_SIZE])
{
	char text[2 * RECORD_ID_SIZE + 1];

	hex_encode(id, RECORD_ID_SIZE, text);
	line_add(l, " seed=");
	line_add(l, text);
}

/* Those that took the seed or had it; of those that could not, the ones that stand in the way. */
static void add_ledgers(struct line *l, const struct ledgers *ledgers)
{
	static const char *const names[LEDGER_KINDS] = { "dir", "drive", "efi" };
	const char *before = " ledger=";
	int k;

	for (k = 0; k < LEDGER_KINDS; k++) {
		if (ledgers->state[k] < LEDGER_FREE)
			continue;
		line_add(l, before);
		line_add(l, names[k]);
		before = ",";
	}
	if (before[0] == ' ')
		line_add(l, " ledger=none");
}

static void add_outcome(struct line *l, const struct verdict *v)
{
	if (v->found && v->found->buried) {
		line_add(l, "spent");
	} else if (v->reason) {
		line_add(l, "mixed");
	} else {
		line_add(l, "credited ");
		line_add_number(l, v->rec->credit_bits);
		line_add(l, " bits");
	}
}

void tell_verdict(const struct verdict *v)
{
	struct line l = { 0 };

	if (v->dry_run)
		line_add(&l, "dry-run: ");
	add_outcome(&l, v);
	add_id(&l, v->rec->seed_id);
	line_add(&l, v->found ? " drive=" : " carry-over=");
	line_add(&l, v->found ? v->found->drive->path : v->carry_over);
	if (v->found)
		add_ledgers(&l, &v->ledgers);
	if (v->reason) {
		line_add(&l, " reason=");
		line_add(&l, v->reason);
	}
	line_add(&l, v->ready_before ? " ready-before=yes" : " ready-before=no");
	if (!v->reason && !v->dry_run && !v->ready_after)
		line_add(&l, " ready-after=no");
	line_say(&l, !v->dry_run);
}

void tell_fault(bool dry_run, const char *what, const char *why)
{
	struct line l = { 0 };

	line_add(&l, what);
	line_add(&l, ": ");
	line_add(&l, why);
	line_say(&l, !dry_run);
}

void tell_drive(bool dry_run, const struct drive *drive, const char *what, const char *why)
{
	struct line l = { 0 };

	line_add(&l, "drive=");
	line_add(&l, drive->path);
	line_add(&l, ": ");
	line_add(&l, what);
	line_add(&l, ": ");
	line_add(&l, why);
	line_say(&l, !dry_run);
}

void tell_bare(bool dry_run, const struct drive *drive)
{
	struct line l = { 0 };

	line_add(&l, "drive=");
	line_add(&l, drive->path);
	line_add(&l, " label=");
	line_add(&l, drive->label);
	line_add(&l, ": no seed record");
	if (drive->err < 0)
		line_add(&l, ", random_seed refused");
	line_say(&l, !dry_run);
}

void tell_left(const char *path, const uint8_t id[RECORD_ID_SIZE])
{
	struct line l = { 0 };

	line_add(&l, "left");
	add_id(&l, id);
	line_add(&l, " carry-over=");
	line_add(&l, path);
	line_say(&l, true);
}

void tell_nothing(bool dry_run)
{
	struct line l = { 0 };

	line_add(&l, "no seed drive");
	line_say(&l, !dry_run);
}
