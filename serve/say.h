/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_SAY_H
#define SERVE_SAY_H

#include "seed/draw.h"
#include "serve/broker.h"

/* All that the daemon says, in the journal's words; seedrive-serve(1) has the fields. From any thread. */

/** say_given - a client has had his blocks, and has gone. */
void say_given(const struct broker_given *g);

/** say_failed, say_back - what a source does that it did not do before. */
void say_failed(const struct draw_report *r);
void say_back(const struct draw_report *r);

/** say_dropped - blocks of the reservoir that rest on a source which has failed its tests. */
void say_dropped(const struct draw_report *r, size_t blocks);

/** say_out - a source is kept out until somebody has looked after it. */
void say_out(const struct draw_report *r);

/** say_nothing_drawn - not one source delivers. @err: negative errno. */
void say_nothing_drawn(int err);

/** say_empty, say_limited - so many requests since it was last said. */
void say_empty(unsigned requests);
void say_limited(unsigned requests, uid_t last);

/** say_unlocked - RLIMIT_MEMLOCK does not let us lock our secrets. */
void say_unlocked(void);

#endif
