/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Three stand-ins for ledgers, with every combination of their answers. */
#include "tests/lib/unit.h"

#include "guest/ledger.c"

#define LOOKS \
	6 /* the states that a look can return: ABSENT, FORGETS, READ_ONLY, FREE, FAILED, SPENT */
#define COMMITS 7 /* the states that a commit can return */

static const enum ledger_state look_brings[LOOKS] = { LEDGER_ABSENT, LEDGER_FORGETS,
	LEDGER_READ_ONLY, LEDGER_FREE, LEDGER_FAILED, LEDGER_SPENT };
static const enum ledger_state commit_brings[COMMITS] = { LEDGER_COMMITTED, LEDGER_ABSENT,
	LEDGER_FORGETS, LEDGER_READ_ONLY, LEDGER_FULL, LEDGER_FAILED, LEDGER_SPENT };

static enum ledger_state looks[LEDGER_KINDS], commits[LEDGER_KINDS];
static unsigned committed[LEDGER_KINDS], order;

static enum ledger_state commit_as_told(enum ledger_kind kind)
{
	assert_int_equal(committed[kind], 0);
	committed[kind] = ++order;
	return commits[kind];
}

enum ledger_state ledger_dir_look(const struct ledger_entry *e)
{
	(void)e;
	return looks[LEDGER_DIR];
}

enum ledger_state ledger_dir_commit(const struct ledger_entry *e)
{
	(void)e;
	return commit_as_told(LEDGER_DIR);
}

enum ledger_state ledger_drive_look(const struct ledger_entry *e)
{
	(void)e;
	return looks[LEDGER_DRIVE];
}

enum ledger_state ledger_drive_commit(const struct ledger_entry *e)
{
	(void)e;
	return commit_as_told(LEDGER_DRIVE);
}

enum ledger_state ledger_efi_look(const struct ledger_entry *e)
{
	(void)e;
	return looks[LEDGER_EFI];
}

enum ledger_state ledger_efi_commit(const struct ledger_entry *e)
{
	(void)e;
	return commit_as_told(LEDGER_EFI);
}

static bool has(const struct ledgers *l, enum ledger_state state)
{
	return l->state[0] == state || l->state[1] == state || l->state[2] == state;
}

/* The rule, written a second time: the seed may be credited if it is on stable storage in a ledger that authorises, and
 * no ledger has failed. */
static void check(void)
{
	const struct ledger_entry e = { 0 };
	struct ledgers l, before;
	const char *reason;
	bool credit;
	int k;

	memset(committed, 0, sizeof(committed));
	order = 0;
	ledgers_look(&e, &before);
	l = before;
	ledgers_commit(&e, &l);
	reason = ledgers_reason(&l, LEDGER_COMMITTED);
	credit = (l.state[LEDGER_DIR] == LEDGER_COMMITTED ||
			 l.state[LEDGER_DRIVE] == LEDGER_COMMITTED) &&
		!has(&l, LEDGER_SPENT) && !has(&l, LEDGER_FAILED) && !has(&l, LEDGER_FULL);
	assert_int_equal(reason == NULL, credit);
	if (has(&l, LEDGER_SPENT))
		assert_string_equal(reason, "already-spent");
	/* If a ledger fails when it is read, none is written. */
	if (has(&before, LEDGER_FAILED))
		assert_int_equal(order, 0);
	/* A ledger that authorises is written before any other ledger. */
	if (committed[LEDGER_EFI])
		assert_true(committed[LEDGER_DIR] < committed[LEDGER_EFI] &&
			committed[LEDGER_DRIVE] < committed[LEDGER_EFI]);
	for (k = 0; k < LEDGER_KINDS; k++) {
		assert_true(!committed[k] || before.state[k] == LEDGER_FREE);
		/* If a seed is credited, each ledger that could take it has it. */
		assert_true(!credit || before.state[k] != LEDGER_FREE || committed[k]);
	}
	/* If no ledger authorises, the ledgers that can only veto are not written. */
	if (committed[LEDGER_EFI] && !has(&before, LEDGER_SPENT) && !has(&l, LEDGER_SPENT))
		assert_true(l.state[LEDGER_DIR] == LEDGER_COMMITTED ||
			l.state[LEDGER_DRIVE] == LEDGER_COMMITTED);
	/* If a commit succeeds, a dry run would have expected that, too. */
	if (credit)
		assert_null(ledgers_reason(&before, LEDGER_FREE));
}

