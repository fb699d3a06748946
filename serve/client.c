/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/client.h"

void client_open(struct client *c, const struct protocol *protocol, struct account *account,
	uid_t uid, pid_t pid, int64_t now_ms)
{
	*c = (struct client){ .protocol = protocol, .version = 1, .state = CLIENT_ASKS };
	c->until_ms = now_ms + protocol->ask_ms;
	c->request.account = account;
	c->handout.uid = uid;
	c->handout.pid = pid;
}

void client_input(struct client *c, struct desk *d, const uint8_t *raw, size_t len, int64_t now_ms)
{
	c->protocol->input(c, d, raw, len, now_ms);
}

void client_ask(struct client *c, struct desk *d, uint32_t blocks, int64_t until_ms, int64_t now_ms)
{
	c->state = CLIENT_WAITS;
	c->until_ms = until_ms;
	c->request.blocks = blocks;
	c->request.until_ms = until_ms;
	desk_ask(d, &c->request, now_ms);
}

void client_refuse(struct client *c, struct desk *d, int64_t now_ms)
{
	c->state = CLIENT_WAITS;
	desk_refuse(d, &c->request, now_ms);
}

struct client *client_answer(struct desk *d, uint8_t *out, size_t *ret_len, int64_t now_ms)
{
	enum desk_result result;
	struct client *c = (struct client *)desk_answer(d, &result, now_ms);

	if (!c)
		return NULL;
	if (result == DESK_GIVEN)
		handout_add(&c->handout, d->block, c->request.blocks);
	*ret_len = c->protocol->answer(c, result, d->block, out, now_ms);
	if (result == DESK_GIVEN)
		desk_wipe(d);
	return c;
}

void client_expire(struct client *c, struct desk *d, int64_t now_ms)
{
	c->until_ms = now_ms;
	desk_expire(d, &c->request, now_ms);
}

void client_close(struct client *c, struct desk *d, int64_t now_ms)
{
	desk_withdraw(d, &c->request, now_ms);
	handout_clear(&c->handout);
	c->state = CLIENT_DONE;
}
