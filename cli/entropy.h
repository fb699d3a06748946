/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_ENTROPY_H
#define CLI_ENTROPY_H

#include <json-c/json.h>
#include <stdio.h>

#include "seed/draw.h"

/** entropy_json - the claim, with every number that it was calculated from, so that a reader can recalculate it. */
json_object *entropy_json(const struct seed *s, uint32_t asked_bits);

/** entropy_drawn_json - what was drawn, without a claim; for a drive that gets no record. */
json_object *entropy_drawn_json(const struct seed *s, uint32_t asked_bits);

/** entropy_print - prints what each source gave, one line for each. */
void entropy_print(const struct seed *s, FILE *to);

#endif
