/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's main loop: starts and stops its parts, and handles signals and timeouts. */
#include "serve/serve.h"
#include "seed/moment.h"
#include "serve/connections.h"
#include "serve/descriptors.h"
#include "serve/events.h"
#include "serve/fifo.h"
#include "serve/listeners.h"
#include "serve/log.h"
#include "serve/refill.h"
#include "serve/reload.h"
#include "serve/reservoir.h"
#include "serve/restored.h"
#include "serve/status.h"
#include "serve/web.h"
#include "util/clock.h"
#include "util/notify.h"
#include "util/secret.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define DRAIN_MS 1000 /* after SIGTERM, for clients that wait for an answer or may send a note */
#define HANG_MS  2000 /* after that, for the batch that is being drawn */
#define TICK_S   10

#define DESCRIPTORS 256 /* for everything but clients: listeners, sources, events, the policy */

struct server {
	struct event_base *base;
	struct event *wake, *tick, *watchdog, *drained;
	struct event *term, *interrupt, *forgive, *hangup;
	const struct serve_options *options;
	struct listeners listeners;
	struct reservoir *reservoir;
	struct refill *refill;
	struct desk desk;
	struct connections connections;
	struct generator generator;
	struct streams streams;
	struct fifos fifos;
	struct web web;
	struct subuids subuids;
	int wakeup; /* an eventfd */
	struct restored restored;
	struct status_parts parts;
	bool ready, told; /* the daemon is ready; and the service manager has the message */
	bool stopping, over;
};

static void send_status(struct server *s)
{
	const struct reservoir_level level = reservoir_level(s->reservoir);

	notify("STATUS=%zu of %zu blocks in stock, %zu of them with less than %d bits from hardware; %zu connected",
		level.blocks, level.target, level.weak, RECORD_BLOCK_BITS,
		s->connections.crowd.count + s->streams.crowd.count + s->web.crowd.count);
}

/* If the service manager's socket is full, the next tick sends the message again. Without that message, systemd would end
 * the service. */
static void say_ready(struct server *s)
{
	if (!s->ready && secret_unlocked())
		log_unlocked();
	s->ready = true;
	if (!s->told)
		s->told = notify("READY=1") == 0;
}

/* The thread that draws has put a batch into the stock, or has failed to. */
static void on_wake(evutil_socket_t fd, short what, void *server)
{
	struct server *s = server;
	uint64_t count;

	(void)what;
	(void)!read(fd, &count, sizeof(count));
	say_ready(s);
	send_status(s);
}

/* Whether there is a watchdog or not, the journal, the status and the metrics report a thread that hangs. */
static void look_at_refill(struct server *s)
{
	const bool late = s->refill && refill_is_late(s->refill, clock_ms());

	if (late && !s->parts.late)
		log_late(notify_watchdog_ms() > 0);
	s->parts.late = late;
}

static void on_tick(evutil_socket_t fd, short what, void *server)
{
	struct server *s = server;

	(void)fd;
	(void)what;
	/* The first batch waits for the slowest device. systemd would end a service that is not ready after 90 s. */
	say_ready(s);
	look_at_refill(s);
	restored_search(&s->restored);
	subuids_refresh(&s->subuids);
	send_status(s);
}

/* Notifies systemd's watchdog, but only if the thread that draws works too. That this function runs proves that the
 * loop works. */
static void on_watchdog(evutil_socket_t fd, short what, void *server)
{
	struct server *s = server;

	(void)fd;
	(void)what;
	look_at_refill(s);
	if (!s->parts.late)
		notify("WATCHDOG=1");
}

static void on_drained(evutil_socket_t fd, short what, void *server)
{
	struct server *s = server;

	(void)fd;
	(void)what;
	s->over = true;
}

