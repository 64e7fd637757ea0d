/* The load: CONNECTIONS connections at once, each with one name of 13 bytes (LF
   included) under way, COUNT names in all; every answer must be right.
   many PORT CONNECTIONS COUNT [threads]
   One thread serves all connections with epoll, and sends as many names at a time
   as it has found answers; with the word threads, each connection has a thread that
   blocks, as programs with one connection do. Prints messages per second, then the 50th and 99th percentile of the time from
   sending a name to having its answer, in microseconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "times.h"

enum { NAME = 12, BUFFER = 64, EVENTS = 256, PATIENCE = 120 };

struct connection {
    int fd;
    double sent;
    size_t have;
    char name[NAME + 1], in[BUFFER];
};

/* What the clients share. */
static long names;
static double *times, begin;
static atomic_long asked, received;
static pthread_barrier_t ready;

static const char GREETING[] = "Welcome!\n", HEAD[] = "Hello, ", TAIL[] = "!\n";

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

/* Sends the next name, if there is one left. */
static int next(struct connection *connection) {
    long number = atomic_fetch_add(&asked, 1);
    if (number >= names)
        return 0;
    ask(connection, number);
    return 1;
}

/* Reads once; whether the answer is complete, and then its time is noted. */
static int hear(struct connection *connection) {
    more(connection);
    if (!answered(connection))
        return 0;
    times[atomic_fetch_add(&received, 1)] = now() - connection->sent;
    return 1;
}

static void by_epoll(struct connection *all, long connections) {
    int poller = epoll_create1(0);
    if (poller < 0)
        fail("epoll");
    for (long i = 0; i < connections; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, all[i].fd, &event))
            fail("epoll");
    }
    begin = now();
    for (long i = 0; i < connections; i++)
        next(&all[i]);
    while (received < names) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(poller, events, EVENTS, -1);
        if (count < 0)
            fail("epoll");
        for (int i = 0; i < count; i++)
            if (hear(events[i].data.ptr))
                next(events[i].data.ptr);
    }
}

static void *talk(void *connection) {
    pthread_barrier_wait(&ready);
    while (next(connection))
        while (!hear(connection))
            ;
    return NULL;
}

static void by_threads(struct connection *all, long connections) {
    pthread_t *threads = calloc((size_t)connections, sizeof *threads);
    if (!threads || pthread_barrier_init(&ready, NULL, (unsigned)connections + 1))
        fail("set-up");
    for (long i = 0; i < connections; i++)
        if ((errno = pthread_create(&threads[i], NULL, talk, &all[i])))
            fail("thread");
    begin = now();
    pthread_barrier_wait(&ready);
    for (long i = 0; i < connections; i++)
        pthread_join(threads[i], NULL);
    free(threads);
}

int main(int argc, char **argv) {
    int threads = argc == 5 && !strcmp(argv[4], "threads");
    if (argc != 4 && !threads)
        return 2;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(argv[1]))};
    long connections = atol(argv[2]);
    names = atol(argv[3]);
    if (connections < 1 || names < connections)
        return 2;
    struct connection *all = calloc((size_t)connections, sizeof *all);
    times = malloc((size_t)names * sizeof *times);
    int yes = 1;
    if (!all || !times)
        fail("set-up");
    /* A server that does not answer must not hang the measurement. */
    alarm(PATIENCE);
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
    }
    (threads ? by_threads : by_epoll)(all, connections);
    print_times(times, names, now() - begin);
    return 0;
}
