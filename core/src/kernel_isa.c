/* kernel_isa.c - the table of kernels of one instruction set. */
#include "kernel_isa.h"

extern const struct kernels KERNEL(kernels);

#define KERNEL_SET(type, name, arguments) .name = KERNEL(name),
const struct kernels KERNEL(kernels) = {.name = KERNEL_QUOTE(KERNEL_ISA), KERNELS(KERNEL_SET)};
