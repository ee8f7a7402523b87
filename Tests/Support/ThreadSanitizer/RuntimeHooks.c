// Tells the thread sanitizer what Swift's runtime does, whose libraries were built without it. `Scripts/fuzz` links this into the tests
// that it watches for races; without it, correct code is reported by the dozen:
//
// - `Mutex` takes and gives a free lock by atomics that are compiled into the caller, where the sanitizer sees them. When two threads want
//   it, both paths end in functions of libswiftSynchronization. They stand here again and say which lock was taken and given.
//   Source: swift/stdlib/public/Synchronization/Mutex/LinuxImpl.swift.
// - A copy of an array may be read without a lock: who changes the array looks first whether it is the only owner. That the reader is done
//   is known by the reference count, which libswiftCore keeps. So each release says that the thread is done with the object, and who finds
//   itself the only owner, or lets go of the object last, has seen what the others did. Source: swift/stdlib/public/runtime/HeapObject.cpp.
//
// The real functions do the work. Their names are part of the stable ABI; SanitizerTests holds that locks and copies are quiet.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

/// Found at the first call, which may come from a library's start, before anything here has run.
#define REAL(name) (real_##name ? real_##name : (real_##name = found(#name)))

static void *found(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function) return function;
    fprintf(stderr, "cannot find %s: this toolchain's runtime is another one\n", name);
    abort();
}

// MARK: Mutex

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"   // _MutexHandle._lockSlow(UInt32)
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"       // _MutexHandle._unlockSlow()

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) __asm__(LOCK);
SWIFT void unlock_slow(SELF void *mutex) __asm__(UNLOCK);

static SWIFT void (*real_lock)(uint32_t thread, SELF void *mutex);
static SWIFT void (*real_unlock)(SELF void *mutex);

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) {
    if (!real_lock) real_lock = found(LOCK);
    real_lock(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF void *mutex) {
    if (!real_unlock) real_unlock = found(UNLOCK);
    __tsan_release(mutex);
    real_unlock(mutex);
}

// MARK: Reference counts

size_t swift_retainCount(void *object);

/// Objects that are never freed, as the empty array is, have counts near the largest there is.
static const size_t immortal = 1 << 30;
/// The bits of an address in a reference that may also be a short text or a tagged object; negative when it is one.
static const uintptr_t address_bits = 0x80fffffffffffff8;

/// How a value that is one reference is copied and destroyed, such as an array in an array.
extern const char one_reference[] __asm__("$sBoWV"), one_bridged_reference[] __asm__("$sBbWV");
/// What describes the class that holds an array's elements.
extern const uint32_t array_storage[] __asm__("$ss23_ContiguousArrayStorageCMn");

static void will_release(uintptr_t reference, size_t count);

/// - Parameter type: of each of the values; null for arrays that were written by the compiler.
static void will_destroy(const uintptr_t *values, size_t count, const void *type) {
    if (!type) return;
    const char *witnesses = ((const char *const *)type)[-1];
    if (witnesses != one_reference && witnesses != one_bridged_reference) return;
    for (size_t index = 0; index < count; index++) will_release(values[index], 1);
}

/// An array's elements go in the runtime, by no function that could stand here, so they are looked at before.
/// Source: swift/include/swift/ABI/Metadata.h (ClassMetadata, ClassDescriptor), stdlib/public/core/ContiguousArrayBuffer.swift.
static void will_deallocate(const uintptr_t *object) {
    const uintptr_t *class = (const uintptr_t *)object[0];
    const uint32_t *description = (const uint32_t *)class[5];
    if (description != array_storage) return;
    uint32_t words = description[7], own_words = description[8];    // of the class's metadata; its own begin with the elements' type
    will_destroy(object + 4, object[2], (const void *)class[words - own_words]);
}

static void will_release(uintptr_t reference, size_t count) {
    void *object = (void *)(reference & address_bits);
    if ((intptr_t)object <= 0) return;  // null, or no object: the runtime does nothing
    size_t owners = swift_retainCount(object);
    if (owners >= immortal) return;
    if (owners > count) {
        __tsan_release(object);
    } else {
        __tsan_acquire(object);
        will_deallocate(object);
    }
}

#define RELEASE(name)                         \
    static void (*real_##name)(uintptr_t);    \
    void name(uintptr_t reference) {          \
        will_release(reference, 1);           \
        REAL(name)(reference);               \
    }
#define RELEASE_N(name)                                 \
    static void (*real_##name)(uintptr_t, uint32_t);    \
    void name(uintptr_t reference, uint32_t count) {    \
        will_release(reference, count);                 \
        REAL(name)(reference, count);                  \
    }

RELEASE(swift_release)
RELEASE_N(swift_release_n)
RELEASE(swift_bridgeObjectRelease)
RELEASE_N(swift_bridgeObjectRelease_n)

static void (*real_swift_arrayDestroy)(void *, size_t, const void *);
void swift_arrayDestroy(void *first, size_t count, const void *type) {
    will_destroy(first, count, type);
    REAL(swift_arrayDestroy)(first, count, type);
}

#define UNIQUE(name)                                                            \
    static bool (*real_##name)(uintptr_t);                                      \
    bool name(uintptr_t reference) {                                            \
        bool is_unique = REAL(name)(reference);                                 \
        if (is_unique) __tsan_acquire((void *)(reference & address_bits));      \
        return is_unique;                                                       \
    }

UNIQUE(swift_isUniquelyReferenced_native)
UNIQUE(swift_isUniquelyReferenced_nonNull_native)
UNIQUE(swift_isUniquelyReferencedNonObjC_nonNull_bridgeObject)
