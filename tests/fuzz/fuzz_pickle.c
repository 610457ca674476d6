/* fuzz_pickle.c - a pickle, and every value that can be reached by its keys. */
#include "target.h"

#include "pickle.h"

/* Items down to a depth: a hostile pickle may hold itself. */
static void walk(const struct pickle *p, uint32_t value, int depth)
{
    const struct pickle_item *item = depth > 0 ? pickle_items(p, value) : NULL;
    for (int n = 0; item && n < 20; n++, item = pickle_after(p, item)) {
        fuzz_sink = pickle_number(p, item->key) > 0;
        fuzz_sink = pickle_is_text(p, item->key, "arch_str");
        walk(p, item->value, depth - 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct pickle p = {0};
    uint32_t root;
    if (pickle_read(&p, bytes, size, &root) == GANAS_OK) {
        walk(&p, root, 6);
        fuzz_sink = pickle_get(&p, root, "meta_archs");
        fuzz_sink = pickle_get_number(&p, root, 1);
    }
    pickle_free(&p);
    return 0;
}
