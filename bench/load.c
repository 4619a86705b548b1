// load: load generator and backend in one thread, for measuring a layer-4 proxy that stands between.
//
//   load MODE PROXY_PORT BACKEND_PORT CONNECTIONS SECONDS [REQUEST_BYTES] [RESPONSE_BYTES] [RATE]
//        [full|resumed]
//
//   rr       ping-pong on kept connections
//   connfin  connect, one exchange, the backend closes with FIN, the client waits for it; repeat
//   conn     connect, one exchange, the client closes with RST; repeat
//   down     the backend streams to the client
//   up       the client streams to the backend
//   idle     opens CONNECTIONS, one exchange of a byte on each, then holds them for SECONDS,
//            or until SIGTERM
//   open-connfin, open-conn, open-rr
//            the same as an open loop: RATE connections (open-rr: exchanges, on CONNECTIONS kept ones in
//            turn) a second are due at fixed times, whatever the proxy does. Latency counts from the time
//            an operation was due, so that no answer that came late hides those that had to wait for it
//            (coordinated omission). CONNECTIONS is the most that are open at one time.
//
// With the PROXY_PORT "-" open-connfin plays the load balancer of several members (front.h), whose ports come
// from stdin. A connection that is refused or reset before its answer goes to the next of them; its latency
// counts from the time it was due. Beside it a hundred a second, the control, go directly to the backend:
// what these wait too, the machine is the cause of. Measures from the first line on, until stdin ends.
//
// Prints START when the measurement begins (after a quarter of SECONDS; idle: when all are open),
// then one line of JSON: operations and bytes a second, latency percentiles, errors. An operation
// is one exchange; with conn and connfin its latency includes connecting. An open loop reports "each"
// second from the first on, too. RATE is the most new connections a second, with down and up the most MB
// a second, 0 = as many as it can. Both ends live in one thread so that neither can hide behind a second
// core.
//
// The last argument gives the clients TLS 1.3 (tls.h), the backend stays in clear: "full" never
// resumes a session, with "resumed" a handshake that is not resumed is an error once the measurement
// has begun.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "front.h"
#include "histogram.h"
#include "tls.h"

enum mode { RR, CONNFIN, CONN, DOWN, UP, IDLE, UNKNOWN };
static const char *const MODE_NAMES[] = {"rr", "connfin", "conn", "down", "up", "idle"};

enum role { UNUSED, ACCEPTOR, CONNECTING, CLIENT, BACKEND, PORTS };

struct connection {
  enum role role;
  bool ends_after_send;     // backend of connfin: FIN once `unsent` is out
  bool waits_for_writable;  // EPOLLOUT is watched, because of `unsent`
  int64_t received;         // bytes of the exchange under way
  int64_t unsent;           // bytes the socket did not take yet
  uint64_t started_ns;      // of the exchange under way; in an open loop, when it was due
  bool exchanges;           // a client of open-rr waits for an answer
  uint64_t next;            // of a client of open-rr: which exchange of all is its next
  SSL *ssl;                 // of a client with TLS
  int port;                 // of a client: where it connects to
  int attempts;             // of a client: how many members it was given to
  bool is_control;          // a client that goes directly to the backend
};

enum {
  MAX_FDS = 1 << 20,      // the limit of open files must not be higher
  MAX_CONNECTING = 200,  // more at once would measure the listen queue
  STREAM_WRITE = 256 * 1024,
  MAX_SECONDS = 120,      // that an open loop reports one by one
  MAX_KEPT = 1 << 16,
  CONTROL_RATE = 100,
  READ_SIZE = 1024 * 1024
};

static struct connection connections[MAX_FDS];
static char buffer[READ_SIZE];
static int epoll_fd;

static enum mode mode;
static int proxy_port, backend_port, target, request_bytes = 100, response_bytes = 100, rate;
static uint64_t began_ns, opened;
static bool measuring, is_open_loop, is_front;
static volatile sig_atomic_t asked_to_end;

static int clients, connecting;  // live client sockets, and how many of them are not connected yet
static uint64_t operations, bytes, errors, streamed;
static struct histogram latency, second_latency;
static struct second { uint64_t served; double p50_us, p99_us; } each[MAX_SECONDS];
static int second_count;
static uint64_t second_served;
static int kept[MAX_KEPT];  // of open-rr, in the order of their turns
static int kept_count;
static uint64_t controls, retried;
static struct front_waits waits, control_waits;
static uint64_t offered;    // how many exchanges of open-rr were due so far

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t due_at_ns(uint64_t number, int per_second) {
  return began_ns + (uint64_t)((double)number * 1e9 / per_second);
}

