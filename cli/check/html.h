/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CHECK_HTML_H
#define CLI_CHECK_HTML_H

#include <stdio.h>

/** html_text - so that it stands for itself in HTML and SVG, between tags and in quotes alike. */
void html_text(FILE *to, const char *text);

#endif
