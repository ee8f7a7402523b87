#define _GNU_SOURCE
#include "include/CHTTP.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct gw_http_daemon {
    struct MHD_Daemon *library;
    gw_http_callbacks callbacks;
    void *context;
};

static struct MHD_Connection *library_connection(gw_http_connection *connection) { return (struct MHD_Connection *)connection; }

// MARK: Listening

static uint16_t port_of(const struct sockaddr_storage *address) {
    return ntohs(address->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)address)->sin6_port
                                                : ((const struct sockaddr_in *)address)->sin_port);
}

int gw_http_listen(const char *host, uint16_t *port, int *failure) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)*port);
    if (getaddrinfo(host, service, &hints, &found) != 0) {
        *failure = EADDRNOTAVAIL;
        return -1;
    }
    int listener = -1;
    *failure = EADDRNOTAVAIL;
    for (struct addrinfo *each = found; each && listener < 0; each = each->ai_next) {
        int candidate = socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (candidate < 0) {
            *failure = errno;
            continue;
        }
        int yes = 1, no = 0;
        setsockopt(candidate, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (each->ai_family == AF_INET6) setsockopt(candidate, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
        if (bind(candidate, each->ai_addr, each->ai_addrlen) != 0 || listen(candidate, 1024) != 0) {
            *failure = errno;
            close(candidate);
            continue;
        }
        listener = candidate;
    }
    freeaddrinfo(found);
    if (listener < 0) return -1;

    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    if (getsockname(listener, (struct sockaddr *)&bound, &length) != 0) {
        *failure = errno;
        close(listener);
        return -1;
    }
    *port = port_of(&bound);
    return listener;
}

int gw_http_accept(int listener, char *address, size_t size, uint16_t *port, int *failure) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    int connection = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection < 0) {
        *failure = errno;
        return -1;
    }
    if (getnameinfo((struct sockaddr *)&peer, length, address, size, NULL, 0, NI_NUMERICHOST) != 0) snprintf(address, size, "unknown");
    *port = port_of(&peer);
    return connection;
}

void gw_http_close(int socket) { close(socket); }

// MARK: Callbacks of the library

static void *on_target(void *self, const char *target, struct MHD_Connection *connection) {
    gw_http_daemon *daemon = self;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    // Without a request target (a malformed line) the library passes NULL.
    void *exchange = daemon->callbacks.began(daemon->context, info->socket_context, (gw_http_connection *)connection, target ? target : "");
    // Next the library cuts the query into arguments, and hangs if it has no room for them all. The target lies in its read
    // buffer and has been copied: with an empty query there is nothing to cut.
    char *query = target ? strchr(target, '?') : NULL;
    if (query) query[1] = '\0';
    return exchange;
}

static enum MHD_Result on_step(
    void *self, struct MHD_Connection *connection, const char *url, const char *method, const char *version, const char *bytes,
    size_t *count, void **exchange) {
    gw_http_daemon *daemon = self;
    (void)connection, (void)url;
    if (!*exchange) return MHD_NO;
    return daemon->callbacks.stepped(*exchange, method, version, (const uint8_t *)bytes, count) ? MHD_YES : MHD_NO;
}

static void on_end(void *self, struct MHD_Connection *connection, void **exchange, enum MHD_RequestTerminationCode why) {
    gw_http_daemon *daemon = self;
    (void)connection;
    gw_http_ending ending = gw_http_left;
    switch (why) {
    case MHD_REQUEST_TERMINATED_COMPLETED_OK: ending = gw_http_completed; break;
    case MHD_REQUEST_TERMINATED_TIMEOUT_REACHED: ending = gw_http_silent; break;
    case MHD_REQUEST_TERMINATED_WITH_ERROR: ending = gw_http_failed; break;
    case MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN: ending = gw_http_stopped; break;
    case MHD_REQUEST_TERMINATED_READ_ERROR:
    case MHD_REQUEST_TERMINATED_CLIENT_ABORT: break;
    }
    if (*exchange) daemon->callbacks.ended(*exchange, ending);
    *exchange = NULL;
}

