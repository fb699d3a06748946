/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_NOTIFY_H
#define UTIL_NOTIFY_H

#include <stdint.h>

/**
 * notify - tell the service manager that started us, if one did: sd_notify(3)'s protocol, a datagram
 * @fmt: "READY=1\nSTATUS=..."; cut at 512 bytes
 *
 * Never blocks. Returns: 0, also where nobody is to be told; or -errno, which nobody need act upon.
 */
int notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** notify_watchdog_ms - how often the manager wants to hear "WATCHDOG=1", halved; 0: never. */
int64_t notify_watchdog_ms(void);

#endif
