/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CHECK_HTML_H
#define CLI_CHECK_HTML_H

#include <stdio.h>

/** html_text - write @text escaped for HTML and SVG; it may be between tags, or in a quoted attribute. */
void html_text(FILE *to, const char *text);

#endif
