/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/refresh/refresh.h"

#include <errno.h>
#include <string.h>

#include "guest/process.h"
#include "guest/refresh/fetch.h"
#include "guest/refresh/fresh.h"
#include "guest/sys.h"

#define RECORDS_MAX \
	8 /* records that are tried in one answer: one for each name that the operator has given to our service */

void refresh_begin_line(struct message *m)
{
	m->len = 0;
	/* message_send() needs the level "<6>" at the beginning. */
	message_add(m, "<6>seedrive-refresh: ");
}

void refresh_say(const char *a, const char *b, const char *c)
{
	const char *const pieces[] = { a, b, c, NULL };
	struct message m;
	int i;

	refresh_begin_line(&m);
	for (i = 0; pieces[i]; i++)
		message_add(&m, pieces[i]);
	message_send(&m, false);
}

int refresh_open(struct refresh *r, const struct refresh_options *opt)
{
	r->opt = opt;
	machine_ask(&r->here);
	if (opt->has_uuid)
		memcpy(r->here.uuid, opt->uuid, UUID_SIZE);
	r->here.has_uuid = (r->here.has_uuid || opt->has_uuid) && !opt->any_uuid;
	return kernel_open(&r->kernel);
}

void refresh_close(struct refresh *r)
{
	kernel_close(&r->kernel);
}

/* Makes the kernel's RNG reseed. Returns: as refresh_own(). */
static int reseed(struct refresh *r)
{
	const int err = kernel_reseed(&r->kernel);

	return err == -ENODATA || err == -EINVAL || err == -ENOTTY ? 1 : err;
}

int refresh_own(struct refresh *r)
{
	int err;

	memset(&r->own, 0, sizeof(r->own));
	machine_diversify(&r->here, &r->own);
	err = kernel_mix(&r->kernel, &r->own, sizeof(r->own));
	explicit_bzero(&r->own, sizeof(r->own));
	return err < 0 ? err : reseed(r);
}

static const char *why_unusable(int err)
{
	switch (err) {
	case -EINVAL:
		return "seedrive_record and seed_id are not one string each";
	case -EILSEQ:
		return "seedrive_record is not base64, or seed_id not hexadecimal";
	case -E2BIG:
		return "seedrive_record is larger than a record";
	case -ELOOP:
		return "the answer is nested deeper than 64 levels";
	}
	return "the answer is not a JSON object";
}

/* Takes the @nth record of the answer. Returns: 0; -ENOENT: there are no more; 1: it is refused, and @ret_why says why. */
static int take_record(
	struct refresh *r, size_t len, unsigned nth, struct record *ret, const char **ret_why)
{
	int err = vendor_find((const char *)r->body, len, nth, &r->vendor);

	if (err == -ENOENT)
		return err;
	if (err < 0) {
		*ret_why = why_unusable(err);
		return 1;
	}
	err = record_parse(r->vendor.raw, r->vendor.len, ret);
	*ret_why = err < 0 ? record_why(err) : fresh_why_not(ret, r->vendor.id, &r->here);
	return *ret_why != NULL;
}

/* Takes the first record that is not refused. Returns: as take_record(). */
static int find_record(struct refresh *r, size_t len, struct record *ret, const char **ret_why)
{
	unsigned nth;
	int err = -ENOENT, last = -ENOENT;

	for (nth = 0; nth < RECORDS_MAX; nth++) {
		err = take_record(r, len, nth, ret, ret_why);
		if (err <= 0)
			break;
		last = err;
	}
	return err == 0 ? 0 : last;
}

static enum refresh_outcome mix(
	struct refresh *r, const struct record *rec, const char *from, struct message *ret)
{
	int err = kernel_mix(&r->kernel, rec->seed, rec->seed_len);

	if (err == 0)
		err = reseed(r);
	if (err < 0) {
		message_add(ret, "/dev/urandom: ");
		message_add(ret,
			err == -EPERM ? "only root may ask it to reseed" : "cannot be written");
		return REFRESH_FAILED;
	}
	message_add(ret, "mixed ");
	message_add_id(ret, rec->seed_id);
	message_add(ret, " from=");
	message_add(ret, from);
	message_add(ret, err == 0 ? " reseeded=yes" : " reseeded=no");
	return REFRESH_MIXED;
}

static enum refresh_outcome use(struct refresh *r, const struct fetch *f, struct message *ret)
{
	const char *why = NULL;
	struct record rec;
	const int err = find_record(r, f->len, &rec, &why);

	if (err == 0)
		return mix(r, &rec, f->from, ret);
	if (err == -ENOENT) {
		message_add(ret, "nothing new: no record from ");
		message_add(ret, f->from);
		return REFRESH_NOTHING_NEW;
	}
	message_add(ret, f->from);
	message_add(ret, ": record refused: ");
	message_add(ret, why);
	return REFRESH_FAILED;
}

static enum refresh_outcome tell(const struct fetch *f, bool absent, struct message *ret)
{
	if (absent)
		message_add(ret, "nothing to fetch: ");
	message_add(ret, f->from);
	message_add(ret, absent ? " " : ": ");
	message_add(ret, f->why ? f->why : "answers ");
	if (!f->why)
		message_add_number(ret, f->code);
	return absent ? REFRESH_ABSENT : REFRESH_FAILED;
}

enum refresh_outcome refresh_fetch(struct refresh *r, unsigned limit_ms, struct message *ret)
{
	const unsigned set_ms = r->opt->timeout_ms;
	const unsigned end_ms = process_now_ms() + (limit_ms < set_ms ? limit_ms : set_ms);
	struct fetch f = { .body = r->body };
	enum refresh_outcome outcome;
	int err;

	refresh_begin_line(ret);
	err = r->opt->has_url ? fetch_url(&r->opt->url, end_ms, &f) : fetch_metadata(end_ms, &f);
	r->here.now = sys_nanoseconds(CLOCK_REALTIME) / 1000000000u;
	outcome = err == 0 ? use(r, &f, ret) : tell(&f, err == -ENOENT, ret);
	explicit_bzero(r->body, f.len);
	explicit_bzero(&r->vendor, sizeof(r->vendor));
	return outcome;
}
