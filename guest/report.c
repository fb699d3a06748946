/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/report.h"

#include "guest/message.h"

const char *report_outcome(const struct verdict *v)
{
	if (v->found && v->found->buried)
		return "spent";
	return v->reason ? "mixed" : "credited";
}

/* Names the ledgers that took the seed or had it, and the ledgers that failed or are full, because these prevent a
 * credit; in a dry run, also those that could take it. */
void report_ledgers(struct message *m, const struct ledgers *ledgers, bool dry_run)
{
	const enum ledger_state least = dry_run ? LEDGER_FREE : LEDGER_COMMITTED;
	static const char names[LEDGER_KINDS][6] = { "dir", "drive", "efi" };
	const char *before = "ledger=";
	int k;

	for (k = 0; k < LEDGER_KINDS; k++) {
		if (ledgers->state[k] < least)
			continue;
		message_add(m, before);
		message_add(m, names[k]);
		before = ",";
	}
	if (before[0] != ',')
		message_add(m, "ledger=none");
}

void report_verdict(const struct verdict *v)
{
	struct message m;

	message_begin(&m);
	if (v->dry_run)
		message_add(&m, "dry-run: ");
	message_add(&m, report_outcome(v));
	if (!v->reason) {
		message_add(&m, " ");
		message_add_number(&m, v->rec->credit_bits);
		message_add(&m, " bits");
	}
	message_add(&m, " ");
	message_add_id(&m, v->rec->seed_id);
	message_add(&m, v->found ? " drive=" : " carry-over=");
	message_add(&m, v->found ? v->found->drive->path : v->carry_over);
	if (v->found ||
		v->ledgers.state[LEDGER_EFI] >= (v->dry_run ? LEDGER_FREE : LEDGER_COMMITTED)) {
		message_add(&m, " ");
		report_ledgers(&m, &v->ledgers, v->dry_run);
	}
	if (v->reason) {
		message_add(&m, " reason=");
		message_add(&m, v->reason);
	}
	message_add(&m, v->ready_before ? " ready-before=yes" : " ready-before=no");
	if (!v->reason && !v->dry_run && !v->ready_after)
		message_add(&m, " ready-after=no");
	message_send(&m, !v->dry_run);
}

/* A line of up to five pieces is printed; the first piece that is NULL ends it. */
static void report_line(
	bool dry_run, const char *a, const char *b, const char *c, const char *d, const char *e)
{
	const char *const pieces[] = { a, b, c, d, e, NULL };
	struct message m;
	size_t i;

	message_begin(&m);
	for (i = 0; pieces[i]; i++)
		message_add(&m, pieces[i]);
	message_send(&m, !dry_run);
}

void report_fault(bool dry_run, const char *what, const char *why)
{
	report_line(dry_run, what, ": ", why, NULL, NULL);
}

void report_refused(bool dry_run, const struct drive *drive, const char *why)
{
	report_line(dry_run, "drive=", drive->path, ": record refused: ", why, NULL);
}

void report_bare(bool dry_run, const struct drive *drive)
{
	report_line(dry_run, "drive=", drive->path, " label=", drive->label,
		drive->err < 0 ? ": no seed record, random_seed malformed or too long" :
				 ": no seed record");
}

void report_left(const char *path, const uint8_t id[RECORD_ID_SIZE])
{
	char text[2 * RECORD_ID_SIZE + 1];

	hex_encode(id, RECORD_ID_SIZE, text);
	report_line(false, "saved seed=", text, " carry-over=", path, NULL);
}

void report_nothing(bool dry_run)
{
	report_line(dry_run, "no seed drive", NULL, NULL, NULL, NULL);
}
