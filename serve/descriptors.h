/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_DESCRIPTORS_H
#define SERVE_DESCRIPTORS_H

#include <stddef.h>

/** descriptors_raise - raise the limit of open file descriptors to @count, or to the hard limit if that is lower. */
void descriptors_raise(size_t count);

#endif
