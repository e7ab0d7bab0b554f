/*
 * What the agent does to names, in C: creates, stats, renames and unlinks, as many of each, of files drawn at random in
 * eight folders of one tree. Each call is timed before and after and counted by its latency, as any tool that measures does;
 * nothing is journalled. Prints operations, seconds, and seconds of CPU.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { folders = 8, most_files = 8 * 1000 };

static char paths[most_files][4096];
/* Free ones first, then those that are there. */
static int order[most_files];
static int files, free_files;
static uint64_t latencies[64];
static uint32_t state = 1;

static int below(int bound) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return (int)(((uint64_t)state * (uint32_t)bound) >> 32);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void swap(int a, int b) {
  int held = order[a];
  order[a] = order[b];
  order[b] = held;
}

static int create(void) {
  int at = below(free_files);
  int fd = open(paths[order[at]], O_CREAT | O_EXCL | O_WRONLY, 0644);
  if (fd < 0 || close(fd) != 0) return -1;
  swap(at, --free_files);
  return 0;
}

static int drop(void) {
  int at = free_files + below(files - free_files);
  if (unlink(paths[order[at]]) != 0) return -1;
  swap(at, free_files++);
  return 0;
}

static int move(void) {
  int from = free_files + below(files - free_files);
  int to = below(free_files);
  if (rename(paths[order[from]], paths[order[to]]) != 0) return -1;
  swap(from, to);
  return 0;
}

static int look(void) {
  struct stat stats;
  return lstat(paths[order[free_files + below(files - free_files)]], &stats);
}

/* What can't be done now gives way to what makes it possible, as in the agent. */
static int step(void) {
  int draw = below(4);
  if (free_files == files) return create();
  if (free_files == 0) return draw == 3 ? look() : drop();
  return draw == 0 ? create() : draw == 1 ? drop() : draw == 2 ? move() : look();
}

int main(int count, char **words) {
  if (count != 4) return 64;
  uint64_t limit = (uint64_t)(atof(words[2]) * 1e9);
  int each = atoi(words[3]);
  for (int folder = 0; folder < folders; folder++) {
    char path[4000];
    snprintf(path, sizeof path, "%s/d%d", words[1], folder);
    if (mkdir(path, 0755) != 0) return 1;
    for (int file = 0; file < each; file++, files++) {
      snprintf(paths[files], sizeof paths[files], "%s/f%03d", path, file);
      order[files] = files;
    }
  }
  free_files = files;
  uint64_t done = 0, start = now(), end = start;
  while (end - start < limit) {
    uint64_t began = now();
    if (step() != 0) {
      perror("names");
      return 1;
    }
    end = now();
    latencies[63 - __builtin_clzll((end - began) | 1)]++;
    done++;
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  printf("%llu %.6f %.6f\n", (unsigned long long)done, (double)(end - start) / 1e9, cpu);
  return latencies[0] > done;
}
