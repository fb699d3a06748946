/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/generator.h"
#include "seed/drbg.h"
#include "util/secret.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define NEVER INT64_MIN

struct generator_secret {
	struct drbg drbg;
	struct broker_block block;
	uint8_t kernel[DRBG_KEY];
};

int generator_init(struct generator *g, struct reservoir *reservoir, const struct desk *desk)
{
	*g = (struct generator){
		.reservoir = reservoir, .desk = desk, .block_ms = NEVER, .kernel_ms = NEVER
	};
	g->secret = secret_new(sizeof(*g->secret));
	if (!g->secret)
		return -ENOMEM;
	memset(g->secret, 0, sizeof(*g->secret));
	return 0;
}

void generator_clear(struct generator *g)
{
	secret_free(g->secret);
	g->secret = NULL;
}

static bool is_due(uint64_t bytes, int64_t last_ms, int64_t now_ms)
{
	return last_ms == NEVER || bytes >= GENERATOR_BYTES || now_ms - last_ms >= GENERATOR_MS;
}

static void note_kernel(struct generator *g, int64_t now_ms)
{
	g->kernel_since = 0;
	g->kernel_ms = now_ms;
}

/* For a request as small as this one, the kernel returns all of the bytes, or an error; it does not block. */
static void seed_from_kernel(struct generator *g, int64_t now_ms)
{
	uint8_t *fresh = g->secret->kernel;

	if (getrandom(fresh, DRBG_KEY, GRND_NONBLOCK) == DRBG_KEY) {
		drbg_seed(&g->secret->drbg, fresh, DRBG_KEY);
		note_kernel(g, now_ms);
	}
	explicit_bzero(fresh, DRBG_KEY);
}

/* When the reservoir handed out the block, it hashed fresh bytes of the kernel's generator into it. So this reseed
 * counts as one from a block and as one from the kernel. */
static bool seed_from_stock(struct generator *g, int64_t now_ms)
{
	const struct reservoir_level level = reservoir_level(g->reservoir);
	struct broker_block *block = &g->secret->block;

	if (level.blocks <= level.target / 2 || !desk_is_idle(g->desk) ||
		reservoir_take(g->reservoir, block, 1) < 0)
		return false;
	drbg_seed(&g->secret->drbg, block->bytes, sizeof(block->bytes));
	explicit_bzero(block, sizeof(*block));
	g->since = 0;
	g->block_ms = now_ms;
	g->reseeds++;
	g->took = true;
	note_kernel(g, now_ms);
	return true;
}

static bool may_ask_stock(const struct generator *g, int64_t now_ms)
{
	return g->block_ms == NEVER || now_ms - g->block_ms >= GENERATOR_PAUSE_MS;
}

static void reseed(struct generator *g, int64_t now_ms)
{
	const bool asks = is_due(g->since, g->block_ms, now_ms) && may_ask_stock(g, now_ms);

	if (asks && seed_from_stock(g, now_ms))
		return;
	if (!is_due(g->kernel_since, g->kernel_ms, now_ms))
		return;
	if (asks && g->kernel_ms != NEVER)
		g->overdue++;
	seed_from_kernel(g, now_ms);
}

int generator_make(struct generator *g, uint8_t *out, size_t len, int64_t now_ms)
{
	int r;

	reseed(g, now_ms);
	r = drbg_make(&g->secret->drbg, out, len);
	if (r < 0)
		return r;
	g->since += len;
	g->kernel_since += len;
	g->bytes += len;
	return 0;
}

void generator_stir(struct generator *g, const uint8_t *bytes, size_t len)
{
	drbg_stir(&g->secret->drbg, bytes, len);
}

void generator_restart(struct generator *g)
{
	g->block_ms = g->kernel_ms = NEVER;
}
