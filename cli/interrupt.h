/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include "util/replace.h"

/**
 * interrupt_guard - let SIGINT, SIGTERM and SIGHUP remove @r's temporary file before they end us
 * @r: NULL: no more. (What SIGKILL leaves behind, the next run takes over.)
 */
void interrupt_guard(const struct replace *r);

#endif
