/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/web.h"
#include "util/clock.h"
#include "util/secret.h"

#include <sys/socket.h>
#include <sys/un.h>

#define MANY 100 /* several times WEB_ANSWERS */

static int any_page(const struct listen_options *o, struct http_text target)
{
	(void)o;
	(void)target;
	return 0;
}

static void no_text(
	struct web *w, const struct web_request *q, int64_t now_ms, struct web_answer *ret)
{
	(void)w;
	(void)q;
	(void)now_ms;
	(void)ret;
}

static const struct web_site site = { .route = any_page, .answer = no_text };
static const struct protocol protocol = { "test", .socket_type = SOCK_STREAM, .site = &site };

/* All clients are in this process, so each listener has one account. */
struct scene {
	struct web web;
	struct tallies tallies;
	struct listen_options options[MANY];
	struct listener listener[MANY];
};

static struct sockaddr_un address_of(int listener)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%d", listener);
	return a;
}

static void begin(struct scene *s)
{
	int i;

	*s = (struct scene){ 0 };
	assert_int_equal(web_init(&s->web, event_base_new(), NULL, &s->tallies), 0);
	for (i = 0; i < MANY; i++) {
		const struct sockaddr_un a = address_of(i);

		s->options[i] =
			(struct listen_options){ .name = i ? "b" : "a", .protocol = &protocol };
		s->listener[i].options = s->options + i;
		s->listener[i].fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		assert_int_equal(
			bind(s->listener[i].fd, (const struct sockaddr *)&a, sizeof(a)), 0);
		assert_int_equal(listen(s->listener[i].fd, MANY), 0);
	}
}

static void end(struct scene *s)
{
	struct event_base *base = s->web.base;
	int i;

	web_clear(&s->web);
	event_base_free(base);
	for (i = 0; i < MANY; i++) {
		close(s->listener[i].fd);
		unlink(address_of(i).sun_path);
	}
}

/* Connects a client, which has sent its request when it is accepted. */
static int come(struct scene *s, int listener)
{
	static const char raw[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
	const struct sockaddr_un a = address_of(listener);
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(send(fd, raw, sizeof(raw) - 1, 0), sizeof(raw) - 1);
	assert_int_equal(web_accept(&s->web, s->listener + listener, 1), 0);
	return fd;
}

/* Returns: how many of these clients have got an answer. */
static size_t answered(const int *fd, size_t n)
{
	char byte;
	size_t i, count = 0;

	for (i = 0; i < n; i++)
		count += recv(fd[i], &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 1;
	return count;
}

static void in_turn(void **state)
{
	int fd[MANY + 1];
	struct scene s;
	size_t i;

	(void)state;
	begin(&s);
	for (i = 0; i < MANY; i++)
		fd[i] = come(&s, 0);
	fd[MANY] = come(&s, 1);
	assert_true(web_answer(&s.web, clock_ms()));
	assert_int_equal(answered(fd + MANY, 1), 1);
	assert_int_equal(answered(fd, MANY), WEB_ANSWERS - 1);
	while (web_answer(&s.web, clock_ms()))
		;
	assert_int_equal(answered(fd, MANY), MANY);
	assert_true(TAILQ_EMPTY(&s.web.due));
	for (i = 0; i < COUNT(fd); i++)
		close(fd[i]);
	end(&s);
}

/* One client has two requests, and each of many others has one. */
static void longest_first(void **state)
{
	int fd[MANY + 1];
	struct scene s;
	size_t i;

	(void)state;
	begin(&s);
	fd[MANY] = come(&s, 0);
	for (i = 0; i < MANY; i++)
		fd[i] = come(&s, (int)i);
	assert_true(web_answer(&s.web, clock_ms()));
	assert_int_equal(answered(fd, 1), 0);
	assert_true(web_answer(&s.web, clock_ms()));
	assert_int_equal(answered(fd, 1), 1);
	assert_int_equal(answered(fd, COUNT(fd)), 2 * WEB_ANSWERS);
	for (i = 0; i < COUNT(fd); i++)
		close(fd[i]);
	end(&s);
}

/* The connections of one client are closed before its requests are answered, and it has no turn any more. */
static void closed(void **state)
{
	struct scene s;
	int fd[2];

	(void)state;
	begin(&s);
	fd[0] = come(&s, 0);
	fd[1] = come(&s, 1);
	web_update(&s.web, s.options + 1, 1);
	assert_int_equal(s.web.crowd.count, 1);
	assert_false(web_answer(&s.web, clock_ms()));
	assert_int_equal(answered(fd, 2), 1);
	close(fd[0]);
	close(fd[1]);
	end(&s);
}

static int enter(void **state)
{
	return secret_setup() < 0 ? -1 : temp_enter(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("web: a client with many requests at once delays another client's by one answer",
			in_turn),
		TEST("web: each pass begins with the request that has waited longest",
			longest_first),
		TEST("web: a client whose connections are closed has no turn", closed),
	};

	return cmocka_run_group_tests_name("web", tests, enter, temp_leave);
}
