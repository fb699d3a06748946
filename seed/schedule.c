/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/schedule.h"
#include "seed/source/broker_client.h"
#include "util/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static bool is_kind(const struct seed *s, size_t source, enum source_kind kind)
{
	return s->sources.spec[source].src->kind == kind;
}

/* The broker answers at once, or within half a second if it has to wait for its own sources. The wait for the broker is
 * shorter than the wait for a device, because the devices may have to be read after it. */
#define BROKER_TIMEOUT_MS 2000

static unsigned broker_timeout(const struct seed *s, const struct source_spec *spec)
{
	const unsigned ms = source_timeout_ms(&s->sources, spec);

	return spec->deadline_ms || ms / 2 < BROKER_TIMEOUT_MS ? ms : BROKER_TIMEOUT_MS;
}

/* The broker is asked first: it draws from the same devices, so if it gives enough, they need not be read here. */
void schedule_ask_broker(struct seed *s)
{
	size_t i;
	int fd;

	for (i = 0; i < s->reports; i++) {
		const struct source_spec *spec = s->sources.spec + i;
		const int64_t deadline_ms = clock_ms() + broker_timeout(s, spec);

		if (!is_kind(s, i, SOURCE_BROKER))
			continue;
		s->report[i].err = broker_fetch(spec->arg[0] ? spec->arg : BROKER_SOCKET,
			s->stoppable ? s->stop : -1, deadline_ms, s->blocks, s->secret->given, &fd);
		s->linked = fd >= 0;
		s->broker = fd;
	}
}

/* Do the broker's blocks alone have enough hardware bits for the whole claim? */
static bool broker_suffices(const struct seed *s)
{
	uint32_t bits = 0;
	size_t i;

	for (i = 0; i < s->reports; i++)
		if (is_kind(s, i, SOURCE_BROKER) && s->report[i].err < 0)
			return false;
	for (i = 0; i < s->blocks && source_list_has_broker(&s->sources); i++)
		bits += s->secret->given[i].hardware_bits;
	return bits >= s->bits && bits > 0;
}

/* The children of devices wait for the broker's answer. If the broker has given enough, ends them, but no required one:
 * the broker's blocks may have no bits of that device. Lets the others begin. */
void schedule_release_devices(struct seed *s)
{
	const bool spare = s->sources.by_default && broker_suffices(s);
	size_t i;

	for (i = 0; i < s->reports; i++) {
		struct draw_report *rep = s->report + i;

		if (!is_kind(s, i, SOURCE_DEVICE) || rep->err < 0 || rep->skipped)
			continue;
		if (spare && !s->sources.spec[i].required) {
			reader_end(s->reader + i);
			rep->skipped = "the broker has given enough";
		} else if (s->sources.by_default) {
			reader_go(s->reader + i);
		}
	}
}

/* Is this a slow source, which is drawn only if the other sources do not suffice? */
static bool is_last_resort(const struct seed *s, size_t source)
{
	return s->sources.by_default && is_kind(s, source, SOURCE_CODE) &&
		!s->sources.spec[source].required;
}

static bool suffices(const struct seed *s)
{
	return s->claim.credit_bits >= s->bits &&
		(!s->sources.hardware || s->claim.hardware_bits >= s->bits);
}

/* The order of the draw: required sources that need no waiting, then required devices, then all others. The kernel's
 * generator comes last, even if it is required. */
enum turn { TURN_REQUIRED, TURN_REQUIRED_DEVICE, TURN_OTHERS, TURNS };

static enum turn turn_of(const struct seed *s, size_t source)
{
	if (!s->sources.spec[source].required || is_kind(s, source, SOURCE_KERNEL))
		return TURN_OTHERS;
	return is_kind(s, source, SOURCE_DEVICE) && s->report[source].err == 0 ?
		TURN_REQUIRED_DEVICE :
		TURN_REQUIRED;
}

static bool broker_gave(const struct seed *s)
{
	size_t i;

	for (i = 0; i < s->reports; i++)
		if (is_kind(s, i, SOURCE_BROKER) && s->report[i].err == 0)
			return true;
	return false;
}

