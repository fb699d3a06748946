/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entry points of a program and of a child; they replace those of a C library. The programs use no thread-local
 * storage, no constructors and no auxiliary vector, and code to set these up would be a tenth of the program. When the
 * kernel starts a program, argc and argv are on top of the stack (System V ABI, process initialization).
 *
 * sys_clone() has four arguments: a function, a stack, an argument for the function, and the address that the kernel
 * clears when the child ends. 0x200111 is CLONE_VM, CLONE_CHILD_CLEARTID and SIGCHLD. The function and its argument are
 * put onto the child's stack.
 */
#if defined(__x86_64__)
__asm__(".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov (%rsp), %rdi\n"
	"	lea 8(%rsp), %rsi\n"
	"	and $-16, %rsp\n"
	"	call main\n"
	"	mov %eax, %edi\n"
	"	mov $231, %eax\n" /* exit_group */
	"	syscall\n"
	"	hlt\n"
	"\n"
	".globl sys_clone\n"
	"sys_clone:\n"
	"	and $-16, %rsi\n"
	"	sub $16, %rsi\n"
	"	mov %rdi, (%rsi)\n"
	"	mov %rdx, 8(%rsi)\n"
	"	mov %rcx, %r10\n"
	"	mov $0x200111, %edi\n"
	"	mov $56, %eax\n" /* clone */
	"	syscall\n"
	"	test %eax, %eax\n"
	"	jz 1f\n"
	"	ret\n"
	"1:	xor %ebp, %ebp\n"
	"	pop %rax\n"
	"	pop %rdi\n"
	"	call *%rax\n"
	"	mov %eax, %edi\n"
	"	mov $60, %eax\n" /* exit */
	"	syscall\n"
	"	hlt\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	ldr x0, [sp]\n"
	"	add x1, sp, #8\n"
	"	bl main\n"
	"	mov x8, #94\n" /* exit_group */
	"	svc #0\n"
	"	brk #0\n"
	"\n"
	".globl sys_clone\n"
	"sys_clone:\n"
	"	and x1, x1, #-16\n"
	"	stp x0, x2, [x1, #-16]!\n"
	"	mov x4, x3\n"
	"	mov w0, #0x111\n"
	"	movk w0, #0x20, lsl #16\n"
	"	mov x8, #220\n" /* clone */
	"	svc #0\n"
	"	cbz x0, 1f\n"
	"	ret\n"
	"1:	mov x29, #0\n"
	"	ldp x1, x0, [sp], #16\n"
	"	blr x1\n"
	"	mov x8, #93\n" /* exit */
	"	svc #0\n"
	"	brk #0\n");
#else
#error "seedrive-guest: no entry point for this architecture"
#endif
