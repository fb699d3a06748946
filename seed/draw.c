/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/draw.h"
#include "seed/source/broker_client.h"
#include "seed/gather.h"
#include "util/clock.h"
#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* --- who is asked, and when --- */

static bool is_kind(const struct seed *s, size_t source, enum source_kind kind)
{
	return s->sources.spec[source].src->kind == kind;
}

/* It answers at once, or after the half second that it has somebody wait for its sources. Devices may have
 * to be read after it, so it is not waited for as long as these. */
#define BROKER_PATIENCE_MS 2000

static unsigned broker_patience(const struct seed *s, const struct source_spec *spec)
{
	const unsigned ms = source_timeout_ms(&s->sources, spec);

	return spec->deadline_ms || ms / 2 < BROKER_PATIENCE_MS ? ms : BROKER_PATIENCE_MS;
}

/* The broker has what is behind it, so with it the devices need not be asked. */
static void ask_broker(struct seed *s)
{
	size_t i;
	int fd;

	for (i = 0; i < s->reports; i++) {
		const struct source_spec *spec = s->sources.spec + i;
		const int64_t deadline_ms = clock_ms() + broker_patience(s, spec);

		if (!is_kind(s, i, SOURCE_BROKER))
			continue;
		fd = broker_connect(spec->arg[0] ? spec->arg : BROKER_SOCKET, deadline_ms);
		s->report[i].err =
			fd < 0 ? fd : broker_ask(fd, deadline_ms, s->blocks, s->secret->given);
		s->linked = fd >= 0;
		s->broker = fd;
	}
}

/* Is what it has given, with nothing else of hardware, enough for each block of the claim? */
static bool broker_suffices(const struct seed *s)
{
	uint32_t bits = 0;
	size_t i;

	for (i = 0; i < s->reports; i++)
		if (is_kind(s, i, SOURCE_BROKER) && s->report[i].err < 0)
			return false;
	for (i = 0; i < s->blocks && source_list_has_broker(&s->sources); i++)
		bits += s->secret->given[i].hardware_bits;
	return bits >= s->bits && bits > 0;
}

/* Those that wait for the broker's answer. */
static void release_devices(struct seed *s)
{
	const bool spare = s->sources.by_default && broker_suffices(s);
	size_t i;

	for (i = 0; i < s->reports; i++) {
		struct draw_report *rep = s->report + i;

		if (!is_kind(s, i, SOURCE_DEVICE) || rep->err < 0 || rep->skipped)
			continue;
		if (spare) {
			reader_end(s->reader + i);
			rep->skipped = "the broker has given";
		} else if (s->sources.by_default) {
			reader_go(s->reader + i);
		}
	}
}

/* Slow, and worth it only where the rest does not suffice. */
static bool is_last_resort(const struct seed *s, size_t source)
{
	return s->sources.by_default && is_kind(s, source, SOURCE_CODE);
}

static bool suffices(const struct seed *s)
{
	return s->claim.credit_bits >= s->bits &&
		(!s->sources.hardware || s->claim.hardware_bits >= s->bits);
}

static void gather_all(struct draw *d)
{
	struct seed *s = d->seed;
	size_t i;

	for (i = 0; i < s->reports; i++)
		if (!is_last_resort(s, i))
			gather_source(d, i);
	gather_condemn(d);
	draw_count(s);
	for (i = 0; i < s->reports; i++) {
		if (!is_last_resort(s, i))
			continue;
		if (suffices(s) && !s->report[i].skipped)
			s->report[i].skipped = "the others suffice";
		gather_source(d, i);
	}
	gather_condemn(d);
	draw_count(s);
}

static bool any_passed(const struct seed *s)
{
	size_t i;

	for (i = 0; i < s->reports; i++)
		if (draw_passed(s->report + i))
			return true;
	return false;
}

/* Those of the record, and the one to mix from. */
static size_t all_blocks(const struct seed *s)
{
	return s->blocks + (s->sources.unmixed ? 0 : DRAW_MIX_BLOCK);
}

