#include "include/CRE2.h"

#include <re2/re2.h>

#include <cstring>
#include <map>
#include <new>
#include <string>
#include <vector>

struct gw_re2 {
    re2::RE2 expression;
    gw_re2(const re2::StringPiece &pattern, const re2::RE2::Options &options) : expression(pattern, options) {}
};

gw_re2 *gw_re2_compile(const char *pattern, size_t length, int64_t memory_bytes_max, char *reason, size_t reason_capacity) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(memory_bytes_max);
    auto *result = new (std::nothrow) gw_re2(re2::StringPiece(pattern, length), options);
    if (result == nullptr) return nullptr;
    if (result->expression.ok()) return result;
    if (reason_capacity > 0) {
        std::strncpy(reason, result->expression.error().c_str(), reason_capacity - 1);
        reason[reason_capacity - 1] = 0;
    }
    delete result;
    return nullptr;
}

void gw_re2_free(gw_re2 *expression) { delete expression; }

int gw_re2_group_count(const gw_re2 *expression) { return expression->expression.NumberOfCapturingGroups(); }

const char *gw_re2_group_name(const gw_re2 *expression, int group) {
    const auto &names = expression->expression.CapturingGroupNames();
    const auto found = names.find(group);
    return found == names.end() ? nullptr : found->second.c_str();
}

int gw_re2_match(const gw_re2 *expression, const char *text, size_t length, size_t start, int anchored, int64_t *spans, int span_count) {
    re2::StringPiece groups[32];
    if (span_count > 32) span_count = 32;
    const re2::StringPiece subject(text, length);
    const auto anchor = anchored ? re2::RE2::ANCHOR_BOTH : re2::RE2::UNANCHORED;
    if (!expression->expression.Match(subject, start, length, anchor, groups, span_count)) return 0;
    for (int i = 0; i < span_count; i++) {
        const bool took_part = groups[i].data() != nullptr;
        spans[2 * i] = took_part ? groups[i].data() - text : -1;
        spans[2 * i + 1] = took_part ? groups[i].data() + groups[i].size() - text : -1;
    }
    return 1;
}

const void *gw_find_bytes(const void *text, size_t length, const void *needle, size_t needle_length) {
    return memmem(text, length, needle, needle_length);
}
