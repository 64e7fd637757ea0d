/* The load: CONNECTIONS connections at once, each with one name of 13 bytes (LF
   included) under way, COUNT names in all; every answer must be right.
   many PORT CONNECTIONS COUNT
   Prints messages per second, then the 50th and 99th percentile of the time from
   sending a name to having its answer, in microseconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { NAME = 12, BUFFER = 64, EVENTS = 256 };

struct connection {
    int fd;
    double sent;
    size_t have;
    char name[NAME + 1], in[BUFFER];
};

static const char GREETING[] = "Welcome!\n", HEAD[] = "Hello, ", TAIL[] = "!\n";

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void fail(const char *what) {
    fprintf(stderr, "many: %s: %s\n", what, errno ? strerror(errno) : "end of input");
    exit(1);
}

/* Sends the name with this number, LF included. */
static void ask(struct connection *connection, long number) {
    for (int i = NAME - 1; i >= 0; i--, number /= 10)
        connection->name[i] = (char)('0' + number % 10);
    connection->name[NAME] = '\n';
    connection->sent = now();
    connection->have = 0;
    if (write(connection->fd, connection->name, NAME + 1) != NAME + 1)
        fail("write");
}

/* Whether the whole answer is there; a wrong one ends the program. */
static int answered(struct connection *connection) {
    size_t head = sizeof HEAD - 1, tail = sizeof TAIL - 1;
    if (connection->have < head + NAME + tail)
        return 0;
    if (connection->have > head + NAME + tail || memcmp(connection->in, HEAD, head) ||
        memcmp(connection->in + head, connection->name, NAME) ||
        memcmp(connection->in + head + NAME, TAIL, tail)) {
        fprintf(stderr, "many: a wrong answer: %.*s\n", (int)connection->have, connection->in);
        exit(1);
    }
    return 1;
}

static void more(struct connection *connection) {
    errno = 0;
    ssize_t got = read(connection->fd, connection->in + connection->have, BUFFER - connection->have);
    if (got <= 0)
        fail("read");
    connection->have += (size_t)got;
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(argv[1]))};
    long connections = atol(argv[2]), count = atol(argv[3]), asked = 0, received = 0;
    if (connections < 1 || count < connections)
        return 2;
    double *times = malloc((size_t)count * sizeof *times);
    struct connection *all = calloc((size_t)connections, sizeof *all);
    int poller = epoll_create1(0), yes = 1;
    if (!times || !all || poller < 0)
        fail("set-up");
    for (long i = 0; i < connections; i++) {
        struct connection *connection = &all[i];
        connection->fd = socket(AF_INET, SOCK_STREAM, 0);
        setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (connect(connection->fd, (struct sockaddr *)&address, sizeof address))
            fail("connect");
        while (connection->have < sizeof GREETING - 1)
            more(connection);
        if (memcmp(connection->in, GREETING, sizeof GREETING - 1))
            fail("greeting");
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, connection->fd, &event))
            fail("epoll");
    }
    double begin = now();
    for (long i = 0; i < connections; i++)
        ask(&all[i], asked++);
    while (received < count) {
        struct epoll_event events[EVENTS];
        /* A server that does not answer must not hang the measurement. */
        int ready = epoll_wait(poller, events, EVENTS, 10000);
        if (ready <= 0)
            fail("no answer");
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            more(connection);
            if (!answered(connection))
                continue;
            times[received++] = now() - connection->sent;
            if (asked < count)
                ask(connection, asked++);
        }
    }
    double seconds = now() - begin;
    qsort(times, (size_t)count, sizeof *times, by_value);
    printf("%.0f %.1f %.1f\n", (double)count / seconds, times[count / 2] * 1e6,
           times[count - 1 - count / 100] * 1e6);
    return 0;
}
