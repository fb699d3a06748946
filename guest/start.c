/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entry point, in place of musl's: nothing here uses thread-local storage, constructors or the
 * auxiliary vector, and setting those up is a tenth of the program. The kernel hands over a stack
 * with argc and argv on top (System V ABI, process initialization).
 */
int main(int argc, char **argv);

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
	"	brk #0\n");
#else
#error "seedrive-guest: no entry point for this architecture"
#endif
