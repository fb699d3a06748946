/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/metrics.h"
#include "serve/web.h"
#include "util/clock.h"
#include "util/secret.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* The text that is being written to @out. If the text of a put() does not fit, it is left out. */
struct text {
	char *out;
	size_t size, len;
};

static void put(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->out + t->len, t->size - t->len, format, args);
	va_end(args);
	if (n > 0 && (size_t)n < t->size - t->len)
		t->len += (size_t)n;
}

static void begin(struct text *t, const char *name, const char *type, const char *help)
{
	put(t, "# HELP seedrive_%s %s\n# TYPE seedrive_%s %s\n", name, help, name, type);
}

static void one(
	struct text *t, const char *name, const char *type, const char *help, uint64_t value)
{
	begin(t, name, type, help);
	put(t, "seedrive_%s %" PRIu64 "\n", name, value);
}

#define LABEL_MAX (2 * SOURCE_LABEL_SIZE)

/* Escapes a source's name, which may contain any byte. */
static const char *label(const char *text, char out[LABEL_MAX])
{
	size_t n = 0;

	for (; *text && n + 3 < LABEL_MAX; text++) {
		if (*text == '"' || *text == '\\')
			out[n++] = '\\';
		out[n++] = *text >= ' ' && *text <= '~' ? *text : '?';
	}
	out[n] = '\0';
	return out;
}

static void write_daemon(struct text *t, const struct status_parts *p)
{
	begin(t, "build_info", "gauge", "The version of the daemon.");
	put(t, "seedrive_build_info{version=\"%s\"} 1\n", VERSION);
	one(t, "start_time_seconds", "gauge", "When the daemon started, in seconds since 1970.",
		(uint64_t)p->since);
	one(t, "refill_late", "gauge", "Whether the thread that draws from the sources hangs.",
		p->late);
	one(t, "memory_unlocked", "gauge",
		"Whether some secrets could not be locked in memory, because of RLIMIT_MEMLOCK.",
		secret_unlocked());
	one(t, "restores_total", "counter",
		"How often the stock was dropped because this machine seemed to be restored from a snapshot.",
		p->restores);
	one(t, "accept_pauses_total", "counter",
		"How often the daemon stopped accepting connections because no file descriptor was left.",
		p->listeners->pauses);
}

static void write_stock(struct text *t, const struct status_parts *p)
{
	const struct reservoir_level level = reservoir_level(p->reservoir);

	one(t, "stock_blocks", "gauge", "Blocks of 64 bytes in stock.", level.blocks);
	one(t, "stock_target_blocks", "gauge", "How many blocks the full stock has.", level.target);
	one(t, "stock_weak_blocks", "gauge",
		"Blocks in stock with less than 256 bits from hardware.", level.weak);
}

static void write_sources(struct text *t, const struct status_parts *p)
{
	struct refill_source source;
	char name[LABEL_MAX];
	size_t i;

	begin(t, "source_up", "gauge", "Whether the source passed the last time it was tried.");
	for (i = 0; p->refill && refill_source(p->refill, i, &source); i++)
		if (source.state != REFILL_UNTRIED)
			put(t, "seedrive_source_up{source=\"%s\"} %d\n", label(source.label, name),
				source.state == REFILL_PASSES);
	begin(t, "source_kept_out", "gauge",
		"Whether the source failed health tests and is not tried again before SIGUSR1 or a restart.");
	for (i = 0; p->refill && refill_source(p->refill, i, &source); i++)
		if (source.state != REFILL_UNTRIED)
			put(t, "seedrive_source_kept_out{source=\"%s\"} %d\n",
				label(source.label, name), source.state == REFILL_OUT);
	begin(t, "source_alarms_total", "counter", "Health tests that the source has failed.");
	for (i = 0; p->refill && refill_source(p->refill, i, &source); i++)
		if (source.state != REFILL_UNTRIED)
			put(t, "seedrive_source_alarms_total{source=\"%s\"} %u\n",
				label(source.label, name), source.alarms);
}

static void write_issued(struct text *t, const struct status_parts *p)
{
	const struct desk *d = p->desk;
	const struct vendordata *v = &p->web->vendordata;

	begin(t, "seeds_issued_total", "counter",
		"Seeds given: to clients of the broker, and as records by HTTP.");
	put(t, "seedrive_seeds_issued_total{protocol=\"broker\"} %" PRIu64 "\n", d->all_given);
	put(t, "seedrive_seeds_issued_total{protocol=\"http\"} %" PRIu64 "\n", v->records);
	one(t, "blocks_issued_total", "counter",
		"Blocks of the stock given to clients of the broker.", d->all_blocks);
	begin(t, "refusals_total", "counter",
		"Requests and clients that got nothing, by reason: empty stock, the limit of a user or an instance, too many connections, or a kernel whose generator was not ready.");
	put(t, "seedrive_refusals_total{reason=\"empty\"} %" PRIu64 "\n", d->all_empty);
	put(t, "seedrive_refusals_total{reason=\"user\"} %" PRIu64 "\n", d->all_limited);
	put(t, "seedrive_refusals_total{reason=\"instance\"} %" PRIu64 "\n", v->limited);
	put(t, "seedrive_refusals_total{reason=\"connections\"} %" PRIu64 "\n",
		p->connections->refused + p->streams->refused + p->web->refused);
	put(t, "seedrive_refusals_total{reason=\"unready\"} %" PRIu64 "\n", v->unready);
}

