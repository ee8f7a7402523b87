#include "include/CSimdjson.h"

#include <simdjson.h>

#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

using namespace simdjson;

namespace {

constexpr size_t kept_capacity_max = 4 << 20;  // a thread keeps the buffers of ordinary requests, not of a huge one

struct Scratch {
    ondemand::parser parser;
    std::vector<gw_json_node> nodes;
};

std::string_view trimmed(std::string_view token) {
    while (!token.empty() && (token.back() == ' ' || token.back() == '\n' || token.back() == '\t' || token.back() == '\r')) {
        token.remove_suffix(1);
    }
    return token;
}

/// simdjson refuses integers beyond 64 bits; their nearest double is what every other JSON reader gives.
bool big_integer(std::string_view token, double &value) {
    const bool negative = !token.empty() && token.front() == '-';
    const auto digits = token.substr(negative ? 1 : 0);
    if (digits.size() < 19 || digits.front() == '0') return false;
    for (char c : digits) {
        if (c < '0' || c > '9') return false;
    }
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
    return error == std::errc() && end == token.data() + token.size();
}

/// simdjson 3.0 answers 0 for a decimal of more than 19 digits, the point counted; those it has checked are read anew.
void many_digits(std::string_view token, double &value) {
    if (token.size() > 19) std::from_chars(token.data(), token.data() + token.size(), value);
}

class Walker {
  public:
    Walker(std::vector<gw_json_node> &nodes, uint8_t *arena, size_t length, size_t capacity, uint32_t depth_max)
        : nodes(nodes), arena(reinterpret_cast<char *>(arena)), tail(length + SIMDJSON_PADDING), tail_start(tail),
          capacity(capacity), depth_max(depth_max) {}

    error_code document(ondemand::document &document) {
        ondemand::json_type type;
        if (auto error = document.type().get(type)) return error;
        if (type == ondemand::json_type::array || type == ondemand::json_type::object) {
            ondemand::value value;
            if (auto error = document.get_value().get(value)) return error;
            if (auto error = walk(value, {0, 0}, 0)) return error;
        } else if (type == ondemand::json_type::boolean || type == ondemand::json_type::null) {
            return root_word(document);
        } else {
            if (auto error = scalar(document, type, {0, 0})) return error;
            // simdjson refused the integer and stands before it still.
            if (end_of_big_integer) return is_blank(end_of_big_integer) ? SUCCESS : TRAILING_CONTENT;
        }
        // Past the last token there is no current location.
        return document.current_location().error() == OUT_OF_BOUNDS ? SUCCESS : TRAILING_CONTENT;
    }

    size_t used(size_t length) const { return tail == tail_start ? length : tail; }

  private:
    struct Slice {
        uint32_t offset, length;
    };

    error_code walk(ondemand::value &value, Slice key, uint32_t depth) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return error;
        switch (type) {
        case ondemand::json_type::array: return depth < depth_max ? list(value, key, depth) : DEPTH_ERROR;
        case ondemand::json_type::object: return depth < depth_max ? map(value, key, depth) : DEPTH_ERROR;
        default: return scalar(value, type, key);
        }
    }

    /// simdjson 3.0.1 takes `false0` for false at the root and refuses `null` before a blank, so these words are read here.
    error_code root_word(ondemand::document &document) {
        std::string_view token;
        if (auto error = document.raw_json_token().get(token)) return error;
        token = trimmed(token);
        if (token == "true" || token == "false") {
            append(gw_json_bool, token == "true", {0, 0});
        } else if (token == "null") {
            append(gw_json_null, 0, {0, 0});
        } else {
            return N_ATOM_ERROR;
        }
        return is_blank(token.data() + token.size()) ? SUCCESS : TRAILING_CONTENT;
    }

    error_code list(ondemand::value &value, Slice key, uint32_t depth) {
        const size_t node = append(gw_json_list, 0, key);
        uint64_t count = 0;
        ondemand::array array;
        if (auto error = value.get_array().get(array)) return error;
        for (auto item : array) {
            ondemand::value element;
            if (auto error = item.get(element)) return error;
            if (auto error = walk(element, {0, 0}, depth + 1)) return error;
            ++count;
        }
        return close(node, count);
    }

