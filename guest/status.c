/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/status.h"

#include <string.h>

#include "guest/file.h"
#include "guest/kernel.h"
#include "guest/sys.h"

#define FOLDER "/run/seedrive"
#define NAME   "status" /* STATUS_PATH */

static unsigned rank(const struct verdict *v)
{
	return !v->reason ? 2 : !(v->found && v->found->buried);
}

bool status_prefers(const struct verdict *v, const struct verdict *so_far)
{
	return !so_far || rank(v) > rank(so_far);
}

static void add_word(struct message *m, const char *key, const char *value)
{
	message_add(m, key);
	message_add(m, value);
	message_end_line(m);
}

static void add_number(struct message *m, const char *key, uint64_t number)
{
	message_add(m, key);
	message_add_number(m, number);
	message_end_line(m);
}

static void add_seed(struct message *m, const struct verdict *v)
{
	message_add_id(m, v->rec->seed_id);
	message_end_line(m);
	add_word(m, "drive=", v->found ? v->found->drive->path : v->carry_over);
	report_ledgers(m, &v->ledgers, v->dry_run);
	message_end_line(m);
	add_word(m, "reason=", v->reason ? v->reason : "");
}

static void add_no_seed(struct message *m)
{
	add_word(m, "seed=", "");
	add_word(m, "drive=", "");
	add_word(m, "ledger=", "none");
	add_word(m, "reason=", "");
}

/*
 * Must the existing file stay? If it reports a credit, that is the result of this boot, whatever a later stage finds.
 * An event can only mix: if another stage wrote about a seed, an event does not replace the file; and if an event found
 * no seed, it does not replace any existing file.
 */
static bool stays(const struct verdict *v, const char *stage)
{
	const bool event = stage && strcmp(stage, "event") == 0;
	char text[sizeof(((struct message *)0)->text)];
	const bool any = sys_read_text(STATUS_PATH, text, sizeof(text)) > 0;

	if (!any || (v && !v->reason))
		return false;
	return strstr(text, "outcome=credited") ||
		(event && (!v || (strstr(text, "\nseed=") && !strstr(text, "\nseed=\n"))));
}

static void replace(const struct message *m)
{
	size_t len;
	const char *text = message_body(m, &len);
	int folder;

	sys_call(SYS_umask, 022, 0, 0);
	sys_call(SYS_mkdirat, AT_FDCWD, (long)FOLDER, 0755);
	folder = sys_open_dir(AT_FDCWD, FOLDER);
	if (folder < 0)
		return;
	(void)file_replace(folder, NAME, text, len, 0644);
	sys_close(folder);
}

void status_write(const struct verdict *v, bool failed, const char *stage, bool left_out)
{
	struct message m;
	const bool credited = v && !v->reason, ready = kernel_ready();

	message_begin(&m);
	if (stays(v, stage))
		return;
	add_word(&m, "version=", VERSION);
	add_word(&m, "outcome=", failed && !credited ? "failed" : v ? report_outcome(v) : "none");
	/* cppcheck-suppress nullPointerRedundantCheck ; if a seed was credited, there is a verdict */
	add_number(&m, "bits=", credited ? v->rec->credit_bits : 0);
	if (v)
		add_seed(&m, v);
	else
		add_no_seed(&m);
	add_word(&m, "ready_before=", (v ? v->ready_before : ready) ? "yes" : "no");
	add_word(&m, "ready_after=", ready ? "yes" : "no");
	add_word(&m, "stage=", stage ? stage : "");
	if (left_out)
		add_word(&m, "left_out=", "yes");
	add_number(&m, "boottime_ms=", sys_nanoseconds(CLOCK_BOOTTIME) / 1000000);
	replace(&m);
}

int status_print(void)
{
	char text[sizeof(((struct message *)0)->text)];
	long n = sys_read_text(STATUS_PATH, text, sizeof(text));

	return n < 0 ? (int)n : sys_write_all(STDOUT_FILENO, text, (size_t)n);
}
