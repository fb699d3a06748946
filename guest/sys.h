/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_SYS_H
#define GUEST_SYS_H

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * System calls as the kernel has them: the result, or a negative errno. The C library's wrappers
 * bring in locks, cancellation points, a vDSO and fallbacks for old kernels, which a program of one
 * thread and a few milliseconds has no use for, and which are half as large again as the program.
 */
static inline long sys_call(long n, long a, long b, long c, long d, long e, long f)
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

static inline int sys_open_at(int at, const char *path, int flags, unsigned mode)
{
	return (int)sys_call(SYS_openat, at, (long)path, flags | O_CLOEXEC, mode, 0, 0);
}

static inline int sys_open(const char *path, int flags)
{
	return sys_open_at(AT_FDCWD, path, flags, 0);
}

static inline void sys_close(int fd)
{
	sys_call(SYS_close, fd, 0, 0, 0, 0, 0);
}

/* One call, possibly short: for the small texts of proc and sysfs. */
static inline long sys_read(int fd, void *buf, size_t len)
{
	return sys_call(SYS_read, fd, (long)buf, (long)len, 0, 0, 0);
}

static inline long sys_pread(int fd, void *buf, size_t len, uint64_t off)
{
	return sys_call(SYS_pread64, fd, (long)buf, (long)len, (long)off, 0, 0);
}

static inline int sys_ioctl(int fd, unsigned long what, void *arg)
{
	return (int)sys_call(SYS_ioctl, fd, (long)what, (long)arg, 0, 0, 0);
}

static inline int sys_set_flags(int fd, int flags)
{
	return (int)sys_call(SYS_fcntl, fd, F_SETFL, flags, 0, 0, 0);
}

static inline int sys_fsync(int fd)
{
	return (int)sys_call(SYS_fsync, fd, 0, 0, 0, 0, 0);
}

/* musl's, in assembler: the child runs @run on @stack, and its end is the child's. */
int __clone(int (*run)(void *), void *stack, int flags, void *arg, ...);

/* A child in our own memory, with descriptors of its own; the kernel clears *@running at its end. */
static inline pid_t sys_clone(int (*run)(void *), void *stack_end, void *arg, volatile int *running)
{
	return __clone(run, stack_end, CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, arg, NULL, NULL,
		running);
}

static inline uint64_t sys_nanoseconds(clockid_t clock)
{
	struct timespec t = { 0 };

	sys_call(SYS_clock_gettime, clock, (long)&t, 0, 0, 0, 0);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/** sys_read_text - the beginning of a small file, terminated; its length, or -errno. */
long sys_read_text(const char *path, char *text, size_t size);

/** sys_write_all - all of @len, or -errno. */
int sys_write_all(int fd, const void *buf, size_t len);

#endif