// When the operation of this number is due in an open loop.
static uint64_t due_ns(uint64_t number) { return due_at_ns(number, rate); }

static void count_operation(struct connection *c, uint64_t now) {
  if (is_front) {
    front_waited(c->is_control ? &control_waits : &waits, c->started_ns - began_ns, now - c->started_ns,
                 c->port, c->attempts);
    if (c->is_control) return;
  }
  operations++;
  if (is_open_loop) {
    second_served++;
    histogram_add(&second_latency, now - c->started_ns);
  }
  bytes += (uint64_t)(request_bytes + response_bytes);
  histogram_add(&latency, now - c->started_ns);
}

static void watch(int operation, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(epoll_fd, operation, fd, &event);
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static void set_no_delay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void release(int fd) {
  enum role role = connections[fd].role;
  bool counted = !connections[fd].is_control;
  if (counted && (role == CLIENT || role == CONNECTING)) clients--;
  if (counted && role == CONNECTING) connecting--;
  connections[fd].role = UNUSED;
  if (connections[fd].ssl != NULL) tls_end(connections[fd].ssl, mode == CONN);
  connections[fd].ssl = NULL;
  close(fd);
}

static void open_client_to(struct connection client);

// A client that has no answer yet may try another member, but each only once.
static bool may_retry(const struct connection *c) {
  return is_front && !c->is_control && c->received == 0 && c->attempts < front_count;
}

// A backend's side may end at any time: whether that was a fault, its client tells.
static void fail(int fd) {
  struct connection was = connections[fd];
  release(fd);
  if (was.role == BACKEND) return;
  if (may_retry(&was)) {
    retried++;
    open_client_to((struct connection){
        .started_ns = was.started_ns, .port = front_next(), .attempts = was.attempts + 1});
  } else {
    errors++;
  }
}

static void open_client_to(struct connection client) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    errors++;
    return;
  }
  set_no_delay(fd);
  if (mode == CONN) {  // close() sends RST
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  client.role = CONNECTING;
  connections[fd] = client;
  if (is_open_loop && mode == RR) {
    connections[fd].next = (uint64_t)kept_count;
    kept[kept_count++] = fd;
  }
  if (!client.is_control) {
    clients++;
    connecting++;
  }
  struct sockaddr_in address = loopback(client.port);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS) {
    fail(fd);
    return;
  }
  watch(EPOLL_CTL_ADD, fd, EPOLLOUT);
}

static void open_client(uint64_t started_ns) {
  opened++;
  open_client_to((struct connection){
      .started_ns = started_ns, .port = is_front ? front_next() : proxy_port, .attempts = 1});
}

static bool is_within_rate(void) {
  return rate == 0 || opened < (now_ns() - began_ns) * (uint64_t)rate / 1000000000u;
}

// Those that are due; how late each is opened is part of its latency.
static void open_due_clients(void) {
  while (clients < target && due_ns(opened) <= now_ns()) open_client(due_ns(opened));
  while (is_front && due_at_ns(controls, CONTROL_RATE) <= now_ns()) {
    open_client_to((struct connection){.started_ns = due_at_ns(controls++, CONTROL_RATE),
                                       .port = backend_port, .is_control = true});
  }
}

static void open_missing_clients(void) {
  uint64_t errors_before = errors;
  int most = tls_awaits_ticket() ? 1 : target;  // the first handshake can't be resumed
  while (clients < most && connecting < MAX_CONNECTING && errors == errors_before &&
         is_within_rate()) {
    open_client(now_ns());
  }
}

static void listen_as_backend(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = loopback(port);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 4096) != 0) {
    perror("load: backend port");
    exit(2);
  }
  connections[fd].role = ACCEPTOR;
  watch(EPOLL_CTL_ADD, fd, EPOLLIN);
}

