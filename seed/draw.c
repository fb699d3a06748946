/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/draw.h"
#include "seed/source/broker_client.h"
#include "seed/gather.h"
#include "seed/schedule.h"
#include "util/secret.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static bool any_passed(const struct seed *s)
{
	size_t i;

	for (i = 0; i < s->reports; i++)
		if (draw_passed(s->report + i))
			return true;
	return false;
}

/* Returns: the number of blocks: those of the record, and one more if seed_mix_key() is wanted. */
static size_t all_blocks(const struct seed *s)
{
	return s->blocks + (s->sources.unmixed ? 0 : DRAW_MIX_BLOCK);
}

static void draw_all(struct seed *s)
{
	struct draw d = { .seed = s, .blocks = all_blocks(s) };

	d.memory = s->memory ? s->memory : &s->secret->memory;
	schedule_ask_broker(s);
	schedule_release_devices(s);
	schedule_gather(&d);
	if (any_passed(s))
		draw_make(&d);
	explicit_bzero(s->secret->raw, sizeof(s->secret->raw));
	secret_wipe_stack();
	pump_close(&s->pump);
}

/* Returns: how many slots the replay test needs for the planned bytes of all abundant sources or, if @abundant is
 * false, of all other sources. The number is limited so that the memory is cheap to allocate in advance. */
static size_t slots_for(const struct seed *s, bool abundant)
{
	const size_t most = 1 << 14, len = draw_window_len(&s->sources);
	uint64_t bytes = 0;
	size_t i, room;

	for (i = 0; i < s->sources.count && len > 0; i++) {
		const struct source *src = s->sources.spec[i].src;
		const struct source_handle h = { .assessed_bits = src->assessed_bits,
			.per_bytes = src->per_bytes };

		if (source_is_abundant(&h) == abundant)
			bytes += gather_len(&h, s->blocks, false) + gather_mix_len(src);
	}
	room = bytes ? windows_room(bytes, len) : 0;
	return room < most ? room : most;
}

/* Gives the slots to the set of windows: first @slots[0] for ordinary sources, then @slots[1] for abundant ones.
 * Returns: the address after them. */
static uint8_t *lend_slots(struct seed *s, const size_t slots[2])
{
	struct window_slot *slot = (struct window_slot *)s->secret->space;
	size_t abundant;

	for (abundant = 0; abundant < 2; abundant++) {
		if (slots[abundant] > 0)
			windows_lend(&s->secret->memory.windows, abundant, slot, slots[abundant]);
		slot += slots[abundant];
	}
	return (uint8_t *)slot;
}

static int allocate(struct seed *s)
{
	const size_t blocks = all_blocks(s);
	const size_t given =
		source_list_has_broker(&s->sources) ? s->blocks * sizeof(struct broker_block) : 0;
	const size_t out = s->blocks * CONDITION_SIZE;
	const size_t digests = s->sources.count * blocks * CONDITION_SIZE;
	const size_t slots[2] = { s->memory ? 0 : slots_for(s, false),
		s->memory ? 0 : slots_for(s, true) };
	uint8_t *space;

	s->secret = secret_new(sizeof(*s->secret) +
		(slots[0] + slots[1]) * sizeof(struct window_slot) + given + out + digests);
	if (!s->secret)
		return -ENOMEM;
	draw_memory_init(&s->secret->memory);
	space = lend_slots(s, slots);
	draw_memory_begin(&s->secret->memory, &s->sources);
	s->secret->given = given ? (struct broker_block *)space : NULL;
	s->secret->out = space + given;
	s->secret->digest = s->secret->out + out;
	pump_init(&s->pump, s->secret->raw);
	return 0;
}

/* The work of the thread if the draw itself runs in the calling thread: it reads CPU sources ahead. */
static void *help(void *seed)
{
	struct seed *s = seed;

	pump_help(&s->pump);
	secret_wipe_stack();
	return NULL;
}

/* The work of the thread if the caller has other work meanwhile: the draw itself, unless the caller has begun it. */
static void *draw_beside(void *seed)
{
	struct seed *s = seed;

	if (atomic_exchange(&s->begun, true))
		return help(s);
	draw_all(s);
	return NULL;
}

/* Makes an eventfd with which seed_clear() ends the waits of the thread. Without it, seed_clear() must wait for slow
 * devices. */
static void make_stoppable(struct seed *s)
{
	size_t i;

	s->stop = eventfd(0, EFD_CLOEXEC);
	s->stoppable = s->stop >= 0;
	for (i = 0; s->stoppable && i < s->reports; i++)
		if (reader_live(s->reader + i))
			reader_set_stop(s->reader + i, &s->stop);
}

