/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/stream.h"
#include "util/secret.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#define CLIENTS 5

static const struct protocol protocol = { "test", .socket_type = SOCK_STREAM };
static const struct listen_options options = { .name = "a", .protocol = &protocol };

struct scene {
	struct streams streams;
	struct reservoir *stock;
	struct desk desk;
	struct generator generator;
	struct listener listener;
	struct sockaddr_storage address;
	socklen_t address_len;
	int fd[CLIENTS];
};

/* Listens, and connects all clients, each of which has requested 16 bytes when it is accepted. */
static void begin(struct scene *s, const void *address, socklen_t len)
{
	static const uint8_t request[] = { 2, 16 };
	int i;

	*s = (struct scene){ .address_len = sizeof(s->address) };
	s->stock = reservoir_new(CLIENTS);
	assert_int_equal(desk_init(&s->desk, s->stock, 100, 100), 0);
	assert_int_equal(generator_init(&s->generator, s->stock, &s->desk), 0);
	assert_int_equal(streams_init(&s->streams, event_base_new(), &s->generator), 0);
	s->listener.options = &options;
	s->listener.fd = socket(
		*(const sa_family_t *)address, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(s->listener.fd, address, len), 0);
	assert_int_equal(listen(s->listener.fd, CLIENTS), 0);
	assert_int_equal(
		getsockname(s->listener.fd, (struct sockaddr *)&s->address, &s->address_len), 0);
	for (i = 0; i < CLIENTS; i++) {
		s->fd[i] = socket(s->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(
			connect(s->fd[i], (struct sockaddr *)&s->address, s->address_len), 0);
		assert_int_equal(send(s->fd[i], request, sizeof(request), 0), sizeof(request));
		assert_int_equal(streams_accept(&s->streams, &s->listener, 1), 0);
	}
	assert_int_equal(s->streams.crowd.count, CLIENTS);
	assert_int_equal(event_base_loop(s->streams.base, EVLOOP_NONBLOCK), 0);
}

static void end(struct scene *s)
{
	struct event_base *base = s->streams.base;
	int i;

	streams_clear(&s->streams);
	event_base_free(base);
	generator_clear(&s->generator);
	desk_clear(&s->desk);
	reservoir_free(s->stock);
	close(s->listener.fd);
	for (i = 0; i < CLIENTS; i++)
		close(s->fd[i]);
}

static size_t length(const struct round_places *list)
{
	const struct round_place *p;
	size_t n = 0;

	TAILQ_FOREACH(p, list, entry)
	n++;
	return n;
}

static void all_get_theirs(struct scene *s)
{
	uint8_t got[17];
	int i;

	assert_false(streams_answer(&s->streams));
	for (i = 0; i < CLIENTS; i++)
		assert_int_equal(recv(s->fd[i], got, sizeof(got), MSG_DONTWAIT), 16);
}

static void one_process(void **state)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };
	struct account *a;
	struct scene s;

	(void)state;
	begin(&s, &address, sizeof(address));
	a = crowd_largest(&s.streams.crowd);
	assert_int_equal(length(&s.streams.boot.fresh), 1);
	assert_int_equal(length(&s.streams.boot.old), CLIENTS - 1);
	assert_true(a->boot.has_newcomer);
	all_get_theirs(&s);
	assert_false(a->boot.has_newcomer);
	end(&s);
	unlink("socket");
}

static void by_tcp(void **state)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct scene s;

	(void)state;
	begin(&s, &address, sizeof(address));
	assert_int_equal(length(&s.streams.boot.fresh), CLIENTS);
	all_get_theirs(&s);
	end(&s);
}

static int enter(void **state)
{
	return secret_setup() < 0 ? -1 : temp_enter(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("streams: of a process's new connections one at a time comes before the round",
			one_process),
		TEST("streams: by TCP all new connections come before the round", by_tcp),
	};

	return cmocka_run_group_tests_name("streams", tests, enter, temp_leave);
}
