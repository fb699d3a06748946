/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_CONVERTERS_H
#define ISO_CONVERTERS_H

#include <iconv.h>

/* The names are ld's: --wrap=NAME turns calls of NAME into __wrap_NAME, and __real_NAME is what was there. */

/** iconv_open(3), which hands out again what was closed. */
iconv_t __wrap_iconv_open(const char *to, const char *from);

/** iconv_close(3), which keeps the first eight for that; they end with the process. */
int __wrap_iconv_close(iconv_t handle);

iconv_t __real_iconv_open(const char *to, const char *from);
int __real_iconv_close(iconv_t handle);

#endif
