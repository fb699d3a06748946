/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `seedrive serve --status`: asks the running daemon, and prints its answer. */
#include "cli/serve_status.h"
#include "cli/json_print.h"
#include "cli/print.h"
#include "seed/source/broker_client.h"
#include "util/clock.h"
#include "util/json_build.h"
#include "util/wire/broker.h"
#include "util/wire/status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define WAIT_MS 5000

/* --- asking --- */

static int receive(int fd, char *answer, size_t *ret_len)
{
	const struct timeval wait = { WAIT_MS / 1000, 0 };
	uint8_t request[STATUS_REQUEST_SIZE];
	ssize_t n;

	status_request_encode(request);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (send(fd, request, sizeof(request), MSG_NOSIGNAL) != sizeof(request))
		return -errno;
	n = recv(fd, answer, STATUS_MAX, 0);
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	*ret_len = (size_t)n;
	return n == 0 ? -ECONNRESET : 0;
}

/* To a user who may not ask, the daemon answers with a packet of the broker protocol. */
static int check(const char *path, const char *answer, size_t len, struct fault *f)
{
	static const char first[] = "status version=1\n";

	if (len > strlen(first) && memcmp(answer, first, strlen(first)) == 0)
		return 0;
	if (len == BROKER_HEAD_SIZE)
		return fault_set(f, -EPERM,
			"%s: refused: only root and the daemon's user may ask, or the daemon is of another version",
			path);
	return fault_set(f, -EBADMSG, "%s: the answer is not valid", path);
}

static int ask(const char *path, char *answer, size_t *ret_len, struct fault *f)
{
	const int fd = broker_connect(path, clock_ms() + WAIT_MS);
	int r;

	if (fd < 0)
		return fault_errno(f, fd, path);
	r = receive(fd, answer, ret_len);
	close(fd);
	return r < 0 ? fault_errno(f, r, path) : check(path, answer, *ret_len, f);
}

/* --- printing --- */

/* Returns: the name of the list to which a part of the status belongs, if the status can have several such parts. */
static const char *list_of(const char *word)
{
	static const char *const lists[][2] = { { "source", "sources" },
		{ "listener", "listeners" }, { "client", "clients" } };
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (strcmp(word, lists[i][0]) == 0)
			return lists[i][1];
	return NULL;
}

static json_object *member_of(json_object *all, const char *word)
{
	const char *list = list_of(word);
	json_object *one = json_object_new_object(), *to;

	if (!list) {
		json_object_object_add(all, word, one);
	} else if (json_object_object_get_ex(all, list, &to)) {
		json_object_array_add(to, one);
	} else {
		to = json_object_new_array();
		json_object_object_add(all, list, to);
		json_object_array_add(to, one);
	}
	return one;
}

static int print_json(const char *p, const char *end)
{
	json_object *all = json_object_new_object(), *one;
	struct status_field field;
	char word[STATUS_WORD_MAX];
	int r;

	while ((r = status_read_word(&p, end, word)) > 0) {
		one = member_of(all, word);
		while ((r = status_read_field(&p, end, &field)) > 0)
			if (field.is_text)
				json_add_text(one, field.name, field.text);
			else
				json_add_number(one, field.name, field.number);
		if (r < 0)
			break;
	}
	if (r == 0)
		json_print(all, stdout);
	else
		json_object_put(all);
	return r;
}

static void print_field(const struct status_field *field)
{
	if (field->is_text && strchr(field->text, ' '))
		print_part(stdout, "  %s=\"%s\"", field->name, field->text);
	else if (field->is_text && field->text[0])
		print_part(stdout, "  %s=%s", field->name, field->text);
	else if (!field->is_text)
		print_part(stdout, "  %s=%" PRIu64, field->name, field->number);
}

static int print_table(const char *p, const char *end)
{
	struct status_field field;
	char word[STATUS_WORD_MAX];
	int r;

	while ((r = status_read_word(&p, end, word)) > 0) {
		const bool shown = strcmp(word, "status") != 0;

		if (shown)
			print_part(stdout, "%-9s", word);
		while ((r = status_read_field(&p, end, &field)) > 0)
			if (shown)
				print_field(&field);
		if (r < 0)
			break;
		if (shown)
			print_line(stdout, "%s", "");
	}
	return r;
}

int serve_status(const char *path, bool json, struct fault *f)
{
	char *answer = malloc(STATUS_MAX);
	size_t len = 0;
	int r = answer ? ask(path, answer, &len, f) : fault_errno(f, -ENOMEM, "--status");

	if (r == 0) {
		r = json ? print_json(answer, answer + len) : print_table(answer, answer + len);
		if (r < 0)
			fault_set(f, r, "%s: the answer is not valid", path);
	}
	free(answer);
	return r;
}
