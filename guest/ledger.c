/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/ledger.h"

typedef enum ledger_state ledger_step(const struct ledger_entry *e);

static const struct {
	ledger_step *look, *commit;
	bool authorises;
} kinds[LEDGER_KINDS] = {
	[LEDGER_DIR] = { ledger_dir_look, ledger_dir_commit, true },
	[LEDGER_DRIVE] = { ledger_drive_look, ledger_drive_commit, true },
	[LEDGER_EFI] = { ledger_efi_look, ledger_efi_commit, false },
};

static bool any(const struct ledgers *l, enum ledger_state state)
{
	int k;

	for (k = 0; k < LEDGER_KINDS; k++)
		if (l->state[k] == state)
			return true;
	return false;
}

static bool authorised(const struct ledgers *l, enum ledger_state enough)
{
	int k;

	for (k = 0; k < LEDGER_KINDS; k++)
		if (kinds[k].authorises &&
			(l->state[k] == enough || l->state[k] == LEDGER_COMMITTED))
			return true;
	return false;
}

void ledgers_look(const struct ledger_entry *e, struct ledgers *ret)
{
	int k;

	for (k = 0; k < LEDGER_KINDS; k++)
		ret->state[k] = kinds[k].look(e);
}

/* Stops at the first ledger that fails or is full: then the seed cannot be credited, and must not be destroyed. A write
 * to the drive would destroy it. */
static void write_ledgers(const struct ledger_entry *e, struct ledgers *l, bool authorising)
{
	int k;

	for (k = 0; k < LEDGER_KINDS; k++) {
		if (kinds[k].authorises != authorising || l->state[k] != LEDGER_FREE)
			continue;
		if (any(l, LEDGER_FAILED) || any(l, LEDGER_FULL))
			return;
		l->state[k] = kinds[k].commit(e);
	}
}

void ledgers_commit_vetoes(const struct ledger_entry *e, struct ledgers *l)
{
	write_ledgers(e, l, false);
}

void ledgers_commit(const struct ledger_entry *e, struct ledgers *l)
{
	write_ledgers(e, l, true);
	if (authorised(l, LEDGER_COMMITTED) || any(l, LEDGER_SPENT))
		write_ledgers(e, l, false);
}

const char *ledgers_reason(const struct ledgers *l, enum ledger_state enough)
{
	if (any(l, LEDGER_SPENT))
		return "already-spent";
	if (any(l, LEDGER_FAILED))
		return "ledger-failed";
	if (any(l, LEDGER_FULL))
		return "ledger-full";
	if (authorised(l, enough))
		return NULL;
	if (any(l, LEDGER_FORGETS))
		return "ledger-forgets";
	return l->state[LEDGER_DIR] == LEDGER_READ_ONLY ? "ledger-read-only" : "no-ledger";
}