/* Does the failure of this source make a seed impossible? It does not if the broker gave blocks: they may contain bits
 * of the same source; requirement_end() checks that. */
static bool is_fatal(const struct seed *s, size_t source)
{
	return s->sources.spec[source].required && !draw_passed(s->report + source) &&
		!broker_gave(s);
}

/* Draws all sources of one turn, but stops once the failure of a required source makes a seed impossible. @done: says
 * which sources were drawn. */
static void gather_turn(struct draw *d, enum turn turn, bool done[SOURCES_MAX])
{
	struct seed *s = d->seed;
	size_t i;

	for (i = 0; i < s->reports && !s->gave_up; i++) {
		if (done[i] || turn_of(s, i) != turn || is_last_resort(s, i))
			continue;
		gather_source(d, i);
		done[i] = true;
		s->gave_up = is_fatal(s, i);
	}
}

/* Marks the sources that were not drawn because a required source failed. */
static void leave_out(struct seed *s, const bool done[SOURCES_MAX])
{
	size_t i;

	for (i = 0; i < s->reports; i++) {
		struct draw_report *rep = s->report + i;

		if (done[i] || rep->err < 0 || rep->skipped)
			continue;
		rep->skipped = "a required source has failed";
		rep->left_out = true;
	}
}

/* Draws each slow source, unless the sources drawn so far suffice. */
static void gather_last(struct draw *d)
{
	struct seed *s = d->seed;
	size_t i;

	for (i = 0; i < s->reports; i++) {
		if (!is_last_resort(s, i))
			continue;
		if (suffices(s) && !s->report[i].skipped)
			s->report[i].skipped = "the other sources suffice";
		gather_source(d, i);
	}
}

void schedule_gather(struct draw *d)
{
	struct seed *s = d->seed;
	bool done[SOURCES_MAX] = { false };
	enum turn turn;

	for (turn = 0; turn < TURNS; turn++)
		gather_turn(d, turn, done);
	if (s->gave_up) {
		leave_out(s, done);
		return;
	}
	gather_fail_copied(d);
	draw_count(s);
	gather_last(d);
	gather_fail_copied(d);
	draw_count(s);
}

/* All that a child needs to compute how much to read. It cannot read the memory of draws, which is secret. */
struct order {
	size_t blocks;
	bool started, by_default;
};

/* Called in the child. Returns: the number of bytes that gather_source() will take. If the user named no sources, a
 * source that is assessed at 0 is not read. */
static uint64_t want(const struct source_handle *h, const void *ctx)
{
	const struct order *order = ctx;

	if (order->by_default && h->assessed_bits == 0)
		return 0;
	return gather_len(h, order->blocks, order->started);
}

/* Finds out, without a child, that a device is absent or not permitted. All other errors are left to the child: the
 * seccomp filters of some containers forbid faccessat(2), so its other errors mean nothing. */
static int ask_device(const struct source_spec *spec)
{
	if (spec->arg[0] || !spec->src->device ||
		faccessat(AT_FDCWD, spec->src->device, R_OK, AT_EACCESS) == 0)
		return 0;
	return errno == ENOENT || errno == EACCES ? -errno : 0;
}

/* The children are forked before the draw's thread starts. If the user named no sources, the children wait until the
 * broker has answered: its blocks may make them unnecessary. */
void schedule_start_devices(struct seed *s)
{
	size_t i;

	for (i = 0; i < s->reports; i++) {
		const struct source_spec *spec = s->sources.spec + i;
		const struct order order = { s->blocks, s->memory && s->memory->of[i].started,
			s->sources.by_default };
		struct draw_report *rep = s->report + i;

		if (!is_kind(s, i, SOURCE_DEVICE) || rep->skipped)
			continue;
		rep->err = ask_device(spec);
		if (rep->err == 0)
			rep->err = reader_start(s->reader + i, spec,
				source_timeout_ms(&s->sources, spec), want, &order);
		if (rep->err == 0 && !s->sources.by_default)
			reader_go(s->reader + i);
	}
}
