/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/report.h"

#include "guest/message.h"

static void add_id(struct message *l, const uint8_t id[RECORD_ID_SIZE])
{
	char text[2 * RECORD_ID_SIZE + 1];

	hex_encode(id, RECORD_ID_SIZE, text);
	message_add(l, " seed=");
	message_add(l, text);
}

/* Those that took the seed or had it; of those that could not, the ones that stand in the way. */
static void add_ledgers(struct message *l, const struct ledgers *ledgers)
{
	static const char *const names[LEDGER_KINDS] = { "dir", "drive", "efi" };
	const char *before = " ledger=";
	int k;

	for (k = 0; k < LEDGER_KINDS; k++) {
		if (ledgers->state[k] < LEDGER_FREE)
			continue;
		message_add(l, before);
		message_add(l, names[k]);
		before = ",";
	}
	if (before[0] == ' ')
		message_add(l, " ledger=none");
}

static void add_outcome(struct message *l, const struct verdict *v)
{
	if (v->found && v->found->buried) {
		message_add(l, "spent");
	} else if (v->reason) {
		message_add(l, "mixed");
	} else {
		message_add(l, "credited ");
		message_add_number(l, v->rec->credit_bits);
		message_add(l, " bits");
	}
}

void report_verdict(const struct verdict *v)
{
	struct message l = { 0 };

	if (v->dry_run)
		message_add(&l, "dry-run: ");
	add_outcome(&l, v);
	add_id(&l, v->rec->seed_id);
	message_add(&l, v->found ? " drive=" : " carry-over=");
	message_add(&l, v->found ? v->found->drive->path : v->carry_over);
	if (v->found)
		add_ledgers(&l, &v->ledgers);
	if (v->reason) {
		message_add(&l, " reason=");
		message_add(&l, v->reason);
	}
	message_add(&l, v->ready_before ? " ready-before=yes" : " ready-before=no");
	if (!v->reason && !v->dry_run && !v->ready_after)
		message_add(&l, " ready-after=no");
	message_send(&l, !v->dry_run);
}

void report_fault(bool dry_run, const char *what, const char *why)
{
	struct message l = { 0 };

	message_add(&l, what);
	message_add(&l, ": ");
	message_add(&l, why);
	message_send(&l, !dry_run);
}

void report_drive(bool dry_run, const struct drive *drive, const char *what, const char *why)
{
	struct message l = { 0 };

	message_add(&l, "drive=");
	message_add(&l, drive->path);
	message_add(&l, ": ");
	message_add(&l, what);
	message_add(&l, ": ");
	message_add(&l, why);
	message_send(&l, !dry_run);
}

void report_bare(bool dry_run, const struct drive *drive)
{
	struct message l = { 0 };

	message_add(&l, "drive=");
	message_add(&l, drive->path);
	message_add(&l, " label=");
	message_add(&l, drive->label);
	message_add(&l, ": no seed record");
	if (drive->err < 0)
		message_add(&l, ", random_seed refused");
	message_send(&l, !dry_run);
}

void report_left(const char *path, const uint8_t id[RECORD_ID_SIZE])
{
	struct message l = { 0 };

	message_add(&l, "left");
	add_id(&l, id);
	message_add(&l, " carry-over=");
	message_add(&l, path);
	message_send(&l, true);
}

void report_nothing(bool dry_run)
{
	struct message l = { 0 };

	message_add(&l, "no seed drive");
	message_send(&l, !dry_run);
}
