/*
 * Watches streams of JPEGs (multipart/x-mixed-replace over HTTP) with many connections, and says what arrived when.
 *
 *   client HOST PORT WARM_S STEADY_S PATH=COUNT …
 *
 * Prints a line "start" when the steady time begins and one of JSON when it ends; it stays connected until its standard
 * input ends. It has to cost little beside what is measured: it looks at the heads of parts only, and has the kernel
 * throw the pictures away without copying them (MSG_TRUNC, tcp(7)).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_VIEWERS = 4096, HEAD_BYTES = 2048, MAX_AGES = 1 << 21 };

struct viewer {
  int fd;
  const char *path;
  char head[HEAD_BYTES + 1];
  int head_bytes;
  int has_answer; /* the head of the answer, not of a part, is over */
  int status;
  long left; /* bytes of the picture that are still to come */
  double taken_at;
  int level;
  long sequence, last_sequence;
  long pictures, missed;
  long long bytes;
};

static struct viewer viewers[MAX_VIEWERS];
static int count, alive, refused, ended;
static int is_steady;
static float *ages;
static long age_count;
static long by_level[101];

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void open_viewer(struct viewer *v, int epoll, const char *host, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  char request[1024];
  inet_pton(AF_INET, host, &address.sin_addr);
  v->fd = socket(AF_INET, SOCK_STREAM, 0);
  v->last_sequence = -1;
  if (v->fd < 0 || connect(v->fd, (void *)&address, sizeof address) != 0) {
    perror("connect");
    exit(1);
  }
  int length = snprintf(request, sizeof request, "GET %s HTTP/1.0\r\nHost: %s:%d\r\n\r\n", v->path, host, port);
  if (write(v->fd, request, length) != length) exit(1);
  fcntl(v->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = v};
  epoll_ctl(epoll, EPOLL_CTL_ADD, v->fd, &event);
  alive += 1;
}

static void gone(struct viewer *v) {
  close(v->fd);
  v->fd = -1;
  alive -= 1;
  ended += 1;
}

/** The value of a header of the part, as text; NULL when it is not there. */
static const char *header(const char *head, const char *name) {
  const char *at = strcasestr(head, name);
  return at == NULL ? NULL : at + strlen(name);
}

static void picture_arrived(struct viewer *v) {
  if (!is_steady) {
    v->last_sequence = v->sequence;
    return;
  }
  v->pictures += 1;
  if (v->sequence >= 0 && v->last_sequence >= 0 && v->sequence > v->last_sequence + 1)
    v->missed += v->sequence - v->last_sequence - 1;
  v->last_sequence = v->sequence;
  by_level[v->level] += 1;
  if (v->taken_at > 0 && age_count < MAX_AGES) ages[age_count++] = (seconds(CLOCK_REALTIME) - v->taken_at) * 1000;
}

/** A head is whole: of the answer, or of a part. */
static void head_arrived(struct viewer *v) {
  if (!v->has_answer) {
    v->has_answer = 1;
    v->status = atoi(v->head + 9);
    if (v->status != 200) {
      fprintf(stderr, "%s: %d\n", v->path, v->status);
      refused += 1;
    }
    return;
  }
  const char *length = header(v->head, "\nContent-Length:"), *time = header(v->head, "\nX-Timestamp:");
  const char *sequence = header(v->head, "\nX-Pipit-Sequence:"), *level = header(v->head, "\nX-Pipit-Level:");
  if (length == NULL) return;
  v->left = atol(length);
  v->taken_at = time == NULL ? 0 : atof(time);
  v->sequence = sequence == NULL ? -1 : atol(sequence);
  v->level = level == NULL ? 0 : atoi(level) % 101;
}

