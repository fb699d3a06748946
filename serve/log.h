/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_LOG_H
#define SERVE_LOG_H

#include "seed/draw.h"
#include "serve/account.h"
#include "serve/handout.h"
#include "serve/restored.h"

/* All that the daemon writes to the journal; seedrive-serve(8) has the fields. From any thread. */

/** log_handout - a client was given blocks, and its connection is closed. What it states is written as claimed. */
void log_handout(const struct handout *h);

/** log_source_failed, log_source_back - a source has begun to fail, or to deliver again. */
void log_source_failed(const struct draw_report *r);
void log_source_back(const struct draw_report *r);

/** log_stock_dropped - @blocks of the reservoir that rest on a source which has failed its tests. */
void log_stock_dropped(const struct draw_report *r, size_t blocks);

/** log_restored - this machine seems to go on from another state: @blocks of the reservoir are dropped for it. */
void log_restored(enum restored_sign sign, size_t blocks);

/** log_late - the thread that draws has not come round for too long. */
void log_late(void);

/** log_source_kept_out - a source is not tried again until the daemon restarts or gets SIGUSR1. */
void log_source_kept_out(const struct draw_report *r);

/** log_no_source - not one source delivers. @err: negative errno. */
void log_no_source(int err);

/** log_empty, log_limited - @requests since the last such entry; @last: the account of the last one. */
void log_empty(unsigned requests);
void log_limited(unsigned requests, account_id last);

/** log_unlisted - @handouts of @blocks blocks in all for which log_handout() was not called; @last: to whom the last went. */
void log_unlisted(unsigned handouts, unsigned blocks, account_id last);

/** log_not_listening - a listener could not be opened when the configuration was read again, for the reason in @words. */
void log_not_listening(const char *name, const char *words);

/** log_reloaded - the configuration was read again; @fault: what is wrong with it, NULL: nothing, and it holds. */
void log_reloaded(const char *fault);

/** log_no_address - nobody listens for [listen @name]: it has no address, and the service manager no such socket. */
void log_no_address(const char *name);

/** log_fifo_missing - the FIFO of [listen @name] cannot be filled, for the reason in @words, until that is mended. */
void log_fifo_missing(const char *name, const char *words);

/** log_policy - @clients since the last such entry for which the policy gave no answer that can be used. */
void log_policy(const char *where, unsigned clients);

/** log_unlocked - RLIMIT_MEMLOCK does not let us lock all secrets in memory. */
void log_unlocked(void);

#endif
