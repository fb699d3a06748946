/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/identity.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#define PID_BITS 23 /* enough for Linux, whose largest pid is 2^22 */

account_id identity_account(int fd, unsigned listener)
{
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);
	account_id id = listener;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		peer = (struct ucred){ 0 };
	id = id << PID_BITS | (account_id)(peer.pid & ((1 << PID_BITS) - 1));
	return id << 32 | (account_id)(uint32_t)peer.uid;
}

static uint64_t number_of_four(uint32_t network_order)
{
	const uint32_t four = ntohl(network_order);

	return four >> 24 == 127 ? 0 : four;
}

/* Returns: a number for the address; 0 for each loopback address, and for anything that is no IP address. The address of
 * a client by IPv4 has the same number if the socket is one of IPv6 that serves both. */
static uint64_t address_number(const struct sockaddr_storage *a)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)a;
	uint64_t network = 0; /* the first 64 bits */
	uint32_t four;

	if (a->ss_family == AF_INET)
		return number_of_four(((const struct sockaddr_in *)a)->sin_addr.s_addr);
	if (a->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
		memcpy(&four, six->sin6_addr.s6_addr + 12, sizeof(four));
		return number_of_four(four);
	}
	if (a->ss_family == AF_INET6 && !IN6_IS_ADDR_LOOPBACK(&six->sin6_addr))
		memcpy(&network, &six->sin6_addr, sizeof(network));
	return network;
}

account_id identity_web_account(int fd, unsigned listener)
{
	struct sockaddr_storage a = { 0 };
	socklen_t len = sizeof(a);

	if (getpeername(fd, (struct sockaddr *)&a, &len) < 0 || a.ss_family == AF_UNIX)
		return identity_account(fd, listener);
	return (account_id)listener << (PID_BITS + 32) ^
		address_number(&a) * 0x9e3779b97f4a7c15 >> 9;
}

/* For a TCP client the kernel reports a pid of 0. */
void identity_peer(int fd, int64_t *uid, int64_t *pid)
{
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || peer.pid == 0)
		return;
	*uid = (int64_t)peer.uid;
	*pid = peer.pid;
}

void identity_question(int fd, struct policy_question *q)
{
	struct sockaddr_storage a = { 0 };
	socklen_t len = sizeof(a);

	identity_peer(fd, &q->uid, &q->pid);
	if (getpeername(fd, (struct sockaddr *)&a, &len) < 0)
		return;
	if (a.ss_family == AF_INET) {
		const struct sockaddr_in *four = (const struct sockaddr_in *)&a;

		(void)inet_ntop(AF_INET, &four->sin_addr, q->address, sizeof(q->address));
	} else if (a.ss_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&a;

		(void)inet_ntop(AF_INET6, &six->sin6_addr, q->address, sizeof(q->address));
	}
}
