/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_BROKER_H
#define SERVE_BROKER_H

/*
 * The daemon's side of the protocol in util/wire/broker.h. A client sends one request and gets its answer. After that
 * it may send one note, which says what it used the blocks for. The time limits are:
 */
#define BROKER_ASK_MS  5000   /* from the connection to the request */
#define BROKER_WAIT_MS 500    /* from the request to the answer, while the stock is too low */
#define BROKER_NOTE_MS 120000 /* from the answer to the note, while the client makes a drive */

#endif