static void accept_backends(int acceptor) {
  for (int i = 0; i < 64; i++) {
    int fd = accept4(acceptor, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) return;
    set_no_delay(fd);
    connections[fd] = (struct connection){.role = BACKEND};
    watch(EPOLL_CTL_ADD, fd, mode == DOWN ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
}

static bool is_streaming(void) { return mode == DOWN || mode == UP; }

static bool is_sender(const struct connection *c) {
  return (mode == DOWN && c->role == BACKEND) || (mode == UP && c->role == CLIENT);
}

static ssize_t receive(int fd, size_t count) {
  SSL *ssl = connections[fd].ssl;
  return ssl != NULL ? tls_recv(ssl, buffer, count) : recv(fd, buffer, count, 0);
}

static ssize_t transmit(int fd, size_t count) {
  SSL *ssl = connections[fd].ssl;
  return ssl != NULL ? tls_send(ssl, buffer, count) : send(fd, buffer, count, MSG_NOSIGNAL);
}

// Sends what is owed; what the socket does not take waits for EPOLLOUT. False = the socket is gone.
static bool send_owed(int fd) {
  struct connection *c = &connections[fd];
  while (c->unsent > 0) {
    size_t count = c->unsent < READ_SIZE ? (size_t)c->unsent : READ_SIZE;
    ssize_t sent = transmit(fd, count);
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) {
      fail(fd);
      return false;
    }
    c->unsent -= sent;
  }
  if (c->waits_for_writable != (c->unsent > 0)) {
    c->waits_for_writable = !c->waits_for_writable;
    watch(EPOLL_CTL_MOD, fd, c->waits_for_writable ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
  if (c->unsent == 0 && c->ends_after_send) shutdown(fd, SHUT_WR);
  return true;
}

static bool owe(int fd, int64_t count) {
  connections[fd].unsent += count;
  return send_owed(fd);
}

// The next exchange of a kept connection, if it is due and the one before has ended.
static void exchange_if_due(int fd) {
  struct connection *c = &connections[fd];
  if (c->role != CLIENT || c->exchanges || due_ns(c->next) > now_ns()) return;
  c->exchanges = true;
  c->started_ns = due_ns(c->next);
  c->next += (uint64_t)target;
  owe(fd, request_bytes);
}

static void start_due_exchanges(void) {
  while (kept_count == target && due_ns(offered) <= now_ns()) {
    exchange_if_due(kept[offered++ % (uint64_t)target]);
  }
}

static void on_established(int fd) {
  struct connection *c = &connections[fd];
  c->role = CLIENT;
  if (!c->is_control) connecting--;
  watch(EPOLL_CTL_MOD, fd, is_sender(c) ? EPOLLIN | EPOLLOUT : EPOLLIN);
  if (is_streaming()) return;
  if (is_open_loop && mode == RR) {
    exchange_if_due(fd);
    return;
  }
  if (mode == RR) c->started_ns = now_ns();  // connecting is no part of its first operation
  owe(fd, request_bytes);
}

static void on_handshake(int fd) {
  SSL *ssl = connections[fd].ssl;
  ssize_t result = tls_handshake(ssl);
  if (result < 0 && errno == EAGAIN) return;
  if (result <= 0 || (measuring && tls_is_unresumed(ssl))) {
    fail(fd);
  } else {
    on_established(fd);
  }
}

static void on_connected(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) {
    fail(fd);
    return;
  }
  connections[fd].ssl = tls_client(fd);
  if (connections[fd].ssl == NULL) {
    on_established(fd);
  } else {
    watch(EPOLL_CTL_MOD, fd, EPOLLIN);
    on_handshake(fd);
  }
}

// The peer is gone. Expected everywhere but at a client that still waits for something.
static void on_end(int fd, ssize_t result) {
  struct connection *c = &connections[fd];
  if (c->role == BACKEND) {
    release(fd);
  } else if (mode == CONNFIN && result == 0 && c->received == response_bytes) {
    count_operation(c, now_ns());
    release(fd);
  } else {
    fail(fd);
  }
}

static void on_request_bytes(int fd) {
  struct connection *c = &connections[fd];
  while (c->received >= request_bytes) {
    c->received -= request_bytes;
    c->ends_after_send = mode == CONNFIN;
    if (!owe(fd, response_bytes)) return;
  }
}

static void on_response_bytes(int fd) {
  struct connection *c = &connections[fd];
  if (mode == CONNFIN || c->received < response_bytes) return;  // connfin counts at the FIN
  c->received -= response_bytes;
  uint64_t now = now_ns();
  count_operation(c, now);
  if (mode == CONN) {
    release(fd);
  } else if (mode == RR && is_open_loop) {
    c->exchanges = false;
    exchange_if_due(fd);
  } else if (mode == RR) {
    c->started_ns = now;
    owe(fd, request_bytes);
  }
}

static void on_readable(int fd) {
  struct connection *c = &connections[fd];
  ssize_t count = receive(fd, is_streaming() ? READ_SIZE : 64 * 1024);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) {
    on_end(fd, count);
  } else if (is_streaming()) {
    bytes += (uint64_t)count;
  } else {
    c->received += count;
    if (c->role == BACKEND) on_request_bytes(fd);
    else on_response_bytes(fd);
  }
}

// Rests until the streams are no more ahead of their rate; what arrives meanwhile waits in its socket.
static void keep_pace(void) {
  if (rate == 0) return;
  uint64_t due = began_ns + streamed * 1000 / (uint64_t)rate, now = now_ns();
  if (due <= now) return;
  struct timespec rest = {.tv_sec = (time_t)((due - now) / 1000000000u),
                          .tv_nsec = (long)((due - now) % 1000000000u)};
  nanosleep(&rest, NULL);
}

static void on_writable(int fd) {
  if (!is_sender(&connections[fd])) {
    send_owed(fd);
    return;
  }
  keep_pace();
  ssize_t sent = transmit(fd, STREAM_WRITE);
  if (sent > 0) streamed += (uint64_t)sent;
  else if (errno != EAGAIN) fail(fd);
}

static void on_event(int fd, uint32_t events) {
  switch (connections[fd].role) {
    case ACCEPTOR:
      accept_backends(fd);
      break;
    case CONNECTING:
      if (connections[fd].ssl == NULL) on_connected(fd);
      else on_handshake(fd);
      break;
    case CLIENT:
    case BACKEND:
      if (events & EPOLLOUT) on_writable(fd);
      if (connections[fd].role != UNUSED && (events & ~(uint32_t)EPOLLOUT)) on_readable(fd);
      break;
    case PORTS:
      asked_to_end = !front_read();
      break;
    case UNUSED:
      break;
  }
}

// Closes the account of each second of an open loop that is over.
static void end_seconds(void) {
  while (is_open_loop && second_count < MAX_SECONDS &&
         now_ns() >= began_ns + (uint64_t)(second_count + 1) * 1000000000u) {
    each[second_count++] = (struct second){second_served,
                                           histogram_percentile_us(&second_latency, .5),
                                           histogram_percentile_us(&second_latency, .99)};
    second_served = 0;
    memset(&second_latency, 0, sizeof second_latency);
  }
}

// How long a turn may wait: an open loop until its next operation is due, to the microsecond.
static struct timespec patience(void) {
  if (!is_open_loop) return (struct timespec){.tv_nsec = (rate == 0 ? 50 : 1) * 1000000};
  uint64_t due = due_ns(mode == RR ? offered : opened), now = now_ns();
  uint64_t ns = due > now ? due - now : clients < target ? 0 : 1000000;
  if (ns > 50000000) ns = 50000000;
  return (struct timespec){.tv_nsec = (long)ns};
}

static void begin_operations(void) {
  if (is_open_loop && mode != RR) open_due_clients();
  else if (!is_open_loop || kept_count < target) open_missing_clients();
  if (is_open_loop && mode == RR) start_due_exchanges();
}

static void turn(void) {
  struct epoll_event events[512];
  end_seconds();
  if (!asked_to_end) begin_operations();
  struct timespec wait = patience();
  int count = epoll_pwait2(epoll_fd, events, 512, &wait, NULL);
  for (int i = 0; i < count; i++) on_event(events[i].data.fd, events[i].events);
}

static void start_measuring(void) {
  if (mode != IDLE) {
    operations = bytes = 0;
    memset(&latency, 0, sizeof latency);
  }
  measuring = true;
  printf("START\n");
  fflush(stdout);
}

static void report_each_second(void) {
  printf(", \"each\": [");
  for (int i = 0; i < second_count; i++) {
    printf("%s{\"served\": %" PRIu64 ", \"p50_us\": %.1f, \"p99_us\": %.1f}", i == 0 ? "" : ", ",
           each[i].served, each[i].p50_us, each[i].p99_us);
  }
  printf("]");
}

static void report(double seconds) {
  printf("{\"mode\": \"%s\", \"seconds\": %.3f, \"operations\": %" PRIu64 ", \"bytes\": %" PRIu64,
         MODE_NAMES[mode], seconds, operations, bytes);
  printf(", \"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f",
         histogram_percentile_us(&latency, .5), histogram_percentile_us(&latency, .99),
         histogram_percentile_us(&latency, .999));
  printf(", \"errors\": %" PRIu64 ", \"open\": %d", errors, clients - connecting);
  if (is_open_loop) report_each_second();
  if (is_front) {
    printf(", \"retried\": %" PRIu64 ", \"controls\": %" PRIu64, retried, controls);
    front_report("waits", &waits);
    front_report("control", &control_waits);
  }
  printf("}\n");
}

static void on_sigterm(int signal_number) {
  (void)signal_number;
  asked_to_end = 1;
}

// Lets those finish that are open; what then has no answer never had one.
static void finish_front(void) {
  uint64_t give_up_ns = now_ns() + FRONT_PATIENCE_MS * 1000000ull;
  asked_to_end = 1;
  while (clients > 0 && now_ns() < give_up_ns) turn();
  errors += (uint64_t)clients;
}

// Waits for the first ports, which must be there before the first connection is due.
static void begin_front(void) {
  connections[STDIN_FILENO].role = PORTS;
  while (front_count == 0 && front_read()) {
  }
  watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN);
}

