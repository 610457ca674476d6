/* kernel_isa.c - the table of kernels of one instruction set. */
#include "kernel_isa.h"

const struct kernels KERNEL(kernels) = {
    .name = KERNEL_QUOTE(KERNEL_ISA),
    .product = KERNEL(product),
    .product_nt = KERNEL(product_nt),
    .transpose = KERNEL(transpose),
};
