/* A disk that fails on demand, and one that remembers: put before the C library with LD_PRELOAD.
 *
 * Only files whose names end in .db or .db-wal are touched. DUBAN_DISK names a folder. While it holds
 * a file `full`, writes fail with ENOSPC; while it holds `readonly`, writes fail with EROFS, as on a disk
 * that the kernel has put out of use; while it holds `sync`, fsync fails with EIO. When it
 * holds a file `tape` at the start, every write, cut and fsync of those files is appended to it in the
 * order in which they happened, and every line that goes to standard output: so a test can tell what
 * had been told to somebody when the power went, and what was on the disk for sure. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { OTHER = 0, BASE = 1, JOURNAL = 2, TOLD = 3 };
enum { WRITE = 1, CUT = 2, SYNC = 3 };

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_ftruncate64)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static char full_path[4096], readonly_path[4096], sync_path[4096];
static int tape = -1;

__attribute__((constructor)) static void begin(void) {
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite");
  real_pwrite64 = dlsym(RTLD_NEXT, "pwrite64");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
  real_ftruncate64 = dlsym(RTLD_NEXT, "ftruncate64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  const char *folder = getenv("DUBAN_DISK");
  if (!folder) return;
  char tape_path[4096];
  snprintf(full_path, sizeof full_path, "%s/full", folder);
  snprintf(readonly_path, sizeof readonly_path, "%s/readonly", folder);
  snprintf(sync_path, sizeof sync_path, "%s/sync", folder);
  snprintf(tape_path, sizeof tape_path, "%s/tape", folder);
  tape = open(tape_path, O_WRONLY | O_APPEND | O_CLOEXEC);
}

static int ends(const char *path, size_t length, const char *with) {
  size_t n = strlen(with);
  return length >= n && memcmp(path + length - n, with, n) == 0;
}

static int kind(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path);
  if (n <= 0) return OTHER;
  if (ends(path, (size_t)n, ".db")) return BASE;
  if (ends(path, (size_t)n, ".db-wal")) return JOURNAL;
  return OTHER;
}

static int asked(const char *path) { return path[0] && access(path, F_OK) == 0; }

/* Why a write fails now; zero when it does not. */
static int refused(void) { return asked(full_path) ? ENOSPC : asked(readonly_path) ? EROFS : 0; }

/* One line of the tape: what, which file, where, how many bytes, and the bytes. */
static void note(uint8_t what, uint8_t file, uint64_t at, uint64_t size, const void *bytes, size_t held) {
  if (tape < 0) return;
  unsigned char head[18] = {what, file};
  memcpy(head + 2, &at, 8);
  memcpy(head + 10, &size, 8);
  real_write(tape, head, sizeof head);
  for (size_t done = 0; done < held;) {
    ssize_t n = real_write(tape, (const char *)bytes + done, held - done);
    if (n <= 0) abort();
    done += (size_t)n;
  }
}

ssize_t write(int fd, const void *bytes, size_t size) {
  if (fd == STDOUT_FILENO && tape >= 0) {
    pthread_mutex_lock(&turn);
    note(WRITE, TOLD, 0, size, bytes, size);
    ssize_t n = real_write(fd, bytes, size);
    pthread_mutex_unlock(&turn);
    return n;
  }
  int file = fd == tape ? OTHER : kind(fd);
  if (file == OTHER) return real_write(fd, bytes, size);
  int why = refused();
  if (why) { errno = why; return -1; }
  pthread_mutex_lock(&turn);
  off_t at = lseek(fd, 0, SEEK_CUR);
  ssize_t n = real_write(fd, bytes, size);
  int failed = errno;
  if (n > 0) note(WRITE, file, (uint64_t)at, (uint64_t)n, bytes, (size_t)n);
  pthread_mutex_unlock(&turn);
  errno = failed;
  return n;
}

static ssize_t placed(int fd, const void *bytes, size_t size, off64_t at, int wide) {
  int file = kind(fd);
  if (file == OTHER) return wide ? real_pwrite64(fd, bytes, size, at) : real_pwrite(fd, bytes, size, at);
  int why = refused();
  if (why) { errno = why; return -1; }
  pthread_mutex_lock(&turn);
  ssize_t n = wide ? real_pwrite64(fd, bytes, size, at) : real_pwrite(fd, bytes, size, at);
  int failed = errno;
  if (n > 0) note(WRITE, file, (uint64_t)at, (uint64_t)n, bytes, (size_t)n);
  pthread_mutex_unlock(&turn);
  errno = failed;
  return n;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return placed(fd, bytes, size, at, 0); }
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) { return placed(fd, bytes, size, at, 1); }

static int cut(int fd, off64_t to, int wide) {
  int file = kind(fd);
  if (file == OTHER) return wide ? real_ftruncate64(fd, to) : real_ftruncate(fd, to);
  pthread_mutex_lock(&turn);
  int done = wide ? real_ftruncate64(fd, to) : real_ftruncate(fd, to);
  int failed = errno;
  if (done == 0) note(CUT, file, (uint64_t)to, 0, NULL, 0);
  pthread_mutex_unlock(&turn);
  errno = failed;
  return done;
}

int ftruncate(int fd, off_t to) { return cut(fd, to, 0); }
int ftruncate64(int fd, off64_t to) { return cut(fd, to, 1); }

static int flushed(int fd, int (*real)(int)) {
  int file = kind(fd);
  if (file == OTHER) return real(fd);
  if (asked(sync_path)) { errno = EIO; return -1; }
  pthread_mutex_lock(&turn);
  int done = real(fd);
  int failed = errno;
  if (done == 0) note(SYNC, file, 0, 0, NULL, 0);
  pthread_mutex_unlock(&turn);
  errno = failed;
  return done;
}

int fsync(int fd) { return flushed(fd, real_fsync); }
int fdatasync(int fd) { return flushed(fd, real_fdatasync); }
