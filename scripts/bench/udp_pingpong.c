/* The load of lesson 3: datagrams of 64 bytes; every answer must be its request,
   byte by byte. udp_pingpong PORT COUNT WINDOW */
#include "udp_load.h"

enum { SIZE = 64 };

/* A request of lesson 3 with this number, filled up with x. */
static void make(unsigned char *datagram, long number) {
    char head[24];
    int length = snprintf(head, sizeof head, "%ld ", number);
    memset(datagram, 'x', SIZE);
    memcpy(datagram, head, (size_t)length);
}

static int is_right(const unsigned char *answer, long number) {
    unsigned char wanted[SIZE];
    make(wanted, number);
    return !memcmp(answer, wanted, SIZE);
}

int main(int argc, char **argv) {
    static const struct load load = {"udp_pingpong", SIZE, make, is_right};
    return run(&load, argc, argv);
}
