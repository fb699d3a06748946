/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_LOG_H
#define SERVE_LOG_H

#include "seed/draw.h"
#include "serve/account.h"
#include "serve/handout.h"
#include "serve/restored.h"

/* Everything that the daemon writes to the journal; seedrive-serve(8) describes the fields. Any thread may call these. */

/**
 * log_handout - a client was given blocks; called when its connection is closed, so that the entry has the client's
 * note.
 */
void log_handout(const struct handout *h);

/** log_source_failed, log_source_back - a source has failed; or it delivers and passes its tests again. */
void log_source_failed(const struct draw_report *r);
void log_source_back(const struct draw_report *r);

/** log_stock_dropped - @blocks were dropped from the reservoir because they used a source that failed a health test. */
void log_stock_dropped(const struct draw_report *r, size_t blocks);

/** log_restored - @blocks were dropped from the reservoir because this machine seems to have been restored or copied. */
void log_restored(enum restored_sign sign, size_t blocks);

/**
 * log_late - the thread that draws from the sources seems to hang; see refill_is_late()
 * @watched: systemd's watchdog will restart the daemon
 */
void log_late(bool watched);

/** log_source_kept_out - a source is not tried again until the daemon restarts or receives SIGUSR1. */
void log_source_kept_out(const struct draw_report *r);

/** log_no_source - no source delivers anything. @err: negative errno. */
void log_no_source(int err);

/**
 * log_empty, log_limited - requests were answered DESK_EMPTY, or DESK_LIMITED
 * @requests: how many since the last such entry
 * @last:     the account of the last of these requests
 */
void log_empty(unsigned requests);
void log_limited(unsigned requests, account_id last);

/** log_unaccepted - @connections connections of the broker's clients were not accepted. @last: as above. */
void log_unaccepted(unsigned connections, account_id last);

/**
 * log_unlisted - @handouts handouts of @blocks blocks in all had no log_handout(). @last: the account of the last of
 * them.
 */
void log_unlisted(unsigned handouts, unsigned blocks, account_id last);

/** log_not_listening - a listener could not be opened after the configuration was reread; @words: the reason. */
void log_not_listening(const char *name, const char *words);

/** log_no_listeners - after the configuration was reread, @what ("listeners") could not be set up because of @err. */
void log_no_listeners(const char *what, int err);

/** log_reloaded - the configuration was reread. @fault: why it was not applied; NULL: it is in force. */
void log_reloaded(const char *fault);

/** log_no_address - [listen @name] has no address, and the service manager passed no socket for it. */
void log_no_address(const char *name);

/** log_fifo_missing - the FIFO of [listen @name] cannot be opened; @words: the reason. */
void log_fifo_missing(const char *name, const char *words);

/** log_policy - since the last such entry, the policy @where gave no usable answer for @clients clients. */
void log_policy(const char *where, unsigned clients);

/** log_unlocked - some secrets could not be locked in memory, because of RLIMIT_MEMLOCK. */
void log_unlocked(void);

#endif