static enum mode parse_mode(const char *name) {
  is_open_loop = strncmp(name, "open-", 5) == 0;
  if (is_open_loop) name += 5;
  for (int i = 0; i < UNKNOWN; i++) {
    if (strcmp(name, MODE_NAMES[i]) != 0) continue;
    return is_open_loop && i > CONN ? UNKNOWN : (enum mode)i;
  }
  return UNKNOWN;
}

int main(int argc, char **argv) {
  mode = argc >= 6 ? parse_mode(argv[1]) : UNKNOWN;
  if (mode == UNKNOWN) {
    fprintf(stderr, "usage: load [open-]rr|[open-]connfin|[open-]conn|down|up|idle"
                    " PROXY_PORT BACKEND_PORT CONNECTIONS SECONDS [REQUEST_BYTES] [RESPONSE_BYTES] [RATE] [full|resumed]\n");
    return 2;
  }
  is_front = strcmp(argv[2], "-") == 0;
  proxy_port = atoi(argv[2]);
  backend_port = atoi(argv[3]);
  target = atoi(argv[4]);
  double seconds = atof(argv[5]);
  if (argc > 6) request_bytes = atoi(argv[6]);
  if (argc > 7) response_bytes = atoi(argv[7]);
  if (argc > 8) rate = atoi(argv[8]);
  if (argc > 9) tls_prepare(argv[9]);
  if (mode == IDLE) request_bytes = response_bytes = 1;
  if (is_front && (!is_open_loop || mode != CONNFIN || argc > 9)) {
    fprintf(stderr, "load: only open-connfin in clear has a load balancer\n");
    return 2;
  }
  if (is_open_loop && (rate <= 0 || target > MAX_KEPT)) {
    fprintf(stderr, "load: an open loop needs a RATE, and at most %d CONNECTIONS\n", MAX_KEPT);
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1000);  // ns; the default of 50 us would be part of the latency

  signal(SIGPIPE, SIG_IGN);
  memset(buffer, 'x', sizeof buffer);
  epoll_fd = epoll_create1(0);
  listen_as_backend(backend_port);
  if (is_front) begin_front();

  uint64_t length_ns = (uint64_t)(seconds * 1e9);
  began_ns = now_ns();
  uint64_t end_ns = began_ns + length_ns;
  if (mode == IDLE) {
    signal(SIGTERM, on_sigterm);
    uint64_t give_up_ns = now_ns() + 60ull * 1000000000u;
    while (operations < (uint64_t)target && now_ns() < give_up_ns) turn();
    end_ns = now_ns() + length_ns;
  } else {
    while (!is_front && now_ns() < end_ns - length_ns * 3 / 4) turn();
  }
  uint64_t measured_from = now_ns();
  start_measuring();
  while (now_ns() < end_ns && !asked_to_end) turn();
  end_seconds();
  if (is_front) finish_front();
  report((double)(now_ns() - measured_from) / 1e9);
  return 0;
}
