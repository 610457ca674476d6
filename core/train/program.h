/*
 * program.h - what a step does for each group of images, in phases: batch norm needs the sums of
 * all groups, forward and back, so that every group has to be through with a phase before the next.
 */
#ifndef GANAS_PROGRAM_H
#define GANAS_PROGRAM_H

#include "convnet.h"

/* Actions and phases for the layers of a network, and where gradients add to others. */
void program_make(ganas_convnet *net);

#endif
