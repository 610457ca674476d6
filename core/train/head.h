/*
 * head.h - the last layer: means over positions, a linear layer with bias, softmax and cross
 * entropy.
 *
 *     logit_k = bias_k + sum over c of w[k][c] mean_c
 */
#ifndef GANAS_HEAD_H
#define GANAS_HEAD_H

#include "convnet.h"

/* The group's logits, in x. */
void head_forward(ganas_convnet *net, const struct node *node, int group);

/* Loss (a sum over images) and right answers by the labels of the batch; the logits' gradients of
   the mean loss in d. */
void head_loss(ganas_convnet *net, const struct node *node, int group);

/* Gradients of weights, bias and the input. */
void head_backward(ganas_convnet *net, const struct node *node, int group);

#endif
