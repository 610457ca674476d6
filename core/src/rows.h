/*
 * rows.h - the nodes of many graphs as rows to be encoded.
 *
 * A row is an operation (and a node's number) and the rows it reads. What a node's row is worked
 * out to be depends on nothing else when messages come from reads only: then nodes that agree in
 * all of that, in one graph or in many, are one row, and equal beginnings of graphs are encoded
 * once (`share`). With messages from readers too every node is a row of its own.
 *
 *     rows_clear(&rows);  id = rows_add(&rows, op, node, reads, n); ...  rows_close(&rows);
 */
#ifndef GANAS_ROWS_H
#define GANAS_ROWS_H

#include "base.h"

/* Lists of row r: items at[r] .. at[r + 1] - 1 of `item`. */
struct lists {
    int32_t *at;   /* [count + 1] */
    int32_t *item; /* [at[count]] */
};

/* to <- the transpose of from[0..n-1], whose items are 0..count-1; items of each list ascend. */
void lists_transpose(struct lists to, struct lists from, int32_t n, int32_t count);

struct rows {
    bool share;
    int32_t count, room;  /* rows; room for so many */
    int32_t edges, width; /* reads of all rows; room for so many */
    uint8_t *op, *node;   /* [room] */
    struct lists
        reads; /* rows that a row reads, ascending; one that is read twice is there twice */
    struct lists readers; /* after rows_close: the transpose */
    int32_t *slot, slots; /* hash table of row + 1, 0: free; a power of two */
};

/* Room for so many rows and reads in all; what was there is lost. GANAS_E_MEMORY. */
int32_t rows_reserve(struct rows *rows, int32_t count, int32_t edges);
void rows_free(struct rows *rows);
void rows_clear(struct rows *rows);

/* The row of a node, which is new unless `share` finds it; reads[n] are rows, sorted in place. */
int32_t rows_add(struct rows *rows, int op, int node, int32_t *reads, int n);

/* Fills `readers`, once all rows are there. */
void rows_close(struct rows *rows);

#endif
