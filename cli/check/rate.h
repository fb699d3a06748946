/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CHECK_RATE_H
#define CLI_CHECK_RATE_H

#include <stddef.h>

/** rate_text - a rate in bytes a second as text: "229.1 MB/s". */
const char *rate_text(double rate, char *out, size_t size);

#endif
