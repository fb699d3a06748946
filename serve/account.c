/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/account.h"

#include <stdlib.h>

void accounts_init(struct accounts *as)
{
	size_t i;

	for (i = 0; i < ACCOUNTS_HASH; i++)
		SLIST_INIT(as->chain + i);
}

/* Knuth's multiplicative hash. Its high bits are used, so that neighbouring uids come into different chains. */
static struct account_chain *chain_of(struct accounts *as, account_id id)
{
	return as->chain + (id * 0x9e3779b97f4a7c15 >> 32) % ACCOUNTS_HASH;
}

static struct account *create(struct account_chain *chain, account_id id)
{
	struct account *a = calloc(1, sizeof(*a));
	size_t i;

	if (!a)
		return NULL;
	a->id = id;
	TAILQ_INIT(&a->streams);
	round_group_init(&a->boot);
	round_group_init(&a->throttled);
	turn_init(&a->share);
	turn_init(&a->surplus);
	for (i = 0; i < ACCOUNT_STATES; i++)
		TAILQ_INIT(a->by_state + i);
	for (i = 0; i < ACCOUNT_WEB_STATES; i++)
		TAILQ_INIT(a->by_web + i);
	SLIST_INSERT_HEAD(chain, a, chain);
	return a;
}

struct account *account_get(struct accounts *as, account_id id)
{
	struct account_chain *chain = chain_of(as, id);
	struct account *a;

	SLIST_FOREACH(a, chain, chain)
	if (a->id == id)
		break;
	if (!a)
		a = create(chain, id);
	if (a)
		a->references++;
	return a;
}

void account_release(struct accounts *as, struct account *a)
{
	if (--a->references > 0)
		return;
	turn_leave(&a->share);
	turn_leave(&a->surplus);
	SLIST_REMOVE(chain_of(as, a->id), a, account, chain);
	free(a);
}
