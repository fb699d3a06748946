/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/status.h"
#include "serve/protocol.h"
#include "serve/stream.h"
#include "util/clock.h"
#include "util/wire/status.h"

#include <unistd.h>

static void write_stock(struct status_writer *w, const struct status_parts *p)
{
	const struct reservoir_level level = reservoir_level(p->reservoir);

	status_line(w, "daemon");
	status_number(w, "pid", (uint64_t)getpid());
	status_number(w, "seconds", (uint64_t)(clock_ms() - p->since_ms) / 1000);
	status_number(w, "late", p->late);
	status_line(w, "stock");
	status_number(w, "blocks", level.blocks);
	status_number(w, "target", level.target);
	status_number(w, "weak", level.weak);
	status_line(w, "desk");
	status_number(w, "connected", p->connections->crowd.count);
	status_number(w, "waiting", p->desk->share.waiting + p->desk->surplus.waiting);
	status_number(w, "given", p->desk->all_given);
	status_number(w, "blocks", p->desk->all_blocks);
	status_number(w, "refused_empty", p->desk->all_empty);
	status_number(w, "refused_limited", p->desk->all_limited);
	status_number(w, "refused_connections", p->connections->refused);
}

static void write_sources(struct status_writer *w, const struct status_parts *p)
{
	static const char *const words[] = {
		[REFILL_UNTRIED] = "untried",
		[REFILL_PASSES] = "passes",
		[REFILL_FAILS] = "fails",
		[REFILL_OUT] = "kept out",
	};
	struct refill_source source;
	size_t i;

	for (i = 0; p->refill && refill_source(p->refill, i, &source); i++) {
		status_line(w, "source");
		status_text(w, "name", source.label);
		status_text(w, "state", words[source.state]);
		status_number(w, "alarms", source.alarms);
		status_text(w, "failure", source.why);
		if (source.why[0])
			status_number(
				w, "seconds_ago", (uint64_t)(clock_ms() - source.failed_ms) / 1000);
	}
}

static void write_generator(struct status_writer *w, const struct status_parts *p)
{
	const struct policy *policy = &p->streams->policy;

	status_line(w, "generator");
	status_number(w, "bytes", p->generator->bytes);
	status_number(w, "reseeds", p->generator->reseeds);
	status_number(w, "overdue", p->generator->overdue);
	status_line(w, "streams");
	status_number(w, "connected", p->streams->crowd.count);
	status_number(w, "bytes", p->streams->bytes);
	status_number(w, "refused", p->streams->refused);
	status_number(w, "budget", p->streams->budget.rate);
	status_line(w, "policy");
	status_text(w, "where", policy->options.where ? policy->options.where : "none");
	status_number(w, "asked", policy->asked);
	status_number(w, "failed", policy->failed);
	status_number(w, "waiting", policy->waits + policy->runs);
}

static void write_web(struct status_writer *w, const struct status_parts *p)
{
	const struct web *web = p->web;

	status_line(w, "http");
	status_number(w, "connected", web->crowd.count);
	status_number(w, "answers", web->answers[WEB_DONE]);
	status_number(w, "faults", web->answers[WEB_REFUSED]);
	status_number(w, "records", web->vendordata.records);
	status_number(w, "limited", web->vendordata.limited);
	status_number(w, "refused", web->refused);
	status_number(w, "timeouts", web->timeouts);
}

/* The daemon does not know how many readers a FIFO has: it counts as one client while it is open. */
static size_t clients_of(const struct streams *ss, const struct listen_options *o)
{
	const struct tally *tally = tally_find(&ss->tallies, o->name);
	const struct stream *s;
	size_t n = 0;

	if (o->protocol->site || o->protocol == &fifo_protocol)
		return tally ? tally->clients : 0;
	TAILQ_FOREACH(s, &ss->list, entry)
	n += s->options == o;
	return n;
}

static void write_listeners(struct status_writer *w, const struct status_parts *p)
{
	size_t i;

	for (i = 0; i < p->listens; i++) {
		const struct listen_options *o = p->listen + i;

		status_line(w, "listener");
		status_text(w, "name", o->name);
		status_text(w, "protocol", o->protocol->name);
		status_number(w, "clients", clients_of(p->streams, o));
		status_number(w, "rate", o->rule.rate);
		status_number(w, "burst", o->rule.burst);
		status_number(w, "weight", o->rule.weight);
	}
}

static void write_client(struct status_writer *w, const struct stream *s)
{
	status_line(w, "client");
	status_text(w, "listener", s->options->name);
	if (s->uid >= 0) {
		status_number(w, "uid", (uint64_t)s->uid);
		status_number(w, "pid", (uint64_t)s->pid);
	}
	status_number(w, "bytes", s->bytes);
	status_number(w, "owed", s->egd.owed);
	status_number(w, "rate", s->rule.rate);
	status_number(w, "burst", s->rule.burst);
	status_number(w, "weight", s->rule.weight);
}

static size_t write_all(const void *all, char *out)
{
	const struct status_parts *parts = all;
	const struct stream *s;
	struct status_writer w;
	size_t n = 0;

	status_begin(&w, out, STATUS_MAX);
	write_stock(&w, parts);
	write_sources(&w, parts);
	write_generator(&w, parts);
	write_web(&w, parts);
	write_listeners(&w, parts);
	TAILQ_FOREACH(s, &parts->streams->list, entry)
	{
		if (n++ == STATUS_CLIENTS)
			break;
		write_client(&w, s);
	}
	return status_end(&w);
}

void status_serve(const struct status_parts *parts, struct connections *cs)
{
	cs->status_of = parts;
	cs->status = write_all;
}
