/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How fast the policy lets each client be served. */
#include "serve/identity.h"
#include "serve/stream.h"
#include "serve/terms.h"

static void set_rule(struct stream *s, const struct policy_answer *answer)
{
	struct allowance_rule rule = s->options->rule;

	if (answer && terms_settle(&s->options->rule, answer, &rule) < 0)
		policy_above(&s->all->policy);
	stream_set_rule(s, &rule);
}

void streams_told(void *streams, account_id id, const struct policy_answer *answer)
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

void streams_ask_again(struct streams *ss)
{
	struct stream *s;

	policy_look(&ss->policy);
	if (!ss->policy.options.where)
		return;
	TAILQ_FOREACH(s, &ss->list, entry)
	if (s == TAILQ_FIRST(&s->account->streams) && !policy_fresh(&ss->policy, s->account->id))
		streams_ask(s);
}
