/*
 * cell.h - a record of NAS-Bench-101: one training of one cell.
 *
 * A record is a JSON array: the hash of the cell's graph, epochs, the adjacency matrix's bits row
 * by row, operations with commas between them, and in base64 a message ModelMetrics of Protocol
 * Buffers (nasbench/lib/model_metrics.proto in github.com/google-research/nasbench): 1 evaluations
 * (1 epoch, 2 training time, 3 to 5 accuracy in training, validation and test), 2 parameters, 3
 * total time. Fields of other numbers are left out.
 */
#ifndef GANAS_CELL_H
#define GANAS_CELL_H

#include "base.h"

enum { CELL_START = 0, CELL_HALF = 1, CELL_END = 2, CELL_EVALUATIONS = 3 };

/* Missing numbers are NaN. */
struct cell_evaluation {
    double epoch, time, train, validation, test; /* time in seconds, accuracies 0..1 */
};

struct cell_metrics {
    int64_t evaluations; /* how many there are; the first three are kept */
    struct cell_evaluation evaluation[CELL_EVALUATIONS];
    double parameters, time;
};

struct cell {
    const char *hash, *adjacency, *operations;
    int32_t epochs;
    struct cell_metrics metrics;
    void *json;             /* what the texts belong to */
    unsigned char *message; /* [room] the decoded metrics */
    size_t room;
};

/* Reads a message ModelMetrics; false where it is damaged. */
bool cell_metrics_read(struct cell_metrics *metrics, const unsigned char *bytes, size_t size);

/* Reads a record in place of the one before; `cell` starts as zeros. On failure GANAS_E_PARSE, with
   the reason alone as message. */
int32_t cell_read(struct cell *cell, const unsigned char *bytes, size_t size);
void cell_free(struct cell *cell);

#endif
