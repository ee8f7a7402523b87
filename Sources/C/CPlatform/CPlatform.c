#define _GNU_SOURCE
#include "include/CPlatform.h"
#include <malloc.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

int gw_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno; }

long gw_random(void *buffer, size_t count) { return getrandom(buffer, count, 0); }

void gw_thread_name(const char *name) {
    char kept[16];
    strncpy(kept, name, 15);
    kept[15] = 0;
    pthread_setname_np(pthread_self(), kept);
}

int gw_thread_nice(int nice) {
    return setpriority(PRIO_PROCESS, (id_t)gettid(), nice) == 0 ? 0 : errno;
}

static volatile sig_atomic_t termination_fd = -1;

// A handler may only call what POSIX lists as safe for signals: write is, and errno is put back.
static void report_termination(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t written = write(termination_fd, &byte, 1);
    (void)written;
    errno = saved;
}

int gw_catch_termination(int fd) {
    termination_fd = fd;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_IGN;
    if (sigaction(SIGPIPE, &action, NULL) != 0) return errno;
    action.sa_handler = report_termination;
    action.sa_flags = SA_RESTART;
    if (sigaction(SIGTERM, &action, NULL) != 0) return errno;
    if (sigaction(SIGINT, &action, NULL) != 0) return errno;
    return 0;
}

void gw_accept_termination(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { ending_count = sizeof ending_signals / sizeof ending_signals[0] };
static struct termios shown;
static struct sigaction undisturbed[ending_count];

// tcsetattr, sigaction and raise are on POSIX's list of what a handler may call. The signal comes again when this returns.
static void show_and_end(int number) {
    tcsetattr(STDIN_FILENO, TCSANOW, &shown);
    for (int at = 0; at < ending_count; at += 1) {
        if (ending_signals[at] == number) sigaction(number, &undisturbed[at], NULL);
    }
    raise(number);
}

int gw_hide_typing(void) {
    if (tcgetattr(STDIN_FILENO, &shown) != 0) return errno;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = show_and_end;
    // Before the terminal is quiet, so that no signal finds it so.
    for (int at = 0; at < ending_count; at += 1) {
        if (sigaction(ending_signals[at], NULL, &undisturbed[at]) != 0) return errno;
        // One that is ignored, as under nohup, stays so.
        if (undisturbed[at].sa_handler != SIG_IGN && sigaction(ending_signals[at], &action, NULL) != 0) return errno;
    }
    struct termios quiet = shown;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    return tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0 ? 0 : errno;
}

void gw_show_typing(void) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    for (int at = 0; at < ending_count; at += 1) sigaction(ending_signals[at], &undisturbed[at], NULL);
}

static int64_t nanoseconds(struct timeval time) {
    return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

void gw_process_usage(int64_t *user, int64_t *system, int64_t *resident_max) {
    struct rusage usage;
    memset(&usage, 0, sizeof usage);
    getrusage(RUSAGE_SELF, &usage);
    *user = nanoseconds(usage.ru_utime);
    *system = nanoseconds(usage.ru_stime);
    *resident_max = (int64_t)usage.ru_maxrss * 1024;
}

void gw_tune_memory(void) {
    // An arena for each thread would each keep its own freed rows; two are as fast for the few threads that allocate much.
    mallopt(M_ARENA_MAX, 2);
    // Left alone, glibc raises both by itself whenever a larger piece is freed, up to 32 MB, and keeps what was freed.
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

void gw_begin_write_out(int fd, int64_t offset, int64_t count) {
    (void)sync_file_range(fd, offset, count, SYNC_FILE_RANGE_WRITE);
}

void gw_trim_memory(void) { malloc_trim(0); }
