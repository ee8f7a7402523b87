#pragma once
#include <stddef.h>
#include <stdint.h>

// What glibc declares only under _GNU_SOURCE, which Swift's Glibc module does not set.

/// `pipe2` with O_CLOEXEC: returns errno, 0 for success.
int gw_pipe(int ends[2]);

/// `getrandom`: the number of bytes given, or -1 with errno.
long gw_random(void *buffer, size_t count);

/// Names the calling thread; at most 15 bytes are kept.
void gw_thread_name(const char *name);

/// Sets the nice value of the calling thread (Linux keeps it per thread) and returns errno, 0 for success.
int gw_thread_nice(int nice);

/// From now on SIGTERM and SIGINT write their number as one byte to `fd`, and SIGPIPE is ignored. Returns errno, 0 for success.
int gw_catch_termination(int fd);

/// Lets the calling thread be the one that SIGTERM and SIGINT are delivered to, whatever mask it inherited.
void gw_accept_termination(void);

/// What is typed at standard input's terminal is not shown from now on; a signal that ends the program first makes it shown again.
/// Returns errno, 0 for success. One caller at a time.
int gw_hide_typing(void);

/// Undoes a `gw_hide_typing` that succeeded.
void gw_show_typing(void);

/// Has the allocator give freed memory back to the system: few arenas, large pieces mapped one by one.
void gw_tune_memory(void);

/// Asks for the write-out of a stretch of a file, without waiting; a refusal means nothing, it is only sooner or later.
void gw_begin_write_out(int fd, int64_t offset, int64_t count);

/// Gives free memory back to the system now. Takes some milliseconds for each gigabyte.
void gw_trim_memory(void);

/// CPU time of the process in nanoseconds, and its largest resident size in bytes so far.
void gw_process_usage(int64_t *user, int64_t *system, int64_t *resident_max);