static int begin(struct seed *s, const struct source_list *sources, uint32_t bits, size_t blocks,
	struct draw_memory *memory, bool beside)
{
	size_t i;
	int r;

	*s = (struct seed){ .sources = *sources,
		.bits = bits,
		.blocks = blocks,
		.reports = sources->count,
		.memory = memory };
	if (blocks < 1 || blocks > RECORD_BLOCKS_MAX || bits > blocks * RECORD_BLOCK_BITS)
		return -EINVAL;
	for (i = 0; i < s->reports; i++) {
		s->report[i].spec = s->sources.spec + i;
		s->report[i].skipped = s->sources.spec[i].paused ?
			"it failed recently and is tried again later" :
			NULL;
	}
	r = allocate(s);
	if (r < 0)
		return r;
	schedule_start_devices(s);
	if (beside)
		make_stoppable(s);
	s->begun = !beside;
	s->running = beside_start(&s->thread, beside ? draw_beside : help, s);
	/* If no thread could be started for a draw in the background, the draw runs here, and the caller waits for
	 * it. */
	if (!beside || (!s->running && !atomic_exchange(&s->begun, true)))
		draw_all(s);
	return 0;
}

static size_t blocks_for(uint32_t bits)
{
	return bits / RECORD_BLOCK_BITS + (bits % RECORD_BLOCK_BITS > 0);
}

int seed_draw_begin(struct seed *s, const struct source_list *sources, uint32_t bits)
{
	return begin(s, sources, bits, blocks_for(bits), NULL, true);
}

/* Waits until the draw has ended; meanwhile the caller reads CPU sources ahead. If the thread has not begun the draw
 * yet, the caller draws in its place: if other programs keep all CPUs busy, the thread might wait for a whole time
 * slice before it gets a CPU. This does not wait until the thread itself has ended. */
static void wait_for(struct seed *s)
{
	if (s->finished)
		return;
	if (!atomic_exchange(&s->begun, true))
		draw_all(s);
	else if (s->running)
		pump_help(&s->pump);
	secret_wipe_stack();
	s->finished = true;
}

/* Ends a draw whose result nobody needs any more. The write does not block, because the eventfd is empty. */
static void stop(struct seed *s)
{
	const uint64_t word = 1;

	if (s->running && !s->finished) {
		if (s->stoppable)
			(void)!write(s->stop, &word, sizeof(word));
		if (!atomic_exchange(&s->begun, true))
			pump_close(&s->pump);
		pump_help(&s->pump);
	}
	if (s->running)
		beside_join(&s->thread);
	s->running = false;
	if (s->stoppable)
		close(s->stop);
	s->stoppable = false;
}

int seed_draw_end(struct seed *s)
{
	wait_for(s);
	return any_passed(s) ? 0 : -ENODATA;
}

int seed_draw_with(struct seed *s, const struct source_list *sources, uint32_t bits, size_t blocks,
	struct draw_memory *memory)
{
	int r;

	if (memory)
		draw_memory_begin(memory, sources);
	r = begin(s, sources, bits, blocks, memory, false);
	return r < 0 ? r : seed_draw_end(s);
}

int seed_draw(struct seed *s, const struct source_list *sources, uint32_t bits)
{
	return seed_draw_with(s, sources, bits, blocks_for(bits), NULL);
}

/* --- results --- */

void seed_limit(struct seed *s, enum claim_counted counted)
{
	if (counted > s->counted)
		s->counted = counted;
	s->claim = claim_limit(s->claim, s->counted);
}

const uint8_t *seed_bytes(const struct seed *s, size_t *ret_len)
{
	*ret_len = s->blocks * CONDITION_SIZE;
	return s->secret->out;
}

const uint8_t *seed_mix_key(const struct seed *s)
{
	return s->sources.unmixed ? NULL : s->secret->mix;
}

void seed_report_use(const struct seed *s, const uint8_t uuid[UUID_SIZE])
{
	struct broker_note note = { .credit_bits = s->claim.credit_bits };

	if (!s->linked)
		return;
	memcpy(note.uuid, uuid, sizeof(note.uuid));
	memcpy(note.seed_id, s->id, sizeof(note.seed_id));
	broker_send_note(s->broker, &note);
}

void seed_clear(struct seed *s)
{
	size_t i;

	if (!s)
		return;
	stop(s);
	for (i = 0; i < s->reports; i++)
		reader_end(s->reader + i);
	if (s->linked)
		close(s->broker);
	if (s->secret) {
		windows_clear(&s->secret->memory.windows);
		pump_clear(&s->pump);
	}
	secret_free(s->secret);
	explicit_bzero(s, sizeof(*s));
}
