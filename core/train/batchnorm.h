/*
 * batchnorm.h - batch normalization (Ioffe and Szegedy 2015) with ReLU, channel by channel, N
 * numbers of the batch each:
 *
 *     y = max(factor u + shift, 0)   u = (x - mean) / sqrt(variance + 1e-5)
 *
 * Sums are made by each group and added up in order. Running means move by a tenth.
 */
#ifndef GANAS_BATCHNORM_H
#define GANAS_BATCHNORM_H

#include "convnet.h"

/* The group's sums of x and x^2. */
void batchnorm_sums(ganas_convnet *net, const struct node *node, int group);

/* y of the group by the sums of all groups. Group 0 moves the running means. */
void batchnorm_forward(ganas_convnet *net, const struct node *node, int group);

/* y of the group by the running means. */
void batchnorm_predict(ganas_convnet *net, const struct node *node, int group);

/* The group's sums of d and d x, d being the gradient before ReLU. */
void batchnorm_back_sums(ganas_convnet *net, const struct node *node, int group);

/* `d` becomes the gradient of x; group 0 sets the gradients of factor and shift, in its `grad`. */
void batchnorm_backward(ganas_convnet *net, const struct node *node, int group);

#endif
