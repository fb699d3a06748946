/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/requirement.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct judge {
	const struct seed *seed;
	const struct seed_requirement *rq;
	const struct warning_sink *warn;
	struct fault *fault;
};

/* Reports that the requirement is not met. If less may be claimed instead, this is a warning; else it is the error that
 * ends the command. */
#define refuse(j, ...)                                                \
	((j)->rq->claim_less ? warning_send((j)->warn, __VA_ARGS__) : \
			       (void)fault_refused((j)->fault, __VA_ARGS__))

#define NOT_AMONG "%.*s: required, but not among the sources"

#define OUTCOME_SIZE (DRAW_WHY_SIZE + 32)

/* Describes the outcome of a source, as the end of a sentence that begins with the source's name. */
static const char *outcome(const struct draw_report *r, char *out, size_t size)
{
	const bool counts = r->assessed_per || r->given || r->spec->src->kind == SOURCE_KERNEL;
	char why[DRAW_WHY_SIZE];

	if (draw_passed(r))
		snprintf(out, size, "passed%s", counts ? "" : ", but is assessed at 0 bits");
	else if (r->health.failed != HEALTH_PASS)
		snprintf(out, size, "failed a test: %s", draw_why(r, why, sizeof(why)));
	else if (r->skipped)
		snprintf(out, size, "was %s", draw_why(r, why, sizeof(why)));
	else
		snprintf(out, size, "gave nothing: %s", draw_why(r, why, sizeof(why)));
	return out;
}

/* Reports, in one line, all sources and their outcomes. */
static void refuse_all(const struct judge *j, const char *what)
{
	const struct seed *s = j->seed;
	char line[SOURCES_MAX * 512] = "", label[SOURCE_LABEL_SIZE], text[OUTCOME_SIZE];
	size_t i, at = 0;

	for (i = 0; i < s->reports && at < sizeof(line); i++)
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%s %s", i ? "; " : "",
			draw_label(s->report + i, label, sizeof(label)),
			outcome(s->report + i, text, sizeof(text)));
	refuse(j, "%s: the sources gave %u of %u bits: %s", what, s->claim.credit_bits, j->rq->bits,
		line);
}

static void warn_of_twins(const struct judge *j)
{
	const struct seed *s = j->seed;
	char label[SOURCE_LABEL_SIZE], twin[SOURCE_LABEL_SIZE];
	size_t i;

	for (i = 0; i < s->reports; i++) {
		const struct draw_report *r = s->report + i;

		if (draw_passed(r) && r->same_as && !s->sources.by_default)
			warning_send(j->warn, "%s: the same device as %s: counted once",
				draw_label(r, label, sizeof(label)),
				draw_label(r->same_as, twin, sizeof(twin)));
	}
}

/* Should this failure be reported? If the user named no sources, it is normal that some are absent or not permitted. */
static bool is_news(const struct seed *s, const struct draw_report *r)
{
	const enum source_presence p = source_presence(r->err);

	return !s->sources.by_default ||
		(p != SOURCE_ABSENT &&
			(p != SOURCE_NOT_PERMITTED || r->spec->src->kind != SOURCE_DEVICE));
}

static void warn_of_failures(const struct judge *j)
{
	const struct seed *s = j->seed;
	char label[SOURCE_LABEL_SIZE], why[DRAW_WHY_SIZE];
	size_t i;

	for (i = 0; i < s->reports; i++) {
		const struct draw_report *r = s->report + i;

		if (draw_passed(r) || r->skipped || !is_news(s, r))
			continue;
		warning_send(j->warn, "%s: %s", draw_label(r, label, sizeof(label)),
			draw_why(r, why, sizeof(why)));
	}
}

/* Does a block from the broker have assessed bits of this source? */
static bool block_has(const struct broker_block *b, const char *name)
{
	uint32_t i;

	for (i = 0; i < b->sources; i++)
		if (b->source[i].assessed_bits > 0 && strcmp(b->source[i].name, name) == 0)
			return true;
	return false;
}

/* Does every block from the broker have assessed bits of this source? */
static bool broker_has(const struct seed *s, const char *name)
{
	const struct broker_block *given = NULL;
	size_t i;

	for (i = 0; i < s->reports && !given; i++)
		given = s->report[i].given;
	for (i = 0; given && i < s->blocks; i++)
		if (!block_has(given + i, name))
			return false;
	return given != NULL;
}

/* Is there a source of this name, and has every one of them passed? */
static bool meets_name(const struct judge *j, const char *name, size_t len)
{
	const struct seed *s = j->seed;
	const struct source *src = source_find(name, len);
	char label[SOURCE_LABEL_SIZE], text[OUTCOME_SIZE];
	bool any = false;
	size_t i;

	if (broker_has(s, src->name))
		return true;
	for (i = 0; i < s->reports; i++) {
		const struct draw_report *r = s->report + i;

		if (r->spec->src != src)
			continue;
		any = true;
		/* Not reported: a source that was left out because another required source failed. The message names
		 * the other one. */
		if (draw_passed(r) || r->left_out)
			continue;
		refuse(j, "%s: required, but %s", draw_label(r, label, sizeof(label)),
			outcome(r, text, sizeof(text)));
		return false;
	}
	if (!any)
		refuse(j, NOT_AMONG, (int)len, name);
	return any;
}

