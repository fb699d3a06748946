/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_NOTIFY_H
#define UTIL_NOTIFY_H

#include <stdint.h>

/**
 * notify - send a message to the service manager that started us, by the protocol of sd_notify(3)
 * @fmt: for example "READY=1\nSTATUS=..."; cut at 512 bytes
 *
 * Never blocks. Returns: 0, also if no service manager has started us; or -errno, which callers may ignore.
 */
int notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * notify_watchdog_ms - half of the interval within which the service manager expects "WATCHDOG=1", in milliseconds
 * Returns: 0 if the service manager does not expect it.
 */
int64_t notify_watchdog_ms(void);

#endif