/* Clients that have already connected are still accepted and answered. After that nobody can connect. */
static void on_end(evutil_socket_t number, short what, void *server)
{
	const struct timeval drain = { DRAIN_MS / 1000, DRAIN_MS % 1000 * 1000 };
	struct server *s = server;

	(void)number;
	(void)what;
	if (s->stopping)
		return;
	s->stopping = true;
	notify("STOPPING=1");
	listeners_drain(&s->listeners);
	listeners_close(&s->listeners);
	connections_dismiss(&s->connections);
	fifos_clear(&s->fifos);
	streams_drain(&s->streams);
	web_drain(&s->web);
	event_add(s->drained, &drain);
}

/* Handles SIGUSR1, with which the operator reports that the sources are repaired. */
static void on_forgive(evutil_socket_t number, short what, void *server)
{
	struct server *s = server;

	(void)number;
	(void)what;
	if (s->refill)
		refill_forgive(s->refill);
}

static void on_hangup(evutil_socket_t number, short what, void *server)
{
	struct server *s = server;
	struct serve_options o;
	struct fault f;
	int r;

	(void)number;
	(void)what;
	if (s->stopping || !s->parts.streams)
		return;
	notify("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_us());
	r = s->options->reread(s->options->to, &o, &f);
	if (r == 0)
		reload(&(struct reload_parts){ &s->desk, &s->listeners, &s->streams, &s->fifos,
			       &s->web, &s->parts },
			&o);
	log_reloaded(r < 0 ? f.text : NULL);
	s->told = false;
	say_ready(s);
}

/* Sets up the event loop. After this, SIGTERM and SIGINT end the daemon in an orderly way. */
static int begin(struct server *s)
{
	s->base = event_base_new();
	if (!s->base)
		return -ENOMEM;
	s->term = events_watch(s->base, SIGTERM, EV_SIGNAL, on_end, s);
	s->interrupt = events_watch(s->base, SIGINT, EV_SIGNAL, on_end, s);
	s->forgive = events_watch(s->base, SIGUSR1, EV_SIGNAL, on_forgive, s);
	s->hangup = events_watch(s->base, SIGHUP, EV_SIGNAL, on_hangup, s);
	return s->term && s->interrupt && s->forgive && s->hangup ? 0 : -ENOMEM;
}

static int make_events(struct server *s)
{
	s->wake = events_watch(s->base, s->wakeup, EV_READ, on_wake, s);
	s->tick = events_timer(s->base, EV_PERSIST, TICK_S * 1000, on_tick, s);
	s->watchdog = events_timer(s->base, EV_PERSIST, notify_watchdog_ms(), on_watchdog, s);
	s->drained = events_timer(s->base, 0, 0, on_drained, s);
	return s->wake && s->tick && s->watchdog && s->drained ? 0 : -ENOMEM;
}

static void free_events(struct server *s)
{
	struct event *const all[] = { s->wake, s->tick, s->watchdog, s->drained, s->term,
		s->interrupt, s->forgive, s->hangup };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i])
			event_free(all[i]);
}

/* Called before answers are sent. Otherwise a client could get bytes that a copy of this machine gives to another
 * client. */
static void look_for_restore(struct server *s)
{
	const enum restored_sign sign = restored_look(&s->restored);

	if (sign == RESTORED_NOT)
		return;
	s->parts.restores++;
	log_restored(sign, refill_restart(s->refill));
	generator_restart(&s->generator);
	fifos_drop(&s->fifos);
}

/* Sets the options that can change while the daemon runs. */
static void apply(struct server *s, const struct serve_options *o)
{
	streams_limit(&s->streams, o->budget);
	policy_set(&s->streams.policy, &o->policy);
}

