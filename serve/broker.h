/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_BROKER_H
#define SERVE_BROKER_H

/*
 * The daemon's side of the packets of util/wire/broker.h. A client asks once and gets its answer; then it may
 * send one note that says what it made of the blocks.
 */
#define BROKER_ASK_MS  5000   /* for the request to come */
#define BROKER_WAIT_MS 500    /* for blocks to be drawn */
#define BROKER_NOTE_MS 120000 /* for the note, while a drive is being made */

#endif
