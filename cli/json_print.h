/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_JSON_PRINT_H
#define CLI_JSON_PRINT_H

#include <json-c/json.h>
#include <stdio.h>

/**
 * json_print - @object and a newline to @to; the object is freed
 *
 * It is JSON, in UTF-8, whatever bytes its strings have: a byte that is no UTF-8 becomes the four characters \xNN. What
 * util/show.h does not show is escaped, so that it reaches no terminal.
 */
void json_print(json_object *object, FILE *to);

#endif