static void on_connection(
    void *self, struct MHD_Connection *connection, void **peer, enum MHD_ConnectionNotificationCode what) {
    gw_http_daemon *daemon = self;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *peer = daemon->callbacks.opened(daemon->context, info->connect_fd);
    } else {
        daemon->callbacks.closed(daemon->context, *peer);
        *peer = NULL;
    }
}

// The target is handed on as sent; decoding it is for those who route.
static size_t keep_escapes(void *self, struct MHD_Connection *connection, char *text) {
    (void)self, (void)connection;
    return strlen(text);
}

// MARK: The daemon

gw_http_daemon *gw_http_start(const gw_http_configuration *configuration, const gw_http_callbacks *callbacks, void *context, int *failure) {
    gw_http_daemon *daemon = calloc(1, sizeof *daemon);
    if (!daemon) {
        *failure = ENOMEM;
        return NULL;
    }
    daemon->callbacks = *callbacks;
    daemon->context = context;
    errno = 0;
    // Without MHD_USE_ERROR_LOG the library is silent; it would write a line for every client that vanishes.
    daemon->library = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET,
        0, NULL, NULL, on_step, daemon,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, daemon,
        MHD_OPTION_NOTIFY_COMPLETED, on_end, daemon,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, daemon,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, daemon,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)configuration->threads,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)(configuration->connections_max * configuration->threads),
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)configuration->idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, configuration->header_bytes_max,
        MHD_OPTION_STRICT_FOR_CLIENT, 0,      // gw_http_head_is_plain and its caller are stricter
        MHD_OPTION_END);
    if (daemon->library) return daemon;
    *failure = errno ? errno : EIO;
    free(daemon);
    return NULL;
}

bool gw_http_serve(gw_http_daemon *daemon, int socket) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    if (getpeername(socket, (struct sockaddr *)&peer, &length) != 0) {      // it left while it waited
        close(socket);
        return false;
    }
    return MHD_add_connection(daemon->library, socket, (struct sockaddr *)&peer, length) == MHD_YES;
}

void gw_http_stop(gw_http_daemon *daemon) {
    MHD_stop_daemon(daemon->library);
    free(daemon);
}

// MARK: A connection

void gw_http_suspend(gw_http_connection *connection) { MHD_suspend_connection(library_connection(connection)); }
void gw_http_resume(gw_http_connection *connection) { MHD_resume_connection(library_connection(connection)); }

typedef struct {
    gw_http_field *into;
    size_t max;
    size_t count;
} field_list;

static enum MHD_Result collect_field(
    void *self, enum MHD_ValueKind kind, const char *name, size_t name_length, const char *value, size_t value_length) {
    field_list *list = self;
    (void)kind;
    if (list->count < list->max) {
        list->into[list->count] = (gw_http_field){name, name_length, value ? value : "", value ? value_length : 0};
    }
    list->count++;
    return MHD_YES;
}

size_t gw_http_fields(gw_http_connection *connection, gw_http_field *into, size_t max) {
    field_list list = {into, max, 0};
    MHD_get_connection_values_n(library_connection(connection), MHD_HEADER_KIND, collect_field, &list);
    return list.count;
}

// The library parses in place: every separator becomes a NUL and pieces stay where they arrived. So the head was plain if and
// only if each piece begins where the one before it ends, one separator later. A folded line is copied elsewhere, a bare line
// feed is one byte short, a NUL in a value makes the value end early: each shows as a gap.
bool gw_http_head_is_plain(
    gw_http_connection *connection, const char *method, const char *target, size_t target_length, const char *version,
    const gw_http_field *fields, size_t count) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(library_connection(connection), MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (!info) return false;
    if (method + strlen(method) + 1 != target || target + target_length + 1 != version) return false;
    const char *next = version + strlen(version) + 2;
    for (size_t index = 0; index < count; index++) {
        const gw_http_field *field = &fields[index];
        if (field->name != next) return false;
        next = field->name + field->name_length + 1;
        while (next < field->value && (*next == ' ' || *next == '\t')) next++;
        if (field->value != next) return false;
        next = field->value + field->value_length + 2;
    }
    return next + 2 == method + info->header_size;
}

