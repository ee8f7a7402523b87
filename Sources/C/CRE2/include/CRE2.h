// RE2 behind a C face: linear time, bounded memory, safe for patterns that users write.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gw_re2 gw_re2;

/// Compiles `pattern` (UTF-8). On failure returns NULL and writes the reason, cut to `reason_capacity` bytes and 0-terminated.
gw_re2 *gw_re2_compile(const char *pattern, size_t length, int64_t memory_bytes_max, char *reason, size_t reason_capacity);
void gw_re2_free(gw_re2 *expression);

int gw_re2_group_count(const gw_re2 *expression);
/// The name of capture group `group` (1-based), or NULL; valid while `expression` lives.
const char *gw_re2_group_name(const gw_re2 *expression, int group);

/// Searches `text` from `start` on. `spans` takes 2 * `span_count` offsets (begin, end; -1 for a group that took no part), group 0 first.
/// Returns 1 on a match. `anchored`: the match must cover the whole text.
int gw_re2_match(const gw_re2 *expression, const char *text, size_t length, size_t start, int anchored, int64_t *spans, int span_count);

/// The C library's search for bytes, which Swift's Glibc does not show. NULL when `needle` is not in `text`.
const void *gw_find_bytes(const void *text, size_t length, const void *needle, size_t needle_length);

#ifdef __cplusplus
}
#endif
