/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/drive_log.h"
#include "cli/report.h"
#include "drive/drive.h"
#include "util/journal.h"
#include "util/show.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM 1024

/* The lines reported so far, joined by "; ". Lines that do not fit are counted, and the entry gives their number. A first
 * line that is too long is cut and ends in "...". */
static char said[ROOM + sizeof("; and 4294967295 more")];
static size_t said_len; /* bytes of whole lines */
static unsigned left_out;
static const char *image; /* its path, which begins the entry */

static void keep(const char *text)
{
	const char *between = said_len > 0 ? "; " : "";
	char line[2 * PATH_MAX], *end = said + said_len;
	const size_t left = sizeof(said) - said_len;
	size_t len;

	show_text(line, sizeof(line), report_without(text, image));
	len = strlen(between) + strlen(line);
	if (left_out == 0 && said_len + len < ROOM)
		said_len += (size_t)snprintf(end, left, "%s%s", between, line);
	else if (said_len == 0)
		said_len = (size_t)snprintf(end, left, "%.*s...", ROOM - 4, line);
	else
		snprintf(end, left, "; and %u more", ++left_out);
}

void drive_log_listen(const char *out)
{
	image = out;
	report_listen(keep);
}

/* Returns: the buffer that a field points to; the caller frees it after sending the entry. */
static char *add_seed(struct journal *j, const struct drive_log *d)
{
	static const uint8_t unbound[UUID_SIZE];
	const struct seed *s = d->seed;
	char id[2 * RECORD_ID_SIZE + 1], uuid[UUID_STRLEN + 1], sources[BROKER_PROVENANCE];
	char *account = drive_note_text(s);

	hex_encode(s->id, RECORD_ID_SIZE, id);
	seed_provenance(s, 0, sources);
	journal_field(j, "SEEDRIVE_SEED_ID", "%s", id);
	journal_field(j, "SEEDRIVE_BITS", "%u", s->claim.credit_bits);
	journal_field(j, "SEEDRIVE_HARDWARE_BITS", "%u", s->claim.hardware_bits);
	journal_field(j, "SEEDRIVE_SOURCES", "%s", sources);
	if (s->claim.credit_bits < s->bits)
		journal_field(j, "SEEDRIVE_SHORT", "%u", s->bits - s->claim.credit_bits);
	if (account)
		journal_attach(j, "SEEDRIVE_ACCOUNT", account);
	if (memcmp(d->uuid, unbound, UUID_SIZE) != 0) {
		uuid_format(d->uuid, uuid);
		journal_field(j, "SEEDRIVE_INSTANCE", "%s", uuid);
	}
	return account;
}

/* The message is made for people, with names escaped; the fields have names unchanged. */
static void begin(struct journal *j, const struct drive_log *d, int err)
{
	char out[PATH_MAX];
	const enum journal_priority priority = *said ? JOURNAL_WARNING : JOURNAL_INFO;
	const char *between = *said ? "; warnings: " : "";

	show_text(out, sizeof(out), d->out);
	if (err < 0)
		journal_begin(
			j, d->identifier, JOURNAL_ERROR, "%s: not %s: %s", out, d->done, said);
	else if (d->seed)
		journal_begin(j, d->identifier, priority,
			"%s: seed of %u bits, %u bits from hardware%s%s", out,
			d->seed->claim.credit_bits, d->seed->claim.hardware_bits, between, said);
	else if (!d->without)
		journal_begin(j, d->identifier, priority, "%s: %s", out, said);
	else
		journal_begin(
			j, d->identifier, priority, "%s: %s%s%s", out, d->without, between, said);
}

void drive_log_write(const struct drive_log *d, int err)
{
	struct journal j;
	char *account = NULL;

	if (access(JOURNAL_SOCKET, W_OK) < 0)
		return;
	begin(&j, d, err);
	journal_field(&j, "SEEDRIVE_OUT", "%s", d->out);
	if (d->label)
		journal_field(&j, "SEEDRIVE_LABEL", "%s", d->label);
	/* If the drive was not made, its seed is logged only if entropy was drawn for it. */
	if (d->seed && (err == 0 || d->seed->claim.credit_bits > 0))
		account = add_seed(&j, d);
	journal_send(&j);
	free(account);
}
