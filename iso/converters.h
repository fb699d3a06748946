/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_CONVERTERS_H
#define ISO_CONVERTERS_H

#include <iconv.h>

/* ld's --wrap=NAME demands these names: it turns each call of NAME into a call of __wrap_NAME; __real_NAME is the
 * original. */

/** iconv_open(3). For the character sets that libisofs asks for, it loads nothing and cannot fail. */
iconv_t __wrap_iconv_open(const char *to, const char *from);

/** iconv(3). */
size_t __wrap_iconv(iconv_t handle, char **in, size_t *in_left, char **out, size_t *out_left);

/** iconv_close(3). */
int __wrap_iconv_close(iconv_t handle);

iconv_t __real_iconv_open(const char *to, const char *from);
size_t __real_iconv(iconv_t handle, char **in, size_t *in_left, char **out, size_t *out_left);
int __real_iconv_close(iconv_t handle);

#endif
