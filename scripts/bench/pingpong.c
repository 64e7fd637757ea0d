/* The load: one connection, COUNT lines of 13 bytes, WINDOW of them under way at
   a time; every answer must be the line that was sent. pingpong PORT COUNT WINDOW
   Prints messages per second, then the 50th and 99th percentile of the time from
   sending a line to having its answer, in microseconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "times.h"

enum { LINE = 13, BUFFER = 64 * 1024 };

static void fail(const char *what) {
    fprintf(stderr, "pingpong: %s: %s\n", what, errno ? strerror(errno) : "end of input");
    exit(1);
}

/* The line with this number, LF included. */
static void make(char *line, long number) {
    for (int i = LINE - 2; i >= 0; i--, number /= 10)
        line[i] = (char)('0' + number % 10);
    line[LINE - 1] = '\n';
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(argv[1]))};
    long count = atol(argv[2]), window = atol(argv[3]), sent = 0, received = 0;
    if (count < 1 || window < 1 || window > BUFFER / LINE)
        return 2;
    double *times = malloc((size_t)count * sizeof *times);
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    /* A server that does not answer must not hang the measurement. */
    struct timeval limit = {.tv_sec = 10};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (!times || connect(fd, (struct sockaddr *)&address, sizeof address))
        fail("connect");

    static char out[BUFFER], in[BUFFER];
    size_t have = 0;
    double begin = now();
    while (received < count) {
        size_t length = 0;
        double time = now();
        for (; sent < count && sent - received < window; sent++, length += LINE) {
            make(out + length, sent);
            times[sent] = time;
        }
        if (length > 0 && write(fd, out, length) != (ssize_t)length)
            fail("write");
        errno = 0;
        ssize_t got = read(fd, in + have, sizeof in - have);
        if (got <= 0)
            fail("read");
        have += (size_t)got;
        time = now();
        size_t used = 0;
        for (; have - used >= LINE; used += LINE, received++) {
            char wanted[LINE];
            make(wanted, received);
            if (received >= sent || memcmp(in + used, wanted, LINE)) {
                fprintf(stderr, "pingpong: answer %ld is wrong\n", received);
                return 1;
            }
            times[received] = time - times[received];
        }
        memmove(in, in + used, have -= used);
    }
    print_times(times, count, now() - begin);
    return 0;
}