/* Sets up all parts that can fail only if memory, descriptors or threads run out. */
static int set_up(struct server *s, const struct serve_options *o)
{
	struct moment first;
	int r;

	descriptors_raise(CONNECTIONS_MAX + STREAMS_MAX + WEB_MAX + DESCRIPTORS);
	moment_now(&first); /* its first call must come before there is a second thread */
	restored_init(&s->restored, VMCLOCK_DEVICE);
	subuids_init(&s->subuids, SUBUIDS_FILE, SUBUIDS_USERS);
	s->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->reservoir = reservoir_new(o->reservoir);
	if (s->wakeup < 0 || !s->reservoir)
		return -ENOMEM;
	r = desk_init(&s->desk, s->reservoir, o->rate, o->burst);
	if (r == 0)
		r = connections_init(&s->connections, s->base, &s->desk, &s->subuids);
	if (r == 0)
		r = make_events(s);
	if (r == 0)
		r = generator_init(&s->generator, s->reservoir, &s->desk);
	if (r == 0)
		r = streams_init(&s->streams, s->base, &s->generator);
	if (r == 0)
		r = web_init(&s->web, s->base, &s->generator, &s->streams.tallies);
	if (r == 0)
		apply(s, o);
	if (r == 0)
		r = fifos_init(&s->fifos, s->base, &s->streams, o->listen, o->listens);
	if (r == 0)
		r = listeners_watch(&s->listeners, s->base, &s->connections, &s->streams, &s->web);
	if (r == 0)
		r = refill_start(&s->refill, &o->sources, s->reservoir, s->wakeup);
	s->parts = (struct status_parts){ .reservoir = s->reservoir,
		.refill = s->refill,
		.desk = &s->desk,
		.connections = &s->connections,
		.generator = &s->generator,
		.streams = &s->streams,
		.web = &s->web,
		.listeners = &s->listeners,
		.listen = o->listen,
		.listens = o->listens,
		.since_ms = clock_ms(),
		.since = time(NULL) };
	if (r == 0)
		status_serve(&s->parts, &s->connections);
	s->web.parts = &s->parts;
	return r;
}

/* If the batch that is being drawn hangs, the memory that it uses is wiped but not freed. The process ends soon
 * anyway. */
static void tear_down(struct server *s)
{
	listeners_close(&s->listeners);
	connections_clear(&s->connections);
	fifos_clear(&s->fifos);
	web_clear(&s->web);
	streams_clear(&s->streams);
	generator_clear(&s->generator);
	restored_clear(&s->restored);
	subuids_clear(&s->subuids);
	desk_clear(&s->desk);
	free_events(s);
	if (s->base)
		event_base_free(s->base);
	if (!refill_end(s->refill, HANG_MS)) {
		reservoir_wipe(s->reservoir);
		return;
	}
	reservoir_free(s->reservoir);
	if (s->wakeup >= 0)
		close(s->wakeup);
}

/* Whether the daemon is stopping and all clients are gone. */
static bool is_done(const struct server *s)
{
	return s->stopping && s->connections.crowd.count == 0 && s->streams.crowd.count == 0 &&
		s->web.crowd.count == 0;
}

static int run(struct server *s, struct fault *f)
{
	bool more = false;

	/* Each pass does a bounded amount of work of each kind, so that no kind delays the others for long. */
	while (!s->over && !is_done(s)) {
		if (event_base_loop(s->base, EVLOOP_ONCE | (more ? EVLOOP_NONBLOCK : 0)) < 0)
			return fault_set(f, -EIO, "the event loop failed");
		look_for_restore(s);
		more = connections_answer(&s->connections);
		more = streams_answer(&s->streams) || more;
		more = web_answer(&s->web, clock_ms()) || more;
		if (s->connections.took || s->generator.took)
			refill_kick(s->refill);
		s->connections.took = s->generator.took = false;
	}
	return 0;
}

int serve(const struct serve_options *o, struct fault *f)
{
	struct server s = { .wakeup = -1, .options = o };
	int r;

	/* SIGHUP must not kill the process in the time before begin() handles the signal. */
	signal(SIGHUP, SIG_IGN);
	r = begin(&s);
	if (r < 0)
		fault_errno(f, r, "starting up");
	if (r == 0)
		r = listeners_open(&s.listeners, o->socket, o->listen, o->listens, f);
	if (r == 0) {
		r = set_up(&s, o);
		r = r < 0 ? fault_errno(f, r, "starting up") : run(&s, f);
	}
	tear_down(&s);
	return r;
}
