/* step.h - a batch goes forward and backward through a network, phase by phase, group by group. */
#ifndef GANAS_STEP_H
#define GANAS_STEP_H

#include "convnet.h"

/* Loss, right answers and gradients of the batch that `image` and `label` say. */
void step_run(ganas_convnet *net);

/* Logits in the last node's x, batch norm by running means, of the first `groups` groups. */
void step_predict(ganas_convnet *net, int groups);

#endif
