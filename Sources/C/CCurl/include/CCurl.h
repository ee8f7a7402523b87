// What HTTPTransport uses of libcurl 7.88: transfers over HTTP and HTTPS on one loop, its variadic options hidden.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct gw_curl_loop gw_curl_loop;
typedef struct gw_curl_transfer gw_curl_transfer;

typedef enum {
    gw_curl_done,
    gw_curl_invalid,            // URL or scheme
    gw_curl_unresolved,
    gw_curl_address_refused,    // may_connect said no to every address
    gw_curl_unconnected,
    gw_curl_timed_out,
    gw_curl_tls,
    gw_curl_stopped,            // a callback said so
    gw_curl_interrupted,        // the other side broke off, or did not speak HTTP
    gw_curl_no_memory,
} gw_curl_outcome;

/// Text ends with NUL. The loop copies everything.
typedef struct {
    const char *url;
    const char *method;
    const char *fields;             // "Name: value", or "Name;" for an empty value; a line feed between two
    bool has_body;
    bool is_head;
    const void *body;
    size_t body_bytes;
    long connect_milliseconds;
    long total_milliseconds;
} gw_curl_request;

/// All are called from gw_curl_run, on its thread. False stops the transfer.
typedef struct {
    /// `address`: 4 or 16 bytes in network order.
    bool (*may_connect)(void *context, const uint8_t *address, size_t count, uint16_t port);
    /// A line of a head: the status line, a field, or empty; without its line end. Interim heads (1xx) come too.
    bool (*line)(void *context, const char *text, size_t count);
    bool (*body)(void *context, const void *bytes, size_t count);
    /// The last call; the transfer is gone. `why` is empty when it is done.
    void (*ended)(void *context, gw_curl_outcome outcome, const char *why);
} gw_curl_callbacks;

/// NULL without memory. One thread makes, runs and frees a loop; only the wake may come from others.
gw_curl_loop *gw_curl_loop_make(long connections_max);
/// No transfer may be left.
void gw_curl_loop_free(gw_curl_loop *loop);
void gw_curl_wake(gw_curl_loop *loop);
/// Starts a transfer. NULL with `*failure` set when it cannot start; `ended` is not called then.
gw_curl_transfer *gw_curl_start(
    gw_curl_loop *loop, const gw_curl_request *request, const gw_curl_callbacks *callbacks, void *context, gw_curl_outcome *failure);
/// Ends a transfer without calling `ended`. Not from a callback.
void gw_curl_abandon(gw_curl_loop *loop, gw_curl_transfer *transfer);
/// Does what can be done, then waits up to `milliseconds` for more or for a wake.
void gw_curl_run(gw_curl_loop *loop, int milliseconds);
