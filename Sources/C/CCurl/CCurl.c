#define _GNU_SOURCE
#include "include/CCurl.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct gw_curl_loop {
    CURLM *multi;
};

struct gw_curl_transfer {
    CURL *easy;
    struct curl_slist *fields;
    gw_curl_callbacks callbacks;
    void *context;
    bool was_refused;
    char why[CURL_ERROR_SIZE];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void prepare(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

// MARK: Callbacks of the library

static curl_socket_t on_socket(void *self, curlsocktype purpose, struct curl_sockaddr *address) {
    gw_curl_transfer *transfer = self;
    (void)purpose;
    bool may = false;
    if (address->family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address->addr;
        may = transfer->callbacks.may_connect(transfer->context, (const uint8_t *)&v4->sin_addr, 4, ntohs(v4->sin_port));
    } else if (address->family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address->addr;
        may = transfer->callbacks.may_connect(transfer->context, (const uint8_t *)&v6->sin6_addr, 16, ntohs(v6->sin6_port));
    }
    if (!may) {
        transfer->was_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t on_line(char *text, size_t size, size_t count, void *self) {
    gw_curl_transfer *transfer = self;
    size_t length = size * count, kept = length;
    while (kept > 0 && (text[kept - 1] == '\n' || text[kept - 1] == '\r')) kept--;
    return transfer->callbacks.line(transfer->context, text, kept) ? length : length + 1;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *self) {
    gw_curl_transfer *transfer = self;
    return transfer->callbacks.body(transfer->context, bytes, size * count) ? size * count : size * count + 1;
}

// MARK: The loop

gw_curl_loop *gw_curl_loop_make(long connections_max) {
    pthread_once(&once, prepare);
    gw_curl_loop *loop = calloc(1, sizeof *loop);
    if (!loop) return NULL;
    loop->multi = curl_multi_init();
    if (!loop->multi) {
        free(loop);
        return NULL;
    }
    curl_multi_setopt(loop->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections_max);
    curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, connections_max);
    return loop;
}

void gw_curl_loop_free(gw_curl_loop *loop) {
    curl_multi_cleanup(loop->multi);
    free(loop);
}

void gw_curl_wake(gw_curl_loop *loop) { curl_multi_wakeup(loop->multi); }

static void release(gw_curl_transfer *transfer) {
    if (transfer->easy) curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->fields);
    free(transfer);
}

static bool add_field(gw_curl_transfer *transfer, const char *line) {
    struct curl_slist *longer = curl_slist_append(transfer->fields, line);
    if (longer) transfer->fields = longer;
    return longer;
}

// Every option that can be wrong by what the caller said is checked; the others fail only without memory.
static gw_curl_outcome set_up(gw_curl_transfer *transfer, const gw_curl_request *request) {
    CURL *easy = transfer->easy;
    char *fields = strdup(request->fields), *rest = NULL;
    bool has_all = fields;
    for (char *line = fields ? strtok_r(fields, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest)) {
        has_all = has_all && add_field(transfer, line);
    }
    free(fields);
    if (!has_all) return gw_curl_no_memory;
    // What the library would add by itself: a wait of up to a second before a body, and a guess at its type.
    if (!add_field(transfer, "Expect:")) return gw_curl_no_memory;

    bool is_set =
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK        // not even from the environment
        && curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->why) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_line) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, request->connect_milliseconds) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->total_milliseconds) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->fields) == CURLE_OK;
    if (is_set && request->has_body) {
        is_set = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body_bytes ? request->body : "") == CURLE_OK;
    }
    if (is_set && request->is_head) is_set = curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
    is_set = is_set && curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
    if (!is_set) return gw_curl_no_memory;
    return curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK ? gw_curl_done : gw_curl_invalid;
}

gw_curl_transfer *gw_curl_start(
    gw_curl_loop *loop, const gw_curl_request *request, const gw_curl_callbacks *callbacks, void *context, gw_curl_outcome *failure) {
    gw_curl_transfer *transfer = calloc(1, sizeof *transfer);
    *failure = gw_curl_no_memory;
    if (!transfer) return NULL;
    transfer->callbacks = *callbacks;
    transfer->context = context;
    transfer->easy = curl_easy_init();
    if (transfer->easy) *failure = set_up(transfer, request);
    if (*failure == gw_curl_done && curl_multi_add_handle(loop->multi, transfer->easy) == CURLM_OK) return transfer;
    if (*failure == gw_curl_done) *failure = gw_curl_no_memory;
    release(transfer);
    return NULL;
}

void gw_curl_abandon(gw_curl_loop *loop, gw_curl_transfer *transfer) {
    curl_multi_remove_handle(loop->multi, transfer->easy);
    release(transfer);
}

// The library calls an answer that is no HTTP by the same code as a URL whose scheme it does not know.
static bool was_sent(const gw_curl_transfer *transfer) {
    long bytes = 0;
    return curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &bytes) == CURLE_OK && bytes > 0;
}

static gw_curl_outcome outcome_of(CURLcode code, const gw_curl_transfer *transfer) {
    switch (code) {
    case CURLE_OK: return gw_curl_done;
    case CURLE_UNSUPPORTED_PROTOCOL: return was_sent(transfer) ? gw_curl_interrupted : gw_curl_invalid;
    case CURLE_URL_MALFORMAT: return gw_curl_invalid;
    case CURLE_COULDNT_RESOLVE_HOST: return gw_curl_unresolved;
    case CURLE_COULDNT_CONNECT: return transfer->was_refused ? gw_curl_address_refused : gw_curl_unconnected;
    case CURLE_OPERATION_TIMEDOUT: return gw_curl_timed_out;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return gw_curl_tls;
    case CURLE_WRITE_ERROR: return gw_curl_stopped;
    case CURLE_OUT_OF_MEMORY: return gw_curl_no_memory;
    default: return gw_curl_interrupted;
    }
}

static void finish(gw_curl_loop *loop, CURL *easy, CURLcode code) {
    gw_curl_transfer *transfer = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    curl_multi_remove_handle(loop->multi, easy);
    gw_curl_outcome outcome = outcome_of(code, transfer);
    const char *why = code == CURLE_OK ? "" : transfer->why[0] ? transfer->why : curl_easy_strerror(code);
    transfer->callbacks.ended(transfer->context, outcome, why);
    release(transfer);
}

void gw_curl_run(gw_curl_loop *loop, int milliseconds) {
    int running = 0, queued = 0;
    curl_multi_perform(loop->multi, &running);
    bool has_finished = false;
    for (CURLMsg *message; (message = curl_multi_info_read(loop->multi, &queued));) {
        if (message->msg != CURLMSG_DONE) continue;
        finish(loop, message->easy_handle, message->data.result);
        has_finished = true;
    }
    // A transfer that waited for a free connection can start now.
    curl_multi_poll(loop->multi, NULL, 0, has_finished ? 0 : milliseconds, NULL);
}
