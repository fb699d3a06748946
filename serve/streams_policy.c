/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applies the listener's rule and the policy's answer to each client. */
#include "serve/identity.h"
#include "serve/stream.h"
#include "serve/terms.h"

static void set_rule(struct stream *s, const struct policy_answer *answer)
{
	struct allowance_rule rule = s->options->rule;

	if (answer && terms_settle(&s->options->rule, answer, &rule) < 0)
		policy_count_failure(&s->all->policy);
	stream_set_rule(s, &rule);
}

void streams_policy_result(void *streams, account_id id, const struct policy_answer *answer)
{
	struct streams *ss = streams;
	struct account *a = account_get(&ss->accounts, id);
	struct stream *s;

	if (!a)
		return;
	TAILQ_FOREACH(s, &a->streams, account_entry)
	set_rule(s, answer);
	account_release(&ss->accounts, a);
}

void streams_ask(struct stream *s)
{
	struct policy_question q = { .listener = s->options->name, .uid = -1, .pid = -1 };

	if (!s->all->policy.options.where)
		return;
	identity_question(s->fd, &q);
	policy_ask(&s->all->policy, s->account->id, &q);
}

static void update(struct stream *s, const struct listen_options *next)
{
	struct streams *ss = s->all;

	ss->ahead += next->ahead;
	ss->ahead -= s->options->ahead;
	s->options = next;
	stream_set_rule(s, &next->rule);
	if (s == TAILQ_FIRST(&s->account->streams))
		streams_ask(s);
}

void streams_update(struct streams *ss, const struct listen_options *o, size_t count)
{
	struct stream *s, *next;
	const struct listen_options *options;

	for (s = TAILQ_FIRST(&ss->list); s; s = next) {
		next = TAILQ_NEXT(s, entry);
		options = listen_find(o, count, s->options->name);
		if (options && options->protocol == s->options->protocol)
			update(s, options);
		else
			s->kind->over(s);
	}
}

void streams_ask_again(struct streams *ss)
{
	struct stream *s;

	policy_tick(&ss->policy);
	if (!ss->policy.options.where)
		return;
	TAILQ_FOREACH(s, &ss->list, entry)
	if (s == TAILQ_FIRST(&s->account->streams) && !policy_fresh(&ss->policy, s->account->id))
		streams_ask(s);
}
