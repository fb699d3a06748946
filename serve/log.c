/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/log.h"
#include "util/hex.h"
#include "util/journal.h"
#include "util/show.h"
#include "util/wire/note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char identifier[] = "seedrive";

#define LABEL_SIZE (SOURCE_ARG_MAX + 32)
#define SHOWN_SIZE (SHOW_MAX * LABEL_SIZE)

/* Writes the instance's UUID as text; an empty text if the note has no UUID. */
static void instance_text(const struct broker_note *note, char out[UUID_STRLEN + 1])
{
	static const uint8_t none[UUID_SIZE];

	out[0] = '\0';
	if (memcmp(note->uuid, none, UUID_SIZE) != 0)
		uuid_format(note->uuid, out);
}

static void add_note(struct journal *j, const struct handout *h)
{
	const uint32_t claim = handout_claim(h);
	char uuid[UUID_STRLEN + 1], id[2 * RECORD_ID_SIZE + 1];

	hex_encode(h->note.seed_id, RECORD_ID_SIZE, id);
	instance_text(&h->note, uuid);
	journal_field(j, "SEEDRIVE_SEED_ID", "%s", id);
	journal_field(j, "SEEDRIVE_BITS", "%u", claim);
	if (claim < h->note.credit_bits)
		journal_field(j, "SEEDRIVE_STATED_BITS", "%u", h->note.credit_bits);
	if (uuid[0])
		journal_field(j, "SEEDRIVE_INSTANCE", "%s", uuid);
}

static void begin_handout(struct journal *j, const struct handout *h)
{
	const uint32_t claim = handout_claim(h);
	char uuid[UUID_STRLEN + 1], id[2 * RECORD_ID_SIZE + 1], cut[64] = "";

	hex_encode(h->note.seed_id, RECORD_ID_SIZE, id);
	instance_text(&h->note, uuid);
	if (claim < h->note.credit_bits)
		snprintf(
			cut, sizeof(cut), " (cut from the %u that it stated)", h->note.credit_bits);
	if (h->noted)
		journal_begin(j, identifier, JOURNAL_INFO,
			"gave %u block%s to uid %u, %u bits from hardware; the client claims: seed %s of %u bits%s, %s%s",
			h->blocks, h->blocks == 1 ? "" : "s", (unsigned)h->uid, handout_hardware(h),
			id, claim, cut, uuid[0] ? "instance " : "no instance", uuid);
	else
		journal_begin(j, identifier, JOURNAL_INFO,
			"gave %u block%s to uid %u, %u bits from hardware; the client did not report a seed",
			h->blocks, h->blocks == 1 ? "" : "s", (unsigned)h->uid,
			handout_hardware(h));
}

void log_handout(const struct handout *h)
{
	const uint32_t full = h->blocks * RECORD_BLOCK_BITS;
	char *account = NULL;
	struct journal j;

	begin_handout(&j, h);
	journal_field(&j, "SEEDRIVE_UID", "%u", (unsigned)h->uid);
	journal_field(&j, "SEEDRIVE_PID", "%d", (int)h->pid);
	journal_field(&j, "SEEDRIVE_BLOCKS", "%u", h->blocks);
	journal_field(&j, "SEEDRIVE_HARDWARE_BITS", "%u", handout_hardware(h));
	journal_field(&j, "SEEDRIVE_SOURCES", "%s", h->sources);
	if (h->hardware_bits < full)
		journal_field(&j, "SEEDRIVE_SHORT", "%u", full - h->hardware_bits);
	if (h->noted)
		add_note(&j, h);
	if (h->given)
		account = note_handout_text(
			h->given, h->blocks, handout_claim(h), handout_hardware(h));
	if (account)
		journal_attach(&j, "SEEDRIVE_ACCOUNT", account);
	journal_send(&j);
	free(account);
}

/* Writes a source's name in printable form, for the message; the field SEEDRIVE_SOURCE has the exact name. */
static const char *shown(const struct draw_report *r, char out[SHOWN_SIZE])
{
	char label[LABEL_SIZE];

	return show_text(out, SHOWN_SIZE, draw_label(r, label, sizeof(label)));
}

static void add_source(struct journal *j, const struct draw_report *r)
{
	char label[LABEL_SIZE];

	journal_field(j, "SEEDRIVE_SOURCE", "%s", draw_label(r, label, sizeof(label)));
}

void log_source_failed(const struct draw_report *r)
{
	char name[SHOWN_SIZE], why[DRAW_WHY_SIZE];
	struct journal j;

	draw_why(r, why, sizeof(why));
	journal_begin(&j, identifier, JOURNAL_WARNING,
		"%s: %s; counts for nothing until it passes again", shown(r, name), why);
	add_source(&j, r);
	journal_send(&j);
}

void log_source_back(const struct draw_report *r)
{
	char name[SHOWN_SIZE];
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_NOTICE, "%s: delivers again and passes its tests",
		shown(r, name));
	add_source(&j, r);
	journal_send(&j);
}

