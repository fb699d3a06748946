/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_JSON_BUILD_H
#define UTIL_JSON_BUILD_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/** json_add_text, json_add_number, json_add_bool - add a member to the object @to; a NULL @text becomes null. */
void json_add_text(json_object *to, const char *key, const char *text);
void json_add_number(json_object *to, const char *key, uint64_t number);
void json_add_bool(json_object *to, const char *key, bool value);

#endif
