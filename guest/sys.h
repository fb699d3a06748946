/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_SYS_H
#define GUEST_SYS_H

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

/*
 * System calls that return what the kernel returns: the result, or a negative errno. The C library's wrappers would
 * also bring in locks, cancellation points, a vDSO and fallbacks for old kernels. A program that has one thread and
 * runs for a few milliseconds does not need these, and they would make it half as large again.
 */
static inline long sys_call6(long n, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long r;

	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return r;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = n;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
#else
#error "seedrive-guest: no system call convention for this architecture"
#endif
}

/* Most calls have at most three arguments. This function has no others, so no code is needed that clears their
 * registers. */
static inline long sys_call(long n, long a, long b, long c)
{
#if defined(__x86_64__)
	long r;

	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(n), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return r;
#else
	return sys_call6(n, a, b, c, 0, 0, 0);
#endif
}

/* These are functions and not inline, because that keeps the program small. */
int sys_open_at(int at, const char *path, int flags, unsigned mode); /* O_CLOEXEC is added */
int sys_open(const char *path, int flags);
int sys_open_dir(int at, const char *path);
void sys_close(int fd);
long sys_read(
	int fd, void *buf, size_t len); /* may read less: for the small texts of proc and sysfs */
long sys_write(int fd, const void *buf, size_t len); /* may write less */
long sys_pread(int fd, void *buf, size_t len, uint64_t off);
long sys_pwrite(int fd, const void *buf, size_t len, uint64_t off);
int sys_ioctl(int fd, unsigned long what, void *arg);
int sys_set_flags(int fd, int flags);
int sys_set_handler(int number, uint64_t handler); /* of a signal: SIG_DFL is 0, SIG_IGN is 1 */
int sys_fsync(int fd);
int sys_unlink_at(int at, const char *path);
long sys_read_link(const char *path, char *text, size_t size);
int sys_find_at(int at, const char *path); /* 0 if it exists, -ENOENT if not, or another -errno */
bool sys_exists(const char *path);

/* The kernel fills in the C library's structures: on architectures where a long has 64 bits, such as all of ours, these
 * are the same as the kernel's own. @at_flags: 0 or AT_SYMLINK_NOFOLLOW. */
int sys_stat_at(int at, const char *path, int at_flags, struct stat *ret);
int sys_fstat(int fd, struct stat *ret);
int sys_fstatfs(int fd, struct statfs *ret);

/* In guest/start.c: starts a child that shares our memory but has separate descriptors. The child ends when @run
 * returns; then the kernel clears *@running. Returns: its pid or -errno. */
pid_t sys_clone(int (*run)(void *), void *stack_end, void *arg, volatile int *running);

uint64_t sys_nanoseconds(clockid_t clock);

/** sys_read_text - read the beginning of a small file, and terminate it with a zero. Returns: its length or -errno. */
long sys_read_text(const char *path, char *text, size_t size);

/** sys_write_all - write all @len bytes. Returns: 0 or -errno. */
int sys_write_all(int fd, const void *buf, size_t len);

/**
 * sys_number - write a decimal number whose last digit is just before @end
 * Returns: the position of its first digit.
 */
char *sys_number(char *end, uint64_t number);

/** sys_join - join three pieces of a path; each of them may be empty. Returns: false if they do not fit. */
bool sys_join(char *out, size_t size, const char *a, const char *b, const char *c);

/**
 * sys_each_name - call @each with every name in a folder, except those that begin with a dot; no result ends this early
 * It needs no heap, unlike opendir(3). Returns: did a call return true?
 */
bool sys_each_name(const char *folder, bool (*each)(void *ctx, const char *name), void *ctx);

#endif
