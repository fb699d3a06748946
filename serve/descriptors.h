/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_DESCRIPTORS_H
#define SERVE_DESCRIPTORS_H

#include <stddef.h>

/** descriptors_raise - let this process open @count, as far as its hard limit lets it. */
void descriptors_raise(size_t count);

#endif