    error_code map(ondemand::value &value, Slice key, uint32_t depth) {
        const size_t node = append(gw_json_map, 0, key);
        uint64_t count = 0;
        ondemand::object object;
        if (auto error = value.get_object().get(object)) return error;
        for (auto item : object) {
            ondemand::field field;
            if (auto error = std::move(item).get(field)) return error;
            Slice name;
            if (auto error = member_name(field, name)) return error;
            if (auto error = walk(field.value(), name, depth + 1)) return error;
            ++count;
        }
        return close(node, count);
    }

    error_code member_name(ondemand::field &field, Slice &name) {
        const char *start = field.key().raw();
        const char *quote = static_cast<const char *>(std::memchr(start, '"', arena + tail_start - start));
        if (!quote) return STRING_ERROR;
        if (!std::memchr(start, '\\', quote - start)) {
            name = in_place({start, static_cast<size_t>(quote - start)});
            return SUCCESS;
        }
        std::string_view decoded;
        if (auto error = field.unescaped_key().get(decoded)) return error;
        return copied(decoded, name);
    }

    template <typename Value>
    error_code scalar(Value &value, ondemand::json_type type, Slice key) {
        switch (type) {
        case ondemand::json_type::string: return string(value, key);
        case ondemand::json_type::number: return number(value, key);
        case ondemand::json_type::boolean: {
            bool truth;
            if (auto error = value.get_bool().get(truth)) return error;
            append(gw_json_bool, truth, key);
            return SUCCESS;
        }
        case ondemand::json_type::null: {
            bool is_null;
            if (auto error = value.is_null().get(is_null)) return error;
            if (!is_null) return N_ATOM_ERROR;
            append(gw_json_null, 0, key);
            return SUCCESS;
        }
        default: return TAPE_ERROR;
        }
    }

    template <typename Value>
    error_code string(Value &value, Slice key) {
        Slice text;
        std::string_view token;
        // The token runs from the opening quote to the next structural character or the end of the text.
        if (!simdjson_result<std::string_view>(value.raw_json_token()).get(token)) {
            token = trimmed(token);
            if (token.size() >= 2 && token.back() == '"' && !std::memchr(token.data(), '\\', token.size())) {
                ondemand::raw_json_string raw;
                if (auto error = value.get_raw_json_string().get(raw)) return error;
                text = in_place(token.substr(1, token.size() - 2));
                append(gw_json_text, pack(text), key);
                return SUCCESS;
            }
        }
        std::string_view decoded;
        if (auto error = value.get_string().get(decoded)) return error;
        if (auto error = copied(decoded, text)) return error;
        append(gw_json_text, pack(text), key);
        return SUCCESS;
    }

    template <typename Value>
    error_code number(Value &value, Slice key) {
        std::string_view token;
        if (auto error = simdjson_result<std::string_view>(value.raw_json_token()).get(token)) return error;
        ondemand::number number;
        const auto error = value.get_number().get(number);
        double approximation;
        if (error) {
            if (!big_integer(trimmed(token), approximation)) return error;
            end_of_big_integer = trimmed(token).data() + trimmed(token).size();
        } else if (number.is_int64()) {
            append(gw_json_integer, static_cast<uint64_t>(number.get_int64()), key);
            return SUCCESS;
        } else {
            approximation = number.is_uint64() ? static_cast<double>(number.get_uint64()) : number.get_double();
            many_digits(trimmed(token), approximation);
        }
        uint64_t bits;
        std::memcpy(&bits, &approximation, sizeof bits);
        append(gw_json_double, bits, key);
        return SUCCESS;
    }

    size_t append(uint8_t kind, uint64_t payload, Slice key) {
        nodes.push_back({key.offset, key.length, payload, static_cast<uint32_t>(nodes.size() + 1), kind});
        return nodes.size() - 1;
    }

    error_code close(size_t node, uint64_t count) {
        nodes[node].payload = count;
        nodes[node].next = static_cast<uint32_t>(nodes.size());
        return SUCCESS;
    }

    static uint64_t pack(Slice text) { return text.offset | static_cast<uint64_t>(text.length) << 32; }

    Slice in_place(std::string_view text) const {
        return {static_cast<uint32_t>(text.data() - arena), static_cast<uint32_t>(text.size())};
    }

    error_code copied(std::string_view text, Slice &slice) {
        if (text.empty()) return slice = {0, 0}, SUCCESS;  // nothing behind the padding may be in use
        if (text.size() > capacity - tail) return CAPACITY;
        std::memcpy(arena + tail, text.data(), text.size());
        slice = {static_cast<uint32_t>(tail), static_cast<uint32_t>(text.size())};
        tail += text.size();
        return SUCCESS;
    }

