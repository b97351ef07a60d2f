/*
 * The least that a server of JPEG streams can do: every 1/FPS seconds it writes the same picture to each connection
 * whose last one the kernel has taken, with one call, and nothing else.
 *
 *   floor PORT FPS FILE …
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { MAX_VIEWERS = 4096, MAX_PICTURES = 256 };
static const char TAIL[] = "\r\n--floor\r\n";
static const char ANSWER[] =
    "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=floor\r\n\r\n--floor\r\n";

struct picture {
  char *data;
  size_t bytes;
};

struct viewer {
  int fd;
  char head[160];
  size_t head_bytes;
  const struct picture *picture; /* what is being sent; NULL: nothing */
  size_t sent;
  int is_waiting; /* for the kernel to take more */
};

static struct viewer viewers[MAX_VIEWERS];
static struct picture pictures[MAX_PICTURES];
static int viewer_count, picture_count, epoll;

static void watch(struct viewer *v, int operation, unsigned events) {
  struct epoll_event event = {.events = events, .data.ptr = v};
  epoll_ctl(epoll, operation, v->fd, &event);
}

static void send_rest(struct viewer *v) {
  const struct {
    const char *data;
    size_t bytes;
  } parts[3] = {{v->head, v->head_bytes}, {v->picture->data, v->picture->bytes}, {TAIL, sizeof TAIL - 1}};
  struct iovec rest[3];
  int count = 0;
  size_t skip = v->sent, total = 0;
  for (int i = 0; i < 3; i += 1) {
    total += parts[i].bytes;
    if (skip >= parts[i].bytes) {
      skip -= parts[i].bytes;
      continue;
    }
    rest[count].iov_base = (void *)(parts[i].data + skip);
    rest[count++].iov_len = parts[i].bytes - skip;
    skip = 0;
  }
  ssize_t wrote = writev(v->fd, rest, count);
  if (wrote < 0 && errno != EAGAIN) {
    close(v->fd);
    v->fd = -1;
    v->picture = NULL;
    return;
  }
  v->sent += wrote > 0 ? wrote : 0;
  if (v->sent == total) v->picture = NULL;
  int has_rest = v->picture != NULL;
  if (has_rest != v->is_waiting) watch(v, EPOLL_CTL_MOD, has_rest ? EPOLLOUT : 0);
  v->is_waiting = has_rest;
}

static void send_picture(long number) {
  const struct picture *picture = &pictures[number % picture_count];
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  for (int i = 0; i < viewer_count; i += 1) {
    struct viewer *v = &viewers[i];
    if (v->fd < 0 || v->picture != NULL) continue;
    v->head_bytes = snprintf(v->head, sizeof v->head,
                             "Content-Type: image/jpeg\r\nContent-Length: %zu\r\nX-Timestamp: %ld.%06ld\r\n"
                             "X-Pipit-Sequence: %ld\r\n\r\n",
                             picture->bytes, (long)now.tv_sec, now.tv_nsec / 1000, number);
    v->picture = picture;
    v->sent = 0;
    send_rest(v);
  }
}

static void accept_all(int listener) {
  for (int fd; viewer_count < MAX_VIEWERS && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
    struct viewer *v = &viewers[viewer_count++];
    if (write(fd, ANSWER, sizeof ANSWER - 1) < 0) perror("write");
    v->fd = fd;
    watch(v, EPOLL_CTL_ADD, 0);
  }
}

static void read_picture(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || picture_count == MAX_PICTURES) {
    perror(path);
    exit(1);
  }
  struct picture *picture = &pictures[picture_count++];
  fseek(file, 0, SEEK_END);
  picture->bytes = ftell(file);
  rewind(file);
  picture->data = malloc(picture->bytes);
  if (fread(picture->data, 1, picture->bytes, file) != picture->bytes) exit(1);
  fclose(file);
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  signal(SIGPIPE, SIG_IGN);
  for (int i = 3; i < argc; i += 1) read_picture(argv[i]);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  if (bind(listener, (void *)&address, sizeof address) != 0 || listen(listener, 4096) != 0) {
    perror("listen");
    return 1;
  }
  long period = 1000000000L / atoi(argv[2]);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct itimerspec times = {{0, period}, {0, period}};
  timerfd_settime(timer, 0, &times, NULL);
  epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listener};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  event.data.ptr = &timer;
  epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
  for (long number = 0;;) {
    struct epoll_event events[256];
    int ready = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < ready; i += 1) {
      unsigned long long ticks;
      struct viewer *v = events[i].data.ptr;
      if (events[i].data.ptr == &listener) accept_all(listener);
      else if (events[i].data.ptr != &timer) {
        if (v->picture != NULL) send_rest(v);
        else if (events[i].events & (EPOLLHUP | EPOLLERR)) {
          close(v->fd);
          v->fd = -1;
        }
      } else if (read(timer, &ticks, sizeof ticks) > 0) send_picture(number++);
    }
  }
}
