/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_JSON_PRINT_H
#define CLI_JSON_PRINT_H

#include <json-c/json.h>
#include <stdio.h>

/**
 * json_print - prints @object and a newline to @to, and frees the object
 *
 * The output is valid JSON in UTF-8 even if a string is not: a byte that is not UTF-8 becomes the four characters \xNN.
 * Characters that util/show.h does not show as they are, such as control characters, are written as JSON escapes.
 */
void json_print(json_object *object, FILE *to);

#endif
