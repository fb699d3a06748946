/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_SERVE_STATUS_H
#define CLI_SERVE_STATUS_H

#include <stdbool.h>

#include "util/fault.h"

/** serve_status - ask the daemon for its status, and print that as a table or as JSON. Returns: 0 or -errno with @f. */
int serve_status(const char *path, bool json, struct fault *f);

#endif
