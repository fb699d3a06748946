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

/* It answers at once, or after the half second that it has somebody wait for its sources. Devices may have
 * to be read after it, so it is not waited for as long as these. */
#define BROKER_PATIENCE_MS 2000

static unsigned broker_patience(const struct seed *s, const struct source_spec *spec)
{
	const unsigned ms = source_timeout_ms(&s->sources, spec);

	return spec->deadline_ms || ms / 2 < BROKER_PATIENCE_MS ? ms : BROKER_PATIENCE_MS;
}

/* The broker has what is behind it, so with it the devices need not be asked. */
void schedule_ask_broker(struct seed *s)
{
	size_t i;
	int fd;

	for (i = 0; i < s->reports; i++) {
		const struct source_spec *spec = s->sources.spec + i;
		const int64_t deadline_ms = clock_ms() + broker_patience(s, spec);

		if (!is_kind(s, i, SOURCE_BROKER))
			continue;
		s->report[i].err = broker_fetch(spec->arg[0] ? spec->arg : BROKER_SOCKET,
			s->stoppable ? s->stop : -1, deadline_ms, s->blocks, s->secret->given, &fd);
		s->linked = fd >= 0;
		s->broker = fd;
	}
}

/* Is what it has given, with nothing else of hardware, enough for each block of the claim? */
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

/* Those that wait for the broker's answer. */
void schedule_release_devices(struct seed *s)
{
	const bool spare = s->sources.by_default && broker_suffices(s);
	size_t i;

	for (i = 0; i < s->reports; i++) {
		struct draw_report *rep = s->report + i;

		if (!is_kind(s, i, SOURCE_DEVICE) || rep->err < 0 || rep->skipped)
			continue;
		if (spare) {
			reader_end(s->reader + i);
			rep->skipped = "the broker has given";
		} else if (s->sources.by_default) {
			reader_go(s->reader + i);
		}
	}
}

/* Slow, and worth it only where the rest does not suffice. */
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

/* Which sources are waited for first: those that are required, and of them those that cannot keep us waiting. The
 * kernel's generator comes last all the same. */
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

/* Is there no seed without this source, whatever the others give? What the broker has given may rest on one that
 * has failed here, and is judged in the end. */
static bool is_fatal(const struct seed *s, size_t source)
{
	return s->sources.spec[source].required && !draw_passed(s->report + source) &&
		!broker_gave(s);
}

/* Up to the first that is required and has failed. A device that fails in its turn has had it. */
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

/* Of those that were asked to begin, and are not waited for. */
static void leave_out(struct seed *s, const bool done[SOURCES_MAX])
{
	size_t i;

	for (i = 0; i < s->reports; i++) {
		struct draw_report *rep = s->report + i;

		if (done[i] || rep->err < 0 || rep->skipped)
			continue;
		rep->skipped = "a source that is required has failed";
		rep->needless = true;
	}
}

/* What is slow, where the rest does not suffice. */
static void gather_last(struct draw *d)
{
	struct seed *s = d->seed;
	size_t i;

	for (i = 0; i < s->reports; i++) {
		if (!is_last_resort(s, i))
			continue;
		if (suffices(s) && !s->report[i].skipped)
			s->report[i].skipped = "the others suffice";
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
	gather_condemn(d);
	draw_count(s);
	gather_last(d);
	gather_condemn(d);
	draw_count(s);
}

/* What a child has to know; the memory of draws is secret, and not for its eyes. */
struct order {
	size_t blocks;
	bool started, by_default;
};

/* In the child: as gather_source() will count. By default what is worth nothing is not even read. */
static uint64_t want(const struct source_handle *h, const void *ctx)
{
	const struct order *order = ctx;

	if (order->by_default && h->assessed_bits == 0)
		return 0;
	return gather_len(h, order->blocks, order->started);
}

/* That it is not here, or not for us, needs no child to find out. Of any other answer the child will hear more:
 * some containers' filters forbid the question. */
static int ask_device(const struct source_spec *spec)
{
	if (spec->arg[0] || !spec->src->device ||
		faccessat(AT_FDCWD, spec->src->device, R_OK, AT_EACCESS) == 0)
		return 0;
	return errno == ENOENT || errno == EACCES ? -errno : 0;
}

/* Children come before the thread, and wait where the broker might spare them. */
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