    bool is_blank(const char *rest) const {
        return trimmed({rest, static_cast<size_t>(arena + tail_start - SIMDJSON_PADDING - rest)}).empty();
    }

    std::vector<gw_json_node> &nodes;
    char *arena;
    size_t tail;
    const char *end_of_big_integer = nullptr;
    const size_t tail_start;
    const size_t capacity;
    const uint32_t depth_max;
};

gw_json_status status(error_code error) {
    switch (error) {
    case SUCCESS: return gw_json_ok;
    case MEMALLOC: return gw_json_no_memory;
    case DEPTH_ERROR:
    case CAPACITY: return gw_json_limit;
    case EMPTY:
    case UNCLOSED_STRING:
    case INCOMPLETE_ARRAY_OR_OBJECT: return gw_json_truncated;
    default: return gw_json_malformed;
    }
}

const char *reason(error_code error) {
    switch (error) {
    case SUCCESS: return "";
    case MEMALLOC: return "cannot read JSON: no memory";
    case DEPTH_ERROR: return "cannot read JSON: nested too deeply";
    case CAPACITY: return "cannot read JSON: too large";
    case EMPTY: return "cannot read JSON: empty";
    case UTF8_ERROR: return "cannot read JSON: not valid UTF-8";
    case UNESCAPED_CHARS: return "cannot read JSON: control character inside a string";
    case UNCLOSED_STRING: return "cannot read JSON: string without end";
    case INCOMPLETE_ARRAY_OR_OBJECT: return "cannot read JSON: ends inside an array or object";
    case STRING_ERROR: return "cannot read JSON: invalid escape in a string";
    case NUMBER_ERROR:
    case NUMBER_OUT_OF_RANGE: return "cannot read JSON: invalid number";
    case T_ATOM_ERROR:
    case F_ATOM_ERROR:
    case N_ATOM_ERROR:
    case INCORRECT_TYPE: return "cannot read JSON: unknown word";
    case TRAILING_CONTENT: return "cannot read JSON: something follows the value";
    default: return "cannot read JSON: unexpected character";
    }
}

error_code parse(Scratch &scratch, uint8_t *arena, size_t length, size_t capacity, uint32_t depth_max, gw_json_result *result) {
    result->error_position = length;
    ondemand::document document;
    if (auto error = scratch.parser.iterate(reinterpret_cast<const char *>(arena), length, length + SIMDJSON_PADDING).get(document)) {
        return error;
    }
    Walker walker(scratch.nodes, arena, length, capacity, depth_max);
    if (auto error = walker.document(document)) {
        const char *location;
        if (!document.current_location().get(location)) {
            const auto position = static_cast<size_t>(location - reinterpret_cast<const char *>(arena));
            if (position < length) result->error_position = position;
        }
        return error;
    }
    result->arena_used = walker.used(length);
    return SUCCESS;
}

}  // namespace

size_t gw_json_arena_capacity(const uint8_t *text, size_t length) {
    const bool has_escapes = length > 0 && std::memchr(text, '\\', length);
    return length + SIMDJSON_PADDING + (has_escapes ? length : 0);
}

void gw_json_parse(uint8_t *arena, size_t length, size_t capacity, uint32_t depth_max, gw_json_result *result) {
    static thread_local std::unique_ptr<Scratch> kept;
    *result = {};
    if (capacity < length + SIMDJSON_PADDING) {
        result->status = gw_json_limit;
        result->error_reason = reason(CAPACITY);
        return;
    }
    std::memset(arena + length, 0, SIMDJSON_PADDING);
    if (!kept || kept->parser.capacity() > kept_capacity_max || kept->nodes.capacity() * sizeof(gw_json_node) > kept_capacity_max) {
        kept = std::make_unique<Scratch>();
    }
    kept->nodes.clear();
    const error_code error = parse(*kept, arena, length, capacity, depth_max, result);
    result->status = status(error);
    result->error_reason = reason(error);
    result->nodes = kept->nodes.data();
    result->node_count = kept->nodes.size();
}

bool gw_utf8_is_valid(const uint8_t *text, size_t length) { return validate_utf8(reinterpret_cast<const char *>(text), length); }
