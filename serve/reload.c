/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/reload.h"

void reload(const struct reload_parts *p, const struct serve_options *o)
{
	p->desk->limit.rate = o->rate;
	p->desk->limit.burst = o->burst;
	streams_limit(p->streams, o->budget);
	policy_set(&p->streams->policy, &o->policy);
	listeners_update(p->listeners, o->listen, o->listens);
	fifos_update(p->fifos, o->listen, o->listens);
	streams_update(p->streams, o->listen, o->listens);
	web_update(p->web, o->listen, o->listens);
	p->status->listen = o->listen;
	p->status->listens = o->listens;
}