static void *draw_all(void *seed)
{
	struct seed *s = seed;
	struct draw d = { .seed = s, .blocks = all_blocks(s) };

	d.memory = s->memory ? s->memory : &s->secret->memory;
	ask_broker(s);
	release_devices(s);
	gather_all(&d);
	if (any_passed(s))
		draw_make(&d);
	explicit_bzero(s->secret->raw, sizeof(s->secret->raw));
	secret_wipe_stack();
	pump_close(&s->pump);
	return NULL;
}

/* A scheduler that balances only at its ticks would leave a thread so short on the CPU that the caller
 * keeps busy, and run one after the other. Without another CPU, or word of it: wherever it may. */
static void spread(pthread_attr_t *attr)
{
	cpu_set_t others;
	const int here = sched_getcpu();

	if (here < 0 || here >= CPU_SETSIZE || sched_getaffinity(0, sizeof(others), &others) < 0)
		return;
	CPU_CLR((size_t)here, &others);
	if (CPU_COUNT(&others) > 0)
		(void)pthread_attr_setaffinity_np(attr, sizeof(others), &others);
}

static bool start_thread(struct seed *s, void *(*run)(void *seed))
{
	sigset_t all, before;
	pthread_attr_t attr;
	bool started;

	if (pthread_attr_init(&attr) != 0)
		return false;
	spread(&attr);
	/* Signals are the caller's thread's affair. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&s->thread, &attr, run, s) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return started;
}

/* Slots for the windows of the sources of one kind as they are planned, up to what is cheap to have ready. */
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

/* Returns: where in the secret memory they end. */
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

/* What a child has to know; the memory of draws is secret, and not for its eyes. */
struct order {
	size_t blocks;
	bool started, by_default;
};

/* In the child: as gather_source() will count. By default what is worth nothing is not even read. */
static uint64_t want(const struct source_handle *h, const void *ctx)
{
	const struct order *order = ctx;

	if (order->by_default && h->assessed_bits == 0)
		return 0;
	return gather_len(h, order->blocks, order->started);
}

/* That it is not here, or not for us, needs no child to find out. Of any other answer the child will hear more:
 * some containers' filters forbid the question. */
static int ask_device(const struct source_spec *spec)
{
	if (spec->arg[0] || !spec->src->device ||
		faccessat(AT_FDCWD, spec->src->device, R_OK, AT_EACCESS) == 0)
		return 0;
	return errno == ENOENT || errno == EACCES ? -errno : 0;
}

/* Children come before the thread, and wait where the broker might spare them. */
static void start_devices(struct seed *s)
{
	size_t i;

	for (i = 0; i < s->reports; i++) {
		const struct source_spec *spec = s->sources.spec + i;
		const struct order order = { s->blocks, s->memory && s->memory->of[i].started,
			s->sources.by_default };
		struct draw_report *rep = s->report + i;

		if (!is_kind(s, i, SOURCE_DEVICE) || rep->skipped)
			continue;
		rep->err = ask_device(spec);
		if (rep->err == 0)
			rep->err = reader_start(s->reader + i, spec,
				source_timeout_ms(&s->sources, spec), want, &order);
		if (rep->err == 0 && !s->sources.by_default)
			reader_go(s->reader + i);
	}
}

/* A caller with nothing to do draws by itself; then the thread is the one that reads ahead. */
static void *help(void *seed)
{
	struct seed *s = seed;

	pump_help(&s->pump);
	secret_wipe_stack();
	return NULL;
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
		s->report[i].skipped = s->sources.spec[i].rests ? "it rests after a failure" : NULL;
	}
	r = allocate(s);
	if (r < 0)
		return r;
	start_devices(s);
	s->running = start_thread(s, beside ? draw_all : help);
	if (!s->running || !beside)
		draw_all(s); /* also where no thread is to be had: then one thing after the other */
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

/* Who waits can as well read ahead. */
static void wait_for(struct seed *s)
{
	if (s->running) {
		pump_help(&s->pump);
		pthread_join(s->thread, NULL);
		secret_wipe_stack();
	}
	s->running = false;
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

/* --- what the caller has of it --- */

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
	wait_for(s);
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
