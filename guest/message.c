/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/message.h"

#include <string.h>

#include "guest/node.h"
#include "guest/sys.h"

#define PREFIX "<6>seedrive-guest: "

static void add(struct message *m, const char *text, size_t len)
{
	size_t room = sizeof(m->text) - 1 - m->len;

	if (len > room)
		len = room;
	memcpy(m->text + m->len, text, len);
	m->len += len;
}

void message_begin(struct message *m)
{
	m->len = 0;
	add(m, PREFIX, sizeof(PREFIX) - 1);
}

void message_add(struct message *m, const char *text)
{
	size_t i;

	for (i = 0; text[i]; i++) {
		/* A label comes from the drive. It must not be able to send escape sequences to a terminal. */
		bool plain = text[i] >= ' ' && text[i] <= '~';

		add(m, plain ? text + i : "?", 1);
	}
}

void message_add_number(struct message *m, uint64_t number)
{
	char digits[21] = { 0 };

	message_add(m, sys_number(digits + sizeof(digits) - 1, number));
}

void message_add_id(struct message *m, const uint8_t id[RECORD_ID_SIZE])
{
	char text[2 * RECORD_ID_SIZE + 1];

	hex_encode(id, RECORD_ID_SIZE, text);
	message_add(m, "seed=");
	message_add(m, text);
}

void message_end_line(struct message *m)
{
	add(m, "\n", 1);
}

const char *message_body(const struct message *m, size_t *ret_len)
{
	*ret_len = m->len - (sizeof(PREFIX) - 1);
	return m->text + sizeof(PREFIX) - 1;
}

void message_send(struct message *m, bool kernel_log)
{
	const uint64_t sigpipe = 1u << (SIGPIPE - 1);
	const size_t level = 3; /* the length of "<6>", which only the kernel's log gets */
	int fd;

	m->text[m->len++] = '\n';
	/* The kernel's log is written first, because nobody can close it. */
	fd = kernel_log ? node_open("/dev/kmsg", O_WRONLY, S_IFCHR, 1, 11) : -1;
	if (fd >= 0) {
		(void)sys_write_all(fd, m->text, m->len);
		sys_close(fd);
	}
	/* If standard error is a closed pipe, SIGPIPE must not end this process before it has wiped all secrets. */
	sys_call6(SYS_rt_sigprocmask, SIG_BLOCK, (long)&sigpipe, 0, sizeof(sigpipe), 0, 0);
	(void)sys_write_all(STDERR_FILENO, m->text + level, m->len - level);
}
