/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/policy.h"
#include "serve/log.h"
#include "serve/policy_child.h"
#include "util/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUIET_MS 60000
#define PROBES   8 /* how many places of the cache are searched for one account */

struct policy_job {
	TAILQ_ENTRY(policy_job) entry;
	struct policy *policy;
	account_id account;
	struct policy_question question;
	char listener[64];
	pid_t pid; /* 0: not started */
	int fd;
	struct event *readable, *late;
	char answer[POLICY_ANSWER_MAX + 1];
	size_t len;
};

/* --- the cache --- */

static size_t place_of(account_id account, size_t probe)
{
	return (size_t)((account * 0x9e3779b97f4a7c15 >> 32) + probe) % POLICY_CACHED;
}

static struct policy_cached *find(const struct policy *p, account_id account, int64_t now_ms)
{
	size_t i;

	for (i = 0; i < PROBES; i++) {
		struct policy_cached *c = p->cache + place_of(account, i);

		if (c->until_ms > now_ms && c->account == account)
			return c;
	}
	return NULL;
}

/* Returns: the account's place in the cache; if it has none, the place whose entry expires first. */
static struct policy_cached *place_for(struct policy *p, account_id account)
{
	struct policy_cached *c = find(p, account, 0), *other;
	size_t i;

	for (i = 0; i < PROBES && (!c || c->account != account); i++) {
		other = p->cache + place_of(account, i);
		if (!c || other->until_ms < c->until_ms)
			c = other;
	}
	return c;
}

static void remember(struct policy *p, account_id account, const struct policy_answer *answer)
{
	const int64_t now = clock_ms(), cache_ms = (int64_t)p->options.cache_s * 1000;
	struct policy_cached *c = place_for(p, account);

	*c = (struct policy_cached){ .account = account, .known = answer != NULL };
	c->until_ms = now + (answer || cache_ms < POLICY_FAILED_MS ? cache_ms : POLICY_FAILED_MS);
	if (answer)
		c->answer = *answer;
}

/* --- one question --- */

static bool has_gone(const struct policy_job *j)
{
	return j->pid <= 0 || waitpid(j->pid, NULL, WNOHANG) != 0;
}

static void close_events(struct policy_job *j)
{
	if (j->readable)
		event_free(j->readable);
	if (j->late)
		event_free(j->late);
	if (j->fd >= 0)
		close(j->fd);
	j->readable = j->late = NULL;
	j->fd = -1;
}

/* Kills the child and its process group. If the child does not end at once, for example because it hangs in the kernel,
 * policy_tick() reaps it later. */
static void let_go(struct policy_job *j)
{
	struct policy *p = j->policy;

	if (j->pid > 0) {
		(void)kill(-j->pid, SIGKILL);
		(void)kill(j->pid, SIGKILL);
	}
	close_events(j);
	if (has_gone(j)) {
		free(j);
		return;
	}
	TAILQ_INSERT_TAIL(&p->leaving, j, entry);
	p->leaves++;
}

static void conclude(struct policy_job *j, const struct policy_answer *answer)
{
	struct policy *p = j->policy;
	const account_id account = j->account;

	TAILQ_REMOVE(&p->running, j, entry);
	p->runs--;
	if (!answer)
		policy_count_failure(p);
	remember(p, account, answer);
	let_go(j);
	p->on_result(p->to, account, answer);
}

static void start_next(struct policy *p);

static void on_answer(evutil_socket_t fd, short what, void *job)
{
	struct policy_job *j = job;
	struct policy *p = j->policy;
	struct policy_answer answer;
	const ssize_t n = read(fd, j->answer + j->len, sizeof(j->answer) - j->len);
	int r;

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		j->len += (size_t)n;
	r = policy_answer_parse(j->answer, j->len, &answer);
	if (n > 0 && r == -EAGAIN)
		return;
	conclude(j, r == 0 ? &answer : NULL);
	start_next(p);
}

static void on_late(evutil_socket_t fd, short what, void *job)
{
	struct policy_job *j = job;
	struct policy *p = j->policy;

	(void)fd;
	(void)what;
	conclude(j, NULL);
	start_next(p);
}

/* The timeout is for the whole answer, so a program that sends its answer byte by byte gets no more time. */
static int start(struct policy_job *j)
{
	struct policy *p = j->policy;
	const struct timeval t = { p->options.timeout_ms / 1000,
		p->options.timeout_ms % 1000 * 1000 };

	j->pid = policy_child_start(p->options.where, &j->question, &j->fd);
	if (j->pid < 0)
		return (int)j->pid;
	p->asked++;
	j->readable = event_new(p->base, j->fd, EV_READ | EV_PERSIST, on_answer, j);
	j->late = event_new(p->base, -1, 0, on_late, j);
	if (!j->readable || !j->late || event_add(j->readable, NULL) < 0 ||
		event_add(j->late, &t) < 0)
		return -ENOMEM;
	return 0;
}

