/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_LABEL_H
#define UTIL_WIRE_LABEL_H

#include <stdbool.h>

/** label_is_seed - is this one of the four volume labels by which a guest recognizes a seed drive? */
bool label_is_seed(const char *label);

#endif
