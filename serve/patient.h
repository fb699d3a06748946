/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_PATIENT_H
#define SERVE_PATIENT_H

#include <stdbool.h>
#include <stdint.h>

#define PATIENT_MIN_MS 5000 /* from a failure to the next try; doubled each time, up to: */
#define PATIENT_MAX_MS 600000
#define PATIENT_ALARMS 3 /* failed health tests that are as good as one that is sure */

/*
 * What is remembered of something that may fail again and again: it is to be told of once, and tried ever
 * more rarely. All zero: it is well. Pure.
 */
struct patient {
	bool told;
	int pause_ms; /* 0: well */
	int64_t again_ms;
	unsigned alarms; /* health tests failed, in all */
	bool out;        /* not to be tried again */
};

/** patient_fails - once more. @is_news: is it to be told of at all? Returns: is it to be told of now? */
bool patient_fails(struct patient *p, bool is_news, int64_t now_ms);

/**
 * patient_alarms - it has failed a health test
 * @sure: with alpha = 2^-60; else 2^-30, which good sources may come to once in a long time
 * Returns: is it out from now on, and was not before?
 */
bool patient_alarms(struct patient *p, bool sure);

/** patient_forgive - somebody has looked after it: as if it had never failed. */
void patient_forgive(struct patient *p);

/** patient_recovers - returns: is that to be told of? Only where the failure was. */
bool patient_recovers(struct patient *p);

/** patient_rests - not to be tried yet? */
bool patient_rests(const struct patient *p, int64_t now_ms);

/** patient_due_ms - when to try again, if that is before @other_ms; else @other_ms. */
int64_t patient_due_ms(const struct patient *p, int64_t other_ms);

#endif