/** Takes bytes up to the end of a head; 0: there are no more for now. */
static int read_head(struct viewer *v) {
  int room = HEAD_BYTES - v->head_bytes;
  if (room > 512) room = 512;
  if (room <= 0) {
    fprintf(stderr, "%s: a head without an end\n", v->path);
    exit(1);
  }
  char *into = v->head + v->head_bytes;
  ssize_t got = recv(v->fd, into, room, MSG_PEEK);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) gone(v);
    return 0;
  }
  into[got] = 0;
  char *from = v->head_bytes >= 3 ? into - 3 : v->head;
  char *end = memmem(from, into + got - from, "\r\n\r\n", 4);
  ssize_t used = end == NULL ? got : end + 4 - into;
  if (recv(v->fd, into, used, MSG_TRUNC) != used) exit(1);
  v->bytes += is_steady ? used : 0;
  v->head_bytes += used;
  if (end == NULL) return 1;
  v->head[v->head_bytes] = 0;
  v->head_bytes = 0;
  head_arrived(v);
  return 1;
}

static int read_picture(struct viewer *v) {
  ssize_t got = recv(v->fd, NULL, v->left, MSG_TRUNC);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) gone(v);
    return 0;
  }
  v->bytes += is_steady ? got : 0;
  v->left -= got;
  if (v->left == 0) picture_arrived(v);
  return 1;
}

static void read_all(struct viewer *v) {
  while (v->fd >= 0 && (v->left > 0 ? read_picture(v) : read_head(v)));
}

static int ascending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return x < y ? -1 : x > y;
}

static double part(double share) { return age_count == 0 ? -1 : ages[(long)((age_count - 1) * share)]; }

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void report(double steady, double cpu) {
  static float rates[MAX_VIEWERS];
  long pictures = 0, missed = 0;
  long long bytes = 0;
  for (int i = 0; i < count; i += 1) {
    rates[i] = viewers[i].pictures / steady;
    pictures += viewers[i].pictures;
    missed += viewers[i].missed;
    bytes += viewers[i].bytes;
  }
  qsort(rates, count, sizeof *rates, ascending);
  qsort(ages, age_count, sizeof *ages, ascending);
  printf("{\"viewers\":%d,\"refused\":%d,\"ended\":%d,\"seconds\":%.3f,\"pictures\":%ld,\"missed\":%ld,\"bytes\":%lld,", count,
         refused, ended, steady, pictures, missed, bytes);
  printf("\"fps\":{\"min\":%.2f,\"p50\":%.2f,\"max\":%.2f},", rates[0], rates[(count - 1) / 2], rates[count - 1]);
  if (age_count > 0)
    printf("\"ageMs\":{\"p50\":%.2f,\"p95\":%.2f,\"max\":%.2f},", part(0.5), part(0.95), part(1));
  printf("\"levels\":{");
  const char *comma = "";
  for (int level = 0; level <= 100; level += 1) {
    if (by_level[level] == 0) continue;
    printf("%s\"%d\":%ld", comma, level, by_level[level]);
    comma = ",";
  }
  printf("},\"cpuSeconds\":%.2f}\n", cpu);
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "usage: client HOST PORT WARM_S STEADY_S PATH=COUNT ...\n");
    return 2;
  }
  int epoll = epoll_create1(0);
  ages = malloc(MAX_AGES * sizeof *ages);
  for (int i = 5; i < argc; i += 1) {
    char *number = strrchr(argv[i], '=');
    *number = 0;
    for (int n = atoi(number + 1); n > 0 && count < MAX_VIEWERS; n -= 1) viewers[count++].path = argv[i];
  }
  if (count == 0) return 2;
  for (int i = 0; i < count; i += 1) open_viewer(&viewers[i], epoll, argv[1], atoi(argv[2]));
  double start = seconds(CLOCK_MONOTONIC) + atof(argv[3]), end = start + atof(argv[4]), cpu = 0;
  for (;;) {
    struct epoll_event events[256];
    int ready = epoll_wait(epoll, events, 256, 20);
    double now = seconds(CLOCK_MONOTONIC);
    if (!is_steady && now >= start) {
      is_steady = 1;
      start = now;
      cpu = cpu_seconds();
      puts("start");
      fflush(stdout);
    }
    if (now >= end) break;
    for (int i = 0; i < ready; i += 1) read_all(events[i].data.ptr);
  }
  report(seconds(CLOCK_MONOTONIC) - start, cpu_seconds() - cpu);
  char rest;
  while (read(0, &rest, 1) > 0);
  return 0;
}
