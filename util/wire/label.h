/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_LABEL_H
#define UTIL_WIRE_LABEL_H

#include <stdbool.h>

/** label_is_seed - is this one of the four volume labels under which a guest looks for a seed? */
bool label_is_seed(const char *label);

#endif
