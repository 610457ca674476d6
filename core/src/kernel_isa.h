/*
 * kernel_isa.h - names of what is compiled once for each instruction set: KERNEL(product) is
 * product_avx2 and so on; KERNEL_ISA comes from CMake.
 */
#ifndef GANAS_KERNEL_ISA_H
#define GANAS_KERNEL_ISA_H

#include "kernel.h"
#include "vec.h"

#define KERNEL_PASTE(name, isa) name##_##isa
#define KERNEL_EXPAND(name, isa) KERNEL_PASTE(name, isa)
#define KERNEL(name) KERNEL_EXPAND(name, KERNEL_ISA)
#define KERNEL_STRING(isa) #isa
#define KERNEL_QUOTE(isa) KERNEL_STRING(isa)

#define KERNEL_DECLARE(type, name, arguments) type KERNEL(name) arguments;
KERNELS(KERNEL_DECLARE)
#undef KERNEL_DECLARE

#endif
