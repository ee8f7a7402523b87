// JSON to a flat tape in one call: simdjson walks the text here, so that no call crosses languages per field.
#pragma once
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Equal to WireTapeNode in WireDocument.swift, which says what each field holds.
typedef struct {
    uint32_t key_offset;
    uint32_t key_length;
    uint64_t payload;
    uint32_t next;
    uint8_t kind;
} gw_json_node;

// Equal to WireKind.
enum { gw_json_null, gw_json_bool, gw_json_integer, gw_json_double, gw_json_text, gw_json_blob, gw_json_timestamp, gw_json_list, gw_json_map };

// Equal to WireError.Code where they have the same word.
typedef enum { gw_json_ok, gw_json_malformed, gw_json_truncated, gw_json_limit, gw_json_no_memory } gw_json_status;

typedef struct {
    gw_json_status status;
    const gw_json_node *nodes;  // belongs to this thread's parser: valid until its next call
    size_t node_count;
    size_t arena_used;          // bytes of the arena that nodes may refer to
    size_t error_position;
    const char *error_reason;   // static text, "" when ok
} gw_json_result;

// How large an arena the text needs: its own length, padding, and room for decoded escapes if it has any.
size_t gw_json_arena_capacity(const uint8_t *text, size_t length);

// Parses the text in arena[0 ..< length]. Strings without escapes stay where they are; decoded ones are appended behind
// the padding. Integers beyond 64 signed bits become doubles. Every byte is validated: grammar, UTF-8, numbers, and nothing
// but white space may follow the value.
void gw_json_parse(uint8_t *arena, size_t length, size_t capacity, uint32_t depth_max, gw_json_result *result);

bool gw_utf8_is_valid(const uint8_t *text, size_t length);

#ifdef __cplusplus
}
#endif
