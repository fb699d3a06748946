/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include <sys/socket.h>

static uid_t others; /* what is added to the uid of each client that connects */

static int peer_of(int fd, int level, int name, void *value, socklen_t *len)
{
	const int r = getsockopt(fd, level, name, value, len);

	((struct ucred *)value)->uid += others;
	return r;
}

/* The source file is included a second time, so that the test sees what is logged, and says who connects. */
#define getsockopt          peer_of
#define connections_init    crowded_init
#define connections_clear   crowded_clear
#define connections_accept  crowded_accept
#define connections_answer  crowded_answer
#define connections_dismiss crowded_dismiss
#define log_limited         fake_limited
#define log_unaccepted      fake_unaccepted
#include "serve/connections.c"
#undef log_unaccepted
#undef log_limited
#undef connections_dismiss
#undef connections_answer
#undef connections_accept
#undef connections_clear
#undef connections_init
#undef getsockopt

#include "serve/broker.h"

#include <sys/resource.h>
#include <sys/un.h>

static unsigned limited, unaccepted;

void fake_limited(unsigned requests, account_id last)
{
	(void)last;
	limited += requests;
}

void fake_unaccepted(unsigned count, account_id last)
{
	assert_int_equal(last, getuid());
	unaccepted += count;
}

struct scene {
	struct reservoir *stock;
	struct desk desk;
	struct subuids subuids;
	struct connections all;
	struct listen_options options;
	struct listener listener;
};

static const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };

static void begin(struct scene *s)
{
	*s = (struct scene){ .stock = reservoir_new(1),
		.options = { .protocol = &broker_protocol },
		.listener = {
			.fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) } };
	s->listener.options = &s->options;
	assert_int_equal(
		bind(s->listener.fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(s->listener.fd, 64), 0);
	assert_int_equal(desk_init(&s->desk, s->stock, 1, 1), 0);
	subuids_init(&s->subuids, "absent", "absent");
	assert_int_equal(crowded_init(&s->all, event_base_new(), &s->desk, &s->subuids), 0);
	limited = unaccepted = 0;
}

static void end(struct scene *s)
{
	crowded_clear(&s->all);
	event_base_free(s->all.base);
	subuids_clear(&s->subuids);
	desk_clear(&s->desk);
	reservoir_free(s->stock);
	close(s->listener.fd);
	unlink(address.sun_path);
}

/* Connects a client, which has sent a request if @asks. */
static int come(struct scene *s, bool asks)
{
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	uint8_t raw[BROKER_REQUEST_SIZE];

	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	broker_request_encode(raw, &(struct broker_request){ 1, 1 });
	if (asks)
		assert_int_equal(send(fd, raw, sizeof(raw), 0), sizeof(raw));
	assert_int_equal(crowded_accept(&s->all, &s->listener, 1), 0);
	return fd;
}

static bool is_closed(int fd)
{
	uint8_t byte;

	errno = 0;
	return recv(fd, &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET;
}

/* Lets this process open @need files; if it may not, the test is skipped. */
static void raise_limit(rlim_t need)
{
	struct rlimit files;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	if (files.rlim_max < need)
		skip();
	files.rlim_cur = files.rlim_cur < need ? need : files.rlim_cur;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
}

/* All connections of a user wait for an answer, so that none of them can be closed for one more of the same user. */
static void not_accepted(void **state)
{
	static int fd[CONNECTIONS_MAX + 2];
	struct scene s;
	size_t i;

	(void)state;
	raise_limit(2 * COUNT(fd) + 64);
	begin(&s);
	for (i = 0; i < COUNT(fd); i++)
		fd[i] = come(&s, true);
	assert_int_equal(s.all.crowd.count, CONNECTIONS_MAX);
	assert_int_equal(s.all.refused, 2);
	assert_int_equal(s.desk.all_limited, 0);
	assert_true(is_closed(fd[CONNECTIONS_MAX]) && !is_closed(fd[0]));
	for (i = 0; i < COUNT(fd); i++)
		close(fd[i]);
	end(&s);
	assert_int_equal(unaccepted, 2);
	assert_int_equal(limited, 0);
}

static enum broker_status answer_of(int fd)
{
	static uint8_t raw[BROKER_ANSWER_MAX];
	struct broker_block block[1];
	enum broker_status status;
	const ssize_t n = recv(fd, raw, sizeof(raw), MSG_DONTWAIT);

	assert_true(n > 0);
	assert_int_equal(broker_answer_parse(
				 raw, (size_t)n, &(struct broker_request){ 1, 1 }, block, &status),
		0);
	return status;
}

/* All connections of one user wait for an answer, and another user connects. */
static void other_user(void **state)
{
	static int fd[CONNECTIONS_MAX + 1];
	struct scene s;
	size_t i;

	(void)state;
	raise_limit(2 * COUNT(fd) + 64);
	begin(&s);
	for (i = 0; i < COUNT(fd); i++) {
		others = i == CONNECTIONS_MAX;
		fd[i] = come(&s, true);
	}
	others = 0;
	assert_int_equal(s.all.crowd.count, CONNECTIONS_MAX);
	assert_int_equal(s.all.refused, 1);
	assert_true(!is_closed(fd[CONNECTIONS_MAX]) && !is_closed(fd[1]));
	assert_int_equal(answer_of(fd[0]), BROKER_LIMITED);
	assert_true(is_closed(fd[0]));
	for (i = 0; i < COUNT(fd); i++)
		close(fd[i]);
	end(&s);
	assert_int_equal(unaccepted, 0);
}

static void made_room(void **state)
{
	int fd[CONNECTIONS_SILENT + 3];
	struct scene s;
	size_t i;

	(void)state;
	begin(&s);
	for (i = 0; i < COUNT(fd); i++)
		fd[i] = come(&s, false);
	assert_int_equal(s.all.crowd.count, CONNECTIONS_SILENT);
	assert_int_equal(s.all.refused, 3);
	assert_true(is_closed(fd[2]) && !is_closed(fd[3]));
	/* One that the client has closed itself is not counted. */
	close(fd[3]);
	fd[3] = come(&s, false);
	assert_int_equal(s.all.refused, 3);
	for (i = 0; i < COUNT(fd); i++)
		close(fd[i]);
	end(&s);
	assert_int_equal(unaccepted, 0);
}

static int enter(void **state)
{
	return secret_setup() < 0 ? -1 : temp_enter(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("connections: one that is not accepted is counted and logged as such, not as a request",
			not_accepted),
		TEST("connections: if all of one user's wait, another user is accepted, and the one that waited longest is refused",
			other_user),
		TEST("connections: those closed to make room are counted", made_room),
	};

	return cmocka_run_group_tests_name("connections", tests, enter, temp_leave);
}
