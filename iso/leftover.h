/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_LEFTOVER_H
#define ISO_LEFTOVER_H

#include <stdbool.h>

/*
 * The names of the temporary files in which images are made. A run that was killed may leave such a file in the folder
 * of its output. The file can contain a whole drive with its seed, so it must not go onto another drive that is made
 * from the same folder.
 */
#define LEFTOVER_BEGIN  ".seedrive-"
#define LEFTOVER_DIGITS 16 /* hexadecimal digits between beginning and end */
#define LEFTOVER_END    ".tmp"

/** leftover_name - is @name, which has no folder, the name of such a temporary file? */
bool leftover_name(const char *name);

#endif
