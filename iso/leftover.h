/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_LEFTOVER_H
#define ISO_LEFTOVER_H

#include <stdbool.h>

/*
 * The names of the temporary files in which images are made. A run that was killed may leave one beside its output: a
 * whole drive with its seed, which must not go onto another drive that is made from the same folder.
 */
#define LEFTOVER_BEGIN  ".seedrive-"
#define LEFTOVER_DIGITS 16 /* hexadecimal, between beginning and end */
#define LEFTOVER_END    ".tmp"

/** leftover_name - is @name, without a folder, one of these? */
bool leftover_name(const char *name);

#endif