static void test_every_combination(void **state)
{
	unsigned n, all = LOOKS * COMMITS, i;

	(void)state;
	for (n = 0; n < all * all * all; n++) {
		unsigned rest = n;

		for (i = 0; i < LEDGER_KINDS; i++, rest /= all) {
			looks[i] = look_brings[rest % all % LOOKS];
			commits[i] = commit_brings[rest % all / LOOKS];
		}
		check();
	}
}

static void test_words(void **state)
{
	static const struct {
		struct ledgers l;
		const char *reason;
	} cases[] = {
		{ { { LEDGER_ABSENT, LEDGER_ABSENT, LEDGER_ABSENT } }, "no-ledger" },
		{ { { LEDGER_ABSENT, LEDGER_ABSENT, LEDGER_COMMITTED } }, "no-ledger" },
		{ { { LEDGER_FORGETS, LEDGER_ABSENT, LEDGER_ABSENT } }, "ledger-forgets" },
		{ { { LEDGER_READ_ONLY, LEDGER_ABSENT, LEDGER_ABSENT } }, "ledger-read-only" },
		{ { { LEDGER_FULL, LEDGER_FREE, LEDGER_ABSENT } }, "ledger-full" },
		{ { { LEDGER_COMMITTED, LEDGER_ABSENT, LEDGER_FULL } }, "ledger-full" },
		{ { { LEDGER_COMMITTED, LEDGER_FAILED, LEDGER_FREE } }, "ledger-failed" },
		{ { { LEDGER_COMMITTED, LEDGER_ABSENT, LEDGER_SPENT } }, "already-spent" },
		{ { { LEDGER_FORGETS, LEDGER_COMMITTED, LEDGER_ABSENT } }, NULL },
		{ { { LEDGER_READ_ONLY, LEDGER_COMMITTED, LEDGER_COMMITTED } }, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		const char *got = ledgers_reason(&cases[i].l, LEDGER_COMMITTED);

		if (!got || !cases[i].reason)
			assert_ptr_equal(got, cases[i].reason);
		else
			assert_string_equal(got, cases[i].reason);
	}
}

/* A carry-over has only the ledger in EFI variables, which can only veto: neither a folder nor a drive is its
 * ledger. */
static void test_vetoes(void **state)
{
	const struct ledger_entry e = { 0 };
	unsigned n;

	(void)state;
	looks[LEDGER_DIR] = looks[LEDGER_DRIVE] = LEDGER_ABSENT;
	for (n = 0; n < LOOKS * COMMITS; n++) {
		enum ledger_state look = look_brings[n % LOOKS], commit = commit_brings[n / LOOKS],
				  ends;
		struct ledgers l;

		looks[LEDGER_EFI] = look;
		commits[LEDGER_EFI] = commit;
		memset(committed, 0, sizeof(committed));
		ledgers_look(&e, &l);
		assert_int_equal(ledgers_reason(&l, LEDGER_ABSENT) == NULL,
			look != LEDGER_SPENT && look != LEDGER_FAILED);
		ledgers_commit_vetoes(&e, &l);
		assert_int_equal(committed[LEDGER_EFI] > 0, look == LEDGER_FREE);
		ends = look == LEDGER_FREE ? commit : look;
		assert_int_equal(ledgers_reason(&l, LEDGER_ABSENT) == NULL,
			ends != LEDGER_SPENT && ends != LEDGER_FAILED && ends != LEDGER_FULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("ledger: in every combination, a credit needs one ledger that authorises and has committed, and none that failed",
			test_every_combination),
		TEST("ledger: each refusal has its own reason", test_words),
		TEST("ledger: a carry-over needs no ledger that authorises, and each one can veto it",
			test_vetoes),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