void log_stock_dropped(const struct draw_report *r, size_t blocks)
{
	char name[SHOWN_SIZE];
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_WARNING,
		"%s: failed a health test; blocks in stock that used it, now dropped: %zu",
		shown(r, name), blocks);
	add_source(&j, r);
	journal_field(&j, "SEEDRIVE_DROPPED", "%zu", blocks);
	journal_send(&j);
}

void log_restored(enum restored_sign sign, size_t blocks)
{
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_WARNING,
		"this machine was restored or slept, or its clock was set (%s); blocks in stock, now dropped: %zu",
		sign == RESTORED_VM ? "its hypervisor reports it" : "the time of day jumped",
		blocks);
	journal_field(&j, "SEEDRIVE_DROPPED", "%zu", blocks);
	journal_send(&j);
}

void log_late(bool watched)
{
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_ERROR,
		"the thread that draws from the sources hangs; %s",
		watched ? "systemd's watchdog will restart the daemon" : "restart the daemon");
	journal_send(&j);
}

void log_source_kept_out(const struct draw_report *r)
{
	char name[SHOWN_SIZE], why[DRAW_WHY_SIZE];
	struct journal j;

	draw_why(r, why, sizeof(why));
	journal_begin(&j, identifier, JOURNAL_ERROR,
		"%s: kept out until the daemon restarts or receives SIGUSR1: %s", shown(r, name),
		why);
	add_source(&j, r);
	journal_send(&j);
}

void log_no_source(int err)
{
	struct journal j;

	journal_begin(
		&j, identifier, JOURNAL_ERROR, "no source delivers anything: %s", strerror(-err));
	journal_send(&j);
}

void log_empty(unsigned requests)
{
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_WARNING,
		"clients ask for blocks faster than the sources deliver: requests that got none: %u",
		requests);
	journal_field(&j, "SEEDRIVE_EMPTY", "%u", requests);
	journal_send(&j);
}

/* @words: what was refused @count times, and why; @field: the field that has the number. */
static void refused(const char *words, const char *field, unsigned count, account_id last)
{
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_WARNING, "%s: %u; the last from uid %u", words, count,
		(unsigned)last);
	journal_field(&j, field, "%u", count);
	journal_field(&j, "SEEDRIVE_UID", "%u", (unsigned)last);
	journal_send(&j);
}

void log_limited(unsigned requests, account_id last)
{
	refused("requests refused because their user already had its share", "SEEDRIVE_LIMITED",
		requests, last);
}

void log_unaccepted(unsigned connections, account_id last)
{
	refused("connections not accepted because there are too many", "SEEDRIVE_UNACCEPTED",
		connections, last);
}

void log_unlisted(unsigned handouts, unsigned blocks, account_id last)
{
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_WARNING,
		"handouts not logged one by one: %u, blocks in them: %u; the last to uid %u",
		handouts, blocks, (unsigned)last);
	journal_field(&j, "SEEDRIVE_UNLISTED", "%u", handouts);
	journal_field(&j, "SEEDRIVE_BLOCKS", "%u", blocks);
	journal_field(&j, "SEEDRIVE_UID", "%u", (unsigned)last);
	journal_send(&j);
}

void log_not_listening(const char *name, const char *words)
{
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_ERROR, "[listen %s]: not listening: %s", name, words);
	journal_field(&j, "SEEDRIVE_LISTENER", "%s", name);
	journal_send(&j);
}

void log_no_listeners(const char *what, int err)
{
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_ERROR,
		"configuration reloaded, but new %s may not work: %s", what, strerror(-err));
	journal_send(&j);
}

void log_reloaded(const char *fault)
{
	struct journal j;

	if (fault)
		journal_begin(&j, identifier, JOURNAL_ERROR,
			"%s; the previous configuration stays in force", fault);
	else
		journal_begin(&j, identifier, JOURNAL_NOTICE,
			"configuration reloaded; source, reservoir and broker change only at a restart");
	journal_send(&j);
}

void log_no_address(const char *name)
{
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_WARNING,
		"[listen %s]: not listening: it has no address, and systemd passed no socket that it may use, with FileDescriptorName=%s",
		name, name);
	journal_field(&j, "SEEDRIVE_LISTENER", "%s", name);
	journal_send(&j);
}

void log_fifo_missing(const char *name, const char *words)
{
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_WARNING,
		"[listen %s]: %s; retrying every second; seedrived-fifo.socket creates the FIFO",
		name, words);
	journal_field(&j, "SEEDRIVE_LISTENER", "%s", name);
	journal_send(&j);
}

void log_policy(const char *where, unsigned clients)
{
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_WARNING,
		"%s: answers that were late, invalid or above the limits of the listener, which apply instead: %u",
		where, clients);
	journal_field(&j, "SEEDRIVE_POLICY", "%u", clients);
	journal_send(&j);
}

void log_unlocked(void)
{
	struct journal j;

	journal_begin(&j, identifier, JOURNAL_WARNING,
		"memory for secrets: could not be locked (RLIMIT_MEMLOCK)");
	journal_send(&j);
}
