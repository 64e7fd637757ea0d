/* What the loads over UDP have in common: COUNT requests, WINDOW of them under way
   at a time, each with a number from 1. On loopback nothing is lost as long as the
   window fits the receive buffers, so a missing answer is an error here and no
   reason to send again. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "times.h"

enum { MOST = 128 };

/* One of them: its requests are of SIZE bytes, and so are the answers. */
struct load {
    const char *name;
    size_t size;
    void (*make)(unsigned char *request, long number);
    int (*is_right)(const unsigned char *answer, long number);
};

static void fail(const struct load *load, const char *what) {
    fprintf(stderr, "%s: %s: %s\n", load->name, what, strerror(errno));
    exit(1);
}

/* The program: PORT COUNT WINDOW. Prints answers per second, then the 50th and 99th
   percentile of the time from sending a request to having its answer, in
   microseconds. */
static int run(const struct load *load, int argc, char **argv) {
    if (argc != 4)
        return 2;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(argv[1]))};
    long count = atol(argv[2]), window = atol(argv[3]), sent = 0;
    if (count < 1 || window < 1 || window > MOST)
        return 2;
    double *times = malloc((size_t)count * sizeof *times);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    /* A server that does not answer must not hang the measurement. */
    struct timeval limit = {.tv_sec = 10};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (!times || connect(fd, (struct sockaddr *)&address, sizeof address))
        fail(load, "connect");

    unsigned char request[load->size], answer[load->size + 1];
    double begin = now();
    for (long received = 0; received < count; received++) {
        for (; sent < count && sent - received < window; sent++) {
            load->make(request, sent + 1);
            times[sent] = now();
            if (send(fd, request, sizeof request, 0) != (ssize_t)sizeof request)
                fail(load, "send");
        }
        /* One socket answers one after the other: in order. */
        if (recv(fd, answer, sizeof answer, 0) != (ssize_t)sizeof request)
            fail(load, "receive");
        if (!load->is_right(answer, received + 1)) {
            fprintf(stderr, "%s: answer %ld is wrong\n", load->name, received + 1);
            return 1;
        }
        times[received] = now() - times[received];
    }
    print_times(times, count, now() - begin);
    return 0;
}
