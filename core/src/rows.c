/* rows.c - nodes of many graphs as rows; equal ones are one. */
#include "rows.h"

#include <string.h>

#include "arena.h"
#include "status.h"

/* ---- memory ---- */

void rows_free(struct rows *rows)
{
    void *each[] = {rows->op,         rows->node,         rows->reads.at, rows->reads.item,
                    rows->readers.at, rows->readers.item, rows->slot};
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++)
        memory_free(each[i]);
    *rows = (struct rows){.share = rows->share};
}

static int32_t slots_for(int32_t count)
{
    int32_t slots = 16;
    while (slots < 2 * count)
        slots *= 2;
    return slots;
}

static int32_t get_memory(struct rows *rows, size_t count, size_t edges)
{
    rows->op = memory_new(count, sizeof *rows->op);
    rows->node = memory_new(count, sizeof *rows->node);
    rows->reads.at = memory_new(count + 1, sizeof *rows->reads.at);
    rows->reads.item = memory_new(edges, sizeof *rows->reads.item);
    rows->readers.at = memory_new(count + 1, sizeof *rows->readers.at);
    rows->readers.item = memory_new(edges, sizeof *rows->readers.item);
    rows->slot = memory_new((size_t)rows->slots, sizeof *rows->slot);
    bool all = rows->op && rows->node && rows->reads.at && rows->reads.item && rows->readers.at &&
               rows->readers.item && rows->slot;
    return all ? GANAS_OK : GANAS_E_MEMORY;
}

int32_t rows_reserve(struct rows *rows, int32_t count, int32_t edges)
{
    if (count <= rows->room && edges <= rows->width) {
        rows_clear(rows);
        return GANAS_OK;
    }
    count = int_max(count, rows->room);
    edges = int_max(edges, rows->width);
    rows_free(rows);
    rows->slots = slots_for(count);
    if (get_memory(rows, (size_t)count, (size_t)edges) != GANAS_OK) {
        rows_free(rows);
        return GANAS_E_MEMORY;
    }
    rows->room = count;
    rows->width = edges;
    return GANAS_OK;
}

void rows_clear(struct rows *rows)
{
    if (rows->share && rows->count)
        memset(rows->slot, 0, (size_t)rows->slots * sizeof *rows->slot);
    rows->count = rows->edges = 0;
}

/* ---- adding ---- */

static void sort(int32_t *list, int n)
{
    for (int i = 1; i < n; i++) {
        int32_t x = list[i];
        int j = i;
        for (; j > 0 && list[j - 1] > x; j--)
            list[j] = list[j - 1];
        list[j] = x;
    }
}

static bool is_row(const struct rows *rows, int32_t r, int op, int node, const int32_t *reads,
                   int n)
{
    const int32_t *at = rows->reads.at + r;
    return rows->op[r] == op && rows->node[r] == node && at[1] - at[0] == n &&
           memcmp(rows->reads.item + at[0], reads, (size_t)n * sizeof *reads) == 0;
}

/* Fibonacci hashing of one number after another. */
static uint32_t hash(int op, int node, const int32_t *reads, int n)
{
    uint64_t h = (uint64_t)op << 8 | (uint64_t)node;
    for (int i = 0; i < n; i++)
        h = (h ^ (h >> 29) ^ (uint64_t)reads[i]) * 0x9e3779b97f4a7c15u;
    h *= 0x9e3779b97f4a7c15u;
    return (uint32_t)(h >> 32);
}

static int32_t append(struct rows *rows, int op, int node, const int32_t *reads, int n)
{
    int32_t r = rows->count++;
    rows->op[r] = (uint8_t)op;
    rows->node[r] = (uint8_t)node;
    rows->reads.at[r] = rows->edges;
    memcpy(rows->reads.item + rows->edges, reads, (size_t)n * sizeof *reads);
    rows->edges += n;
    rows->reads.at[r + 1] = rows->edges;
    return r;
}

int32_t rows_add(struct rows *rows, int op, int node, int32_t *reads, int n)
{
    sort(reads, n);
    if (!rows->share)
        return append(rows, op, node, reads, n);
    uint32_t mask = (uint32_t)rows->slots - 1, i = hash(op, node, reads, n) & mask;
    for (; rows->slot[i]; i = (i + 1) & mask)
        if (is_row(rows, rows->slot[i] - 1, op, node, reads, n))
            return rows->slot[i] - 1;
    int32_t r = append(rows, op, node, reads, n);
    rows->slot[i] = r + 1;
    return r;
}

/* ---- the transpose ---- */

/* Counting sort: at[j + 1] counts, then sums, then moves back as items are placed. */
void lists_transpose(struct lists to, struct lists from, int32_t n, int32_t count)
{
    int32_t *at = to.at, end = from.at[n];
    memset(at, 0, (size_t)(count + 1) * sizeof *at);
    for (int32_t e = 0; e < end; e++)
        at[from.item[e] + 1]++;
    for (int32_t j = 0; j < count; j++)
        at[j + 1] += at[j];
    for (int32_t i = n - 1; i >= 0; i--)
        for (int32_t e = from.at[i + 1] - 1; e >= from.at[i]; e--)
            to.item[--at[from.item[e] + 1]] = i;
    memmove(at, at + 1, (size_t)count * sizeof *at);
    at[count] = end;
}

void rows_close(struct rows *rows)
{
    rows->reads.at[0] = 0;
    lists_transpose(rows->readers, rows->reads, rows->count, rows->count);
}