static void write_generator(struct text *t, const struct status_parts *p)
{
	one(t, "generator_bytes_total", "counter", "Bytes that the generator made.",
		p->generator->bytes);
	one(t, "generator_reseeds_total", "counter", "Reseeds from a block of the stock.",
		p->generator->reseeds);
	one(t, "generator_overdue_reseeds_total", "counter",
		"Reseeds without a block, because the stock could not spare one.",
		p->generator->overdue);
	one(t, "policy_asked_total", "counter", "Clients about which the policy was asked.",
		p->streams->policy.asked);
	one(t, "policy_failed_total", "counter",
		"Clients for which the policy gave no usable answer.", p->streams->policy.failed);
}

static void write_http(struct text *t, const struct status_parts *p)
{
	static const char *const kinds[WEB_KINDS] = { "2xx", "4xx", "5xx" };
	unsigned i;

	begin(t, "http_answers_total", "counter",
		"Answers by HTTP, by the first digit of their status.");
	for (i = 0; i < WEB_KINDS; i++)
		put(t, "seedrive_http_answers_total{code=\"%s\"} %" PRIu64 "\n", kinds[i],
			p->web->answers[i]);
	one(t, "http_timeouts_total", "counter",
		"Connections closed because the client took too long to send a request or to read the answer.",
		p->web->timeouts);
}

static uint64_t clients_of(const struct status_parts *p, size_t i)
{
	const struct tally *t = tally_find(&p->streams->tallies, p->listen[i].name);

	return t ? t->clients : 0;
}

static uint64_t sent_by(const struct status_parts *p, size_t i)
{
	const struct tally *t = tally_find(&p->streams->tallies, p->listen[i].name);

	return t ? t->sent : 0;
}

static void by_listener(struct text *t, const struct status_parts *p, const char *name,
	uint64_t (*of)(const struct status_parts *p, size_t i))
{
	size_t i;

	for (i = 0; i < p->listens; i++)
		put(t, "seedrive_%s{listener=\"%s\",protocol=\"%s\"} %" PRIu64 "\n", name,
			p->listen[i].name, p->listen[i].protocol->name, of(p, i));
}

static void write_listeners(struct text *t, const struct status_parts *p)
{
	begin(t, "listener_clients", "gauge", "Connected clients; for a FIFO: whether it is open.");
	put(t, "seedrive_listener_clients{listener=\"broker\",protocol=\"broker\"} %zu\n",
		p->connections->crowd.count);
	by_listener(t, p, "listener_clients", clients_of);
	begin(t, "listener_sent_bytes_total", "counter", "Bytes sent to clients of the listener.");
	by_listener(t, p, "listener_sent_bytes_total", sent_by);
}

size_t metrics_write(const struct status_parts *p, char *out, size_t size)
{
	struct text t = { .out = out, .size = size };

	write_daemon(&t, p);
	write_stock(&t, p);
	write_sources(&t, p);
	write_issued(&t, p);
	write_generator(&t, p);
	write_http(&t, p);
	write_listeners(&t, p);
	return t.len;
}

/* Finds out whether a source passes its tests. The kernel's generator counts only if the configuration names no other
 * source. */
static const char *source_health(const struct status_parts *p, char *out, size_t size)
{
	const char *why = "no source has been tried yet";
	struct refill_source source;
	bool others = false, kernel = false;
	size_t i;

	for (i = 0; p->refill && refill_source(p->refill, i, &source); i++) {
		if (strcmp(source.label, "kernel") == 0) {
			kernel = source.state == REFILL_PASSES;
			continue;
		}
		if (source.state == REFILL_PASSES)
			return NULL;
		others = true;
		if (source.state == REFILL_UNTRIED)
			continue;
		snprintf(out, size, "no source passes its tests; %s: %s", source.label, source.why);
		why = out;
	}
	return kernel && !others ? NULL : why;
}

const char *metrics_health(const struct status_parts *p, char *out, size_t size)
{
	if (reservoir_level(p->reservoir).blocks == 0)
		return "the stock is empty";
	return source_health(p, out, size);
}

/* --- pages --- */

enum { PAGE_METRICS, PAGE_HEALTH };

static int route(const struct listen_options *o, struct http_text target)
{
	(void)o;
	if (http_is(target, "/metrics"))
		return PAGE_METRICS;
	return http_is(target, "/healthz") ? PAGE_HEALTH : -ENOENT;
}

static void answer(
	struct web *w, const struct web_request *q, int64_t now_ms, struct web_answer *ret)
{
	char text[SOURCE_LABEL_SIZE + DRAW_WHY_SIZE + 64];
	const char *why;

	(void)now_ms;
	if (q->page == PAGE_METRICS) {
		ret->type = "text/plain; version=0.0.4; charset=utf-8";
		ret->len = metrics_write(w->parts, ret->body, WEB_ANSWER_MAX);
		return;
	}
	why = metrics_health(w->parts, text, sizeof(text));
	if (why)
		web_refuse(ret, 503, why);
	else
		ret->len = (size_t)sprintf(ret->body, "ok\n");
}

static const struct web_site site = { .route = route, .answer = answer };

const struct protocol metrics_protocol = {
	.name = "metrics",
	.socket_type = SOCK_STREAM,
	.site = &site,
};
