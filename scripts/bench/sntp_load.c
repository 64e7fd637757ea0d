/* The load: COUNT questions of SNTP, WINDOW of them under way at a time; every
   answer must be of mode 4 and have the transmit timestamp of its question for
   origin. On loopback nothing is lost as long as the window fits the receive
   buffers, so a missing answer is an error here and no reason to ask again.
   sntp_load PORT COUNT WINDOW
   Prints answers per second, then the 50th and 99th percentile of the time from
   asking to having the answer, in microseconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { SIZE = 48, ORIGIN = 24, TRANSMIT = 40, MOST = 128 };

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
    fprintf(stderr, "sntp_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* A number that no other question of this run has, and that looks like none. */
static uint64_t nonce(long number) {
    return ((uint64_t)number + 1) * 0x9e3779b97f4a7c15u;
}

int main(int argc, char **argv) {
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
        fail("connect");

    unsigned char question[SIZE] = {0x23}, answer[SIZE + 1];
    double begin = now();
    for (long received = 0; received < count; received++) {
        for (; sent < count && sent - received < window; sent++) {
            uint64_t number = nonce(sent);
            memcpy(question + TRANSMIT, &number, sizeof number);
            times[sent] = now();
            if (send(fd, question, SIZE, 0) != SIZE)
                fail("send");
        }
        /* One socket answers one after the other: in order. */
        if (recv(fd, answer, sizeof answer, 0) != SIZE)
            fail("receive");
        uint64_t number = nonce(received);
        if ((answer[0] & 7) != 4 || memcmp(answer + ORIGIN, &number, sizeof number)) {
            fprintf(stderr, "sntp_load: answer %ld is wrong\n", received + 1);
            return 1;
        }
        times[received] = now() - times[received];
    }
    double seconds = now() - begin;
    qsort(times, (size_t)count, sizeof *times, by_value);
    printf("%.0f %.1f %.1f\n", (double)count / seconds, times[count / 2] * 1e6,
           times[count - 1 - count / 100] * 1e6);
    return 0;
}
