/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_JSON_PRINT_H
#define CLI_JSON_PRINT_H

#include <json-c/json.h>
#include <stdio.h>

/** json_print - @object and a newline to @to; the object is freed. */
void json_print(json_object *object, FILE *to);

#endif
