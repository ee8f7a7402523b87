// What HTTPTransport uses of libmicrohttpd 0.9.75, without its variadics, macros and closed enums, and the few socket calls that go with it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct gw_http_daemon gw_http_daemon;
typedef struct gw_http_connection gw_http_connection;
typedef struct gw_http_response gw_http_response;

/// One header line; the bytes belong to the connection and live until the exchange ends. Values keep trailing blanks.
typedef struct {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
} gw_http_field;

typedef struct {
    uint32_t threads;                   // 2 or more
    uint32_t connections_max;           // of each thread
    uint32_t idle_seconds;              // 0: never
    size_t header_bytes_max;            // memory of a connection: its head must fit, and it is the size of a read
} gw_http_configuration;

/// failed: the head or the body could not be read, a send failed, or `stepped` said so.
typedef enum { gw_http_completed, gw_http_left, gw_http_silent, gw_http_failed, gw_http_stopped } gw_http_ending;

/// Event threads call these; none may block. `context` is what gw_http_start was given.
typedef struct {
    /// An event thread serves the connection from now on. Returns what the library keeps for it.
    void *(*opened)(void *context, int socket);
    /// Last call for a connection, made while its socket is still open.
    void (*closed)(void *context, void *peer);
    /// The request line has arrived; `target` is still as sent. Returns what the library keeps for the exchange.
    void *(*began)(void *context, void *peer, gw_http_connection *connection, const char *target);
    /// First call: the head is complete, `*count` is 0. Then once for each piece of the body: lower `*count` by what was taken.
    /// Then with `*count` 0 when the body is complete, again after each resume. Returns false to close the connection.
    bool (*stepped)(void *exchange, const char *method, const char *version, const uint8_t *bytes, size_t *count);
    /// Last call for an exchange, however it ended.
    void (*ended)(void *exchange, gw_http_ending why);
} gw_http_callbacks;

/// Fills `into` with up to `max` bytes of the body: their number, 0 after a suspend, or one of the two below.
typedef ssize_t (*gw_http_filler)(void *exchange, uint64_t position, char *into, size_t max);
typedef enum { gw_http_end_of_body = -1, gw_http_broken_body = -2 } gw_http_body_end;

// Listening. The library's own listening is not used: it may abort the process when it is told to stop accepting while it
// reaches its connection limit, and cannot say why it turned someone away.

/// Opens a listening socket. `host` is a name or an address; port 0 picks one; `*port` tells what was bound.
/// Returns the socket, or -1 with `*failure` set to an errno.
int gw_http_listen(const char *host, uint16_t *port, int *failure);
/// Takes a connection that waits and writes the other end's address and port. Returns the socket or -1 with `*failure` set.
int gw_http_accept(int listener, char *address, size_t size, uint16_t *port, int *failure);
void gw_http_close(int socket);

// The daemon.

/// Returns NULL with `*failure` set to an errno.
gw_http_daemon *gw_http_start(const gw_http_configuration *configuration, const gw_http_callbacks *callbacks, void *context, int *failure);
/// Hands a socket over, which is closed in any case. False when it could not be served; `opened` was not called then.
bool gw_http_serve(gw_http_daemon *daemon, int socket);
/// Closes everything and waits for the event threads. No connection may be suspended.
void gw_http_stop(gw_http_daemon *daemon);

// A connection. Suspend only from `stepped` or a filler.

void gw_http_suspend(gw_http_connection *connection);
void gw_http_resume(gw_http_connection *connection);
/// Copies up to `max` fields in the order they came; returns how many there are.
size_t gw_http_fields(gw_http_connection *connection, gw_http_field *into, size_t max);
/// Whether the head is exactly lines of "name: value" ended by CR LF. The library forgives bare line feeds, folded lines, NUL
/// bytes and blanks in the request line; what a proxy before us read differently there could hide a second request.
bool gw_http_head_is_plain(
    gw_http_connection *connection, const char *method, const char *target, size_t target_length, const char *version,
    const gw_http_field *fields, size_t count);

// A response.

gw_http_response *gw_http_response_with_bytes(const void *bytes, size_t count);     // copies
/// `count` below 0: of unknown length.
gw_http_response *gw_http_response_with_filler(int64_t count, gw_http_filler filler, void *exchange);
/// A head that says nothing of the body's length: for a HEAD whose GET would be streamed. The connection closes after it,
/// because the library would send the end mark of a body that is not there.
gw_http_response *gw_http_response_head_only(void);
/// False when the library refuses the field.
bool gw_http_response_add(gw_http_response *response, const char *name, const char *value);
/// Takes the response in any case; false when it could not be queued.
bool gw_http_answer(gw_http_connection *connection, uint32_t status, gw_http_response *response);
void gw_http_response_release(gw_http_response *response);
const char *gw_http_phrase(uint32_t status);

// Text.

size_t gw_http_length(const char *text);
const char *gw_http_describe(int failure);

// Sockets and the thread that watches them.

/// Sends what fits without waiting, then ends our direction.
void gw_http_send_last(int socket, const void *bytes, size_t count);
/// Sends what fits, takes what has come, so that the other side gets no reset before the answer, and closes.
void gw_http_turn_away(int socket, const void *bytes, size_t count);
/// Ends both directions; the event thread then finds the connection closed.
void gw_http_cut(int socket);

typedef struct {
    int socket;
    bool wants_half_close;      // also report an end of the other side's direction only
    bool is_half_closed;
    bool is_gone;
} gw_http_watched;

int gw_http_waker_open(void);
void gw_http_wake(int waker);
/// Waits until the waker is woken, a connection waits at `listener` (-1: none), one of `sockets` has something to report, or the
/// time is over. Returns whether a connection waits.
bool gw_http_wait(int waker, int listener, gw_http_watched *sockets, size_t count, int milliseconds);