static void reap(struct policy *p)
{
	struct policy_job *j, *next;

	for (j = TAILQ_FIRST(&p->leaving); j; j = next) {
		next = TAILQ_NEXT(j, entry);
		if (!has_gone(j))
			continue;
		TAILQ_REMOVE(&p->leaving, j, entry);
		p->leaves--;
		free(j);
	}
}

static void start_next(struct policy *p)
{
	struct policy_job *j;

	reap(p);
	while (p->runs < POLICY_RUNNING && p->leaves < POLICY_STUCK &&
		(j = TAILQ_FIRST(&p->waiting))) {
		TAILQ_REMOVE(&p->waiting, j, entry);
		p->waits--;
		TAILQ_INSERT_TAIL(&p->running, j, entry);
		p->runs++;
		if (start(j) < 0)
			conclude(j, NULL);
	}
}

/* --- all --- */

int policy_init(struct policy *p, struct event_base *base, policy_result *on_result, void *to)
{
	*p = (struct policy){ .base = base, .on_result = on_result, .to = to };
	TAILQ_INIT(&p->running);
	TAILQ_INIT(&p->waiting);
	TAILQ_INIT(&p->leaving);
	limit_init(&p->limit, POLICY_RATE, POLICY_BURST);
	p->cache = calloc(POLICY_CACHED, sizeof(*p->cache));
	return p->cache ? 0 : -ENOMEM;
}

static void forget_questions(struct policy *p)
{
	struct policy_job *j;

	while ((j = TAILQ_FIRST(&p->waiting))) {
		TAILQ_REMOVE(&p->waiting, j, entry);
		free(j);
	}
	while ((j = TAILQ_FIRST(&p->running))) {
		TAILQ_REMOVE(&p->running, j, entry);
		let_go(j);
	}
	p->waits = p->runs = 0;
}

void policy_set(struct policy *p, const struct policy_options *o)
{
	forget_questions(p);
	memset(p->cache, 0, POLICY_CACHED * sizeof(*p->cache));
	p->options = *o;
}

/* Keeps the last answer about the account valid while the policy is asked again. */
static void mark_asked(struct policy *p, account_id account)
{
	struct policy_cached *c = place_for(p, account);

	if (c->account != account || c->until_ms == 0)
		*c = (struct policy_cached){ .account = account };
	c->until_ms = clock_ms() + POLICY_FAILED_MS + p->options.timeout_ms;
}

static void enqueue(struct policy *p, account_id account, const struct policy_question *q)
{
	struct policy_job *j = calloc(1, sizeof(*j));

	if (!j)
		return;
	j->policy = p;
	j->account = account;
	j->fd = -1;
	j->question = *q;
	strncpy(j->listener, q->listener, sizeof(j->listener) - 1);
	j->question.listener = j->listener;
	mark_asked(p, account);
	TAILQ_INSERT_TAIL(&p->waiting, j, entry);
	p->waits++;
	start_next(p);
}

void policy_ask(struct policy *p, account_id account, const struct policy_question *q)
{
	const int64_t now = clock_ms();
	const struct policy_cached *c = p->options.where ? find(p, account, now) : NULL;

	if (!p->options.where)
		return;
	if (c)
		p->on_result(p->to, account, c->known ? &c->answer : NULL);
	else if (p->waits < POLICY_WAITING &&
		limit_take(&p->limit, (account_id)q->uid, 1, now) == 0)
		enqueue(p, account, q);
}

bool policy_fresh(const struct policy *p, account_id account)
{
	return find(p, account, clock_ms()) != NULL;
}

void policy_count_failure(struct policy *p)
{
	p->failed++;
	p->unlogged++;
}

void policy_tick(struct policy *p)
{
	const int64_t now = clock_ms();

	start_next(p);
	if (p->unlogged == 0 || now < p->quiet_ms)
		return;
	log_policy(p->options.where ? p->options.where : "the previous policy", p->unlogged);
	p->unlogged = 0;
	p->quiet_ms = now + QUIET_MS;
}

void policy_clear(struct policy *p)
{
	struct policy_job *j;

	if (!p->cache)
		return;
	forget_questions(p);
	while ((j = TAILQ_FIRST(&p->leaving))) {
		TAILQ_REMOVE(&p->leaving, j, entry);
		free(j);
	}
	free(p->cache);
	*p = (struct policy){ 0 };
}
