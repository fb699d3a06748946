/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/mkisofs_log.h"
#include "cli/report.h"
#include "util/journal.h"
#include "util/show.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROOM 1024

/* The lines that were reported so far, "; " between them. Of those for which there is no room the number is given, and a
 * first one that is too long is cut, and ends in "...". */
static char said[ROOM + sizeof("; and 4294967295 more")];
static size_t said_len; /* of whole lines */
static unsigned left_out;

static void keep(const char *text)
{
	const char *between = said_len > 0 ? "; " : "";
	char line[2 * PATH_MAX], *end = said + said_len;
	const size_t left = sizeof(said) - said_len;
	size_t len;

	show_text(line, sizeof(line), text);
	len = strlen(between) + strlen(line);
	if (left_out == 0 && said_len + len < ROOM)
		said_len += (size_t)snprintf(end, left, "%s%s", between, line);
	else if (said_len == 0)
		said_len = (size_t)snprintf(end, left, "%.*s...", ROOM - 4, line);
	else
		snprintf(end, left, "; and %u more", ++left_out);
}

void mkisofs_log_listen(void)
{
	report_listen(keep);
}

/* Of those that are claimed. */
static uint32_t hardware_bits(const struct compose *c)
{
	const struct claim *claim = &c->seed.claim;

	return claim->hardware_bits < claim->credit_bits ? claim->hardware_bits :
							   claim->credit_bits;
}

static void add_seed(struct journal *j, const struct compose *c)
{
	static const uint8_t unbound[UUID_SIZE];
	const struct seed *s = &c->seed;
	char id[2 * RECORD_ID_SIZE + 1], uuid[UUID_STRLEN + 1], sources[BROKER_PROVENANCE];

	hex_encode(s->id, RECORD_ID_SIZE, id);
	seed_provenance(s, 0, sources);
	journal_field(j, "SEEDRIVE_SEED_ID", "%s", id);
	journal_field(j, "SEEDRIVE_BITS", "%u", s->claim.credit_bits);
	journal_field(j, "SEEDRIVE_HARDWARE_BITS", "%u", hardware_bits(c));
	journal_field(j, "SEEDRIVE_SOURCES", "%s", sources);
	if (s->claim.credit_bits < c->asked->bits)
		journal_field(j, "SEEDRIVE_SHORT", "%u", c->asked->bits - s->claim.credit_bits);
	if (memcmp(c->request.uuid, unbound, UUID_SIZE) == 0)
		return;
	uuid_format(c->request.uuid, uuid);
	journal_field(j, "SEEDRIVE_INSTANCE", "%s", uuid);
}

/* The message is for people; the fields have each name as it is. */
static void begin(struct journal *j, const struct compose *c, const char *name, int err)
{
	static const char identifier[] = "seedrive-mkisofs";
	char out[PATH_MAX];

	show_text(out, sizeof(out), name);

	if (err < 0)
		journal_begin(j, identifier, JOURNAL_ERROR, "%s: not made: %s", out, said);
	else if (c->drive.has_record)
		journal_begin(j, identifier, *said ? JOURNAL_WARNING : JOURNAL_INFO,
			"%s: seed of %u bits, %u bits from hardware%s%s", out,
			c->seed.claim.credit_bits, hardware_bits(c), *said ? ": " : "", said);
	else
		journal_begin(j, identifier, *said ? JOURNAL_WARNING : JOURNAL_INFO,
			"%s: without a seed%s%s", out, *said ? ": " : "", said);
}

void mkisofs_log_drive(const struct compose *c, const char *out, const char *label, int err)
{
	struct journal j;

	if (access(JOURNAL_SOCKET, W_OK) < 0)
		return;
	begin(&j, c, out, err);
	journal_field(&j, "SEEDRIVE_OUT", "%s", out);
	journal_field(&j, "SEEDRIVE_LABEL", "%s", label);
	if (c->drive.has_record && c->seed.claim.credit_bits > 0)
		add_seed(&j, c);
	journal_send(&j);
}
