/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/desk.h"
#include "serve/fifo.h"
#include "serve/stream.h"
#include "util/clock.h"
#include "util/secret.h"

/* The parts of the daemon that a FIFO needs; their stock is empty. */
struct world {
	struct event_base *base;
	struct reservoir *reservoir;
	struct desk desk;
	struct generator generator;
	struct streams streams;
	struct fifos fifos;
	struct listen_options options;
};

static void setup_world(struct world *w, uint32_t rate)
{
	*w = (struct world){ .options = {
				     .name = "rng", .protocol = &fifo_protocol, .path = "rng" } };
	w->options.rule = (struct allowance_rule){ .rate = rate, .burst = 64 };
	w->base = event_base_new();
	w->reservoir = reservoir_new(2);
	assert_int_equal(desk_init(&w->desk, w->reservoir, 1, 1), 0);
	assert_int_equal(generator_init(&w->generator, w->reservoir, &w->desk), 0);
	assert_int_equal(streams_init(&w->streams, w->base, &w->generator), 0);
	assert_int_equal(fifos_init(&w->fifos, w->base, &w->streams, &w->options, 1), 0);
}

static void clear_world(struct world *w)
{
	fifos_clear(&w->fifos);
	streams_clear(&w->streams);
	generator_clear(&w->generator);
	desk_clear(&w->desk);
	reservoir_free(w->reservoir);
	event_base_free(w->base);
}

static void turn(struct world *w, int64_t ms)
{
	const int64_t end_ms = clock_ms() + ms;
	int64_t left;

	while ((left = end_ms - clock_ms()) > 0) {
		const struct timeval t = { left / 1000, left % 1000 * 1000 };

		while (streams_answer(&w->streams))
			;
		event_base_loopexit(w->base, &t);
		assert_int_equal(event_base_loop(w->base, EVLOOP_ONCE), 0);
	}
}

static int reader(void)
{
	const int fd = open("rng", O_RDONLY | O_NONBLOCK);

	assert_true(fd >= 0);
	return fd;
}

static void filled(void **state)
{
	uint8_t first[FIFO_SIZE], second[FIFO_SIZE];
	struct world w;
	int fd;

	(void)state;
	assert_int_equal(mkfifo("rng", 0600), 0);
	setup_world(&w, 0);
	fd = reader();
	turn(&w, 20);
	assert_int_equal(fcntl(fd, F_GETPIPE_SZ), FIFO_SIZE);
	assert_int_equal(read(fd, first, sizeof(first)), FIFO_SIZE);
	turn(&w, 20);
	assert_int_equal(read(fd, second, sizeof(second)), FIFO_SIZE);
	assert_memory_not_equal(first, second, FIFO_SIZE);
	/* fifos_drop() empties the FIFO. */
	fifos_drop(&w.fifos);
	turn(&w, 20);
	fifos_drop(&w.fifos);
	assert_int_equal(read(fd, first, sizeof(first)), -1);
	turn(&w, 20);
	assert_int_equal(read(fd, first, sizeof(first)), FIFO_SIZE);
	close(fd);
	clear_world(&w);
	unlink("rng");
}

static void in_pieces(void **state)
{
	uint8_t got[2 * FIFO_SIZE];
	ssize_t n, all = 0;
	struct world w;
	int fd, i;

	(void)state;
	assert_int_equal(mkfifo("rng", 0600), 0);
	setup_world(&w, 6400);
	fd = reader();
	turn(&w, 20);
	/* The first bytes are never throttled, so that the first guest can boot. */
	assert_true(read(fd, got, sizeof(got)) >= ALLOWANCE_FIRST);
	for (i = 0; i < 50; i++) {
		turn(&w, 3);
		n = read(fd, got, sizeof(got));
		if (n > 0)
			assert_int_equal(n % STREAM_PIECE, 0);
		all += n > 0 ? n : 0;
	}
	assert_true(all >= STREAM_PIECE);
	close(fd);
	clear_world(&w);
	unlink("rng");
}

static void found_again(void **state)
{
	uint8_t got[FIFO_SIZE];
	struct world w;
	int fd, old;

	(void)state;
	setup_world(&w, 0);
	turn(&w, 20);
	assert_int_equal(mkfifo("rng", 0600), 0);
	old = reader();
	turn(&w, FIFO_LOOK_MS + 500);
	assert_int_equal(read(old, got, sizeof(got)), FIFO_SIZE);
	unlink("rng");
	assert_int_equal(mkfifo("rng", 0600), 0);
	fd = reader();
	turn(&w, FIFO_LOOK_MS + 500);
	assert_int_equal(read(fd, got, sizeof(got)), FIFO_SIZE);
	close(fd);
	close(old);
	clear_world(&w);
	unlink("rng");
}

/* A FIFO that other users may write to, and a file that is not a FIFO. */
static void not_trusted(void **state)
{
	uint8_t got[16];
	struct stat st;
	struct world w;
	int fd;

	(void)state;
	assert_int_equal(mkfifo("rng", 0600), 0);
	assert_int_equal(chmod("rng", 0660), 0);
	setup_world(&w, 0);
	fd = reader();
	turn(&w, 20);
	assert_int_equal(read(fd, got, sizeof(got)), 0);
	close(fd);
	clear_world(&w);
	unlink("rng");

	fd = open("rng", O_CREAT | O_RDWR, 0600);
	setup_world(&w, 0);
	turn(&w, 20);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 0);
	close(fd);
	clear_world(&w);
	unlink("rng");
}

static int enter(void **state)
{
	return secret_setup() < 0 ? -1 : temp_enter(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("fifo: it is kept full, and its bytes can be discarded", filled),
		TEST("fifo: with a rate, everything after the first 4 KiB is written in pieces of 64 bytes",
			in_pieces),
		TEST("fifo: one that is created later, or again, is found within a second",
			found_again),
		TEST("fifo: one to which others may write is not used, and neither is another kind of file",
			not_trusted),
	};

	return cmocka_run_group_tests(tests, enter, temp_leave);
}