// MARK: A response

gw_http_response *gw_http_response_with_bytes(const void *bytes, size_t count) {
    return (gw_http_response *)MHD_create_response_from_buffer(count, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

gw_http_response *gw_http_response_with_filler(int64_t count, gw_http_filler filler, void *exchange) {
    const size_t block = 64 * 1024;
    uint64_t size = count < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)count;
    return (gw_http_response *)MHD_create_response_from_callback(size, block, filler, exchange, NULL);
}

static ssize_t end_of_body(void *self, uint64_t position, char *into, size_t max) {
    (void)self, (void)position, (void)into, (void)max;
    return MHD_CONTENT_READER_END_OF_STREAM;
}

gw_http_response *gw_http_response_head_only(void) {
    struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1, end_of_body, NULL, NULL);
    if (response) MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    return (gw_http_response *)response;
}

bool gw_http_response_add(gw_http_response *response, const char *name, const char *value) {
    return MHD_add_response_header((struct MHD_Response *)response, name, value) == MHD_YES;
}

bool gw_http_answer(gw_http_connection *connection, uint32_t status, gw_http_response *response) {
    enum MHD_Result queued = MHD_queue_response(library_connection(connection), status, (struct MHD_Response *)response);
    MHD_destroy_response((struct MHD_Response *)response);
    return queued == MHD_YES;
}

void gw_http_response_release(gw_http_response *response) { MHD_destroy_response((struct MHD_Response *)response); }

const char *gw_http_phrase(uint32_t status) { return MHD_get_reason_phrase_for(status); }

size_t gw_http_length(const char *text) { return strlen(text); }
const char *gw_http_describe(int failure) { return strerrordesc_np(failure) ? strerrordesc_np(failure) : "unknown"; }

// MARK: Sockets

void gw_http_send_last(int socket, const void *bytes, size_t count) {
    const char *next = bytes;
    while (count > 0) {
        ssize_t sent = send(socket, next, count, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) break;
        next += sent;
        count -= (size_t)sent;
    }
    shutdown(socket, SHUT_WR);
}

void gw_http_turn_away(int socket, const void *bytes, size_t count) {
    gw_http_send_last(socket, bytes, count);
    char ignored[4096];
    for (int rounds = 0; rounds < 32 && recv(socket, ignored, sizeof ignored, MSG_DONTWAIT) > 0; rounds++) {}
    close(socket);
}

void gw_http_cut(int socket) { shutdown(socket, SHUT_RDWR); }

int gw_http_waker_open(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void gw_http_wake(int waker) {
    uint64_t one = 1;
    ssize_t written = write(waker, &one, sizeof one);     // a full counter wakes as well
    (void)written;
}

bool gw_http_wait(int waker, int listener, gw_http_watched *sockets, size_t count, int milliseconds) {
    struct pollfd *polled = calloc(count + 2, sizeof *polled);
    if (!polled) {      // without memory for the list only the watching is lost
        poll(NULL, 0, milliseconds);
        return listener >= 0;
    }
    polled[0] = (struct pollfd){.fd = waker, .events = POLLIN};
    polled[1] = (struct pollfd){.fd = listener, .events = POLLIN};
    for (size_t index = 0; index < count; index++) {
        polled[index + 2] = (struct pollfd){.fd = sockets[index].socket, .events = sockets[index].wants_half_close ? POLLRDHUP : 0};
    }
    bool is_someone_waiting = false;
    if (poll(polled, count + 2, milliseconds) > 0) {
        uint64_t ignored;
        if (polled[0].revents) while (read(waker, &ignored, sizeof ignored) > 0) {}
        is_someone_waiting = polled[1].revents != 0;
        for (size_t index = 0; index < count; index++) {
            sockets[index].is_gone = polled[index + 2].revents & (POLLHUP | POLLERR | POLLNVAL);
            sockets[index].is_half_closed = polled[index + 2].revents & POLLRDHUP;
        }
    }
    free(polled);
    return is_someone_waiting;
}
