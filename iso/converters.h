/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_CONVERTERS_H
#define ISO_CONVERTERS_H

#include <iconv.h>

/* ld's --wrap=NAME fixes these names: it turns calls of NAME into __wrap_NAME, and __real_NAME is the original. */

/** iconv_open(3), except that it reuses a converter that was closed before. */
iconv_t __wrap_iconv_open(const char *to, const char *from);

/** iconv_close(3), except that the first eight converters are kept for reuse until the process ends. */
int __wrap_iconv_close(iconv_t handle);

iconv_t __real_iconv_open(const char *to, const char *from);
int __real_iconv_close(iconv_t handle);

#endif