static bool is_hardware(const char *word, size_t len)
{
	return len == 8 && strncmp(word, "hardware", len) == 0;
}

static bool meets_hardware(const struct judge *j)
{
	/* If the draw was given up, a required source failed, and the message for that source is enough. */
	if (j->seed->gave_up || j->seed->claim.hardware_bits >= j->rq->bits)
		return true;
	refuse(j, "hardware: required, but gave %u of %u bits", j->seed->claim.hardware_bits,
		j->rq->bits);
	return false;
}

/* Judges one word of the requirement. Returns: what the claim may still rest on after it. */
static enum claim_counted judge_word(const struct judge *j, const char *word, size_t len)
{
	if (is_hardware(word, len))
		return meets_hardware(j) ? CLAIM_COUNT_ALL : CLAIM_COUNT_HARDWARE;
	return meets_name(j, word, len) ? CLAIM_COUNT_ALL : CLAIM_COUNT_NOTHING;
}

/* Judges all words of the requirement. If less may not be claimed instead, it stops at the first word that is not met;
 * that one has been reported. */
static enum claim_counted judge_required(const struct judge *j)
{
	enum claim_counted counted = CLAIM_COUNT_ALL;
	const char *word = j->rq->require;
	size_t len;

	for (; word && *word; word += len + (word[len] == ',')) {
		enum claim_counted left;

		len = strcspn(word, ",");
		left = judge_word(j, word, len);
		if (left > counted)
			counted = left;
		if (counted != CLAIM_COUNT_ALL && !j->rq->claim_less)
			break;
	}
	return counted;
}

/* Marks the sources named @name as required. If there are none, and there is no broker that could have one, the
 * requirement is refused before anything is drawn. */
static int mark_required(struct source_list *list, const char *name, size_t len, struct fault *f)
{
	const struct source *src = source_find(name, len);
	bool any = source_list_has_broker(list);
	size_t i;

	for (i = 0; i < list->count; i++) {
		list->spec[i].required |= list->spec[i].src == src;
		any |= list->spec[i].src == src;
	}
	return any ? 0 : fault_refused(f, NOT_AMONG, (int)len, name);
}

/* Computes the sources for the draw: those of @rq, marked as @rq->require demands. */
static int sources_of(const struct seed_requirement *rq, struct source_list *ret, struct fault *f)
{
	const char *word = rq->require;
	size_t len;
	int r = 0;

	*ret = rq->sources;
	for (; r == 0 && word && *word; word += len + (word[len] == ',')) {
		len = strcspn(word, ",");
		if (is_hardware(word, len))
			ret->hardware = true;
		else if (!rq->claim_less)
			r = mark_required(ret, word, len, f);
	}
	return r;
}

int requirement_begin(struct seed *s, const struct seed_requirement *rq, struct fault *f)
{
	struct source_list sources;
	int r;

	f->text[0] = '\0';
	memset(s, 0, sizeof(*s));
	r = sources_of(rq, &sources, f);
	if (r < 0)
		return r;
	r = seed_draw_begin(s, &sources, rq->bits);
	return r < 0 ? fault_errno(f, r, "seed") : 0;
}

int requirement_end(struct seed *s, const struct seed_requirement *rq, const struct warning_sink *w,
	struct fault *f)
{
	const struct judge j = { s, rq, w, f };
	const int r = seed_draw_end(s);
	enum claim_counted counted;

	f->text[0] = '\0';
	counted = judge_required(&j);
	if (counted != CLAIM_COUNT_ALL && !rq->claim_less)
		return -ENODATA;
	seed_limit(s, counted);
	if (r < 0 || s->claim.credit_bits < rq->bits) {
		refuse_all(
			&j, rq->claim_less ? "less entropy than asked for" : "too little entropy");
		return r < 0 || !rq->claim_less ? -ENODATA : 0;
	}
	warn_of_failures(&j);
	warn_of_twins(&j);
	return 0;
}

int requirement_draw(struct seed *s, const struct seed_requirement *rq,
	const struct warning_sink *w, struct fault *f)
{
	const int r = requirement_begin(s, rq, f);

	return r < 0 ? r : requirement_end(s, rq, w, f);
}

int requirement_draw_with(struct seed *s, const struct seed_requirement *rq, size_t blocks,
	struct draw_memory *memory, const struct warning_sink *w, struct fault *f)
{
	struct source_list sources;
	int r;

	memset(s, 0, sizeof(*s));
	r = sources_of(rq, &sources, f);
	if (r < 0)
		return r;
	r = seed_draw_with(s, &sources, rq->bits, blocks, memory);
	if (r < 0 && r != -ENODATA)
		return fault_errno(f, r, "seed");
	return requirement_end(s, rq, w, f);
}
