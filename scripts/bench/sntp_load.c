/* The load of lesson 8: questions of SNTP; every answer must be of mode 4 and have
   the transmit timestamp of its question for origin. sntp_load PORT COUNT WINDOW */
#include "udp_load.h"

enum { SIZE = 48, ORIGIN = 24, TRANSMIT = 40 };

/* A number that no other question of this run has. */
static uint64_t nonce(long number) {
    return (uint64_t)number * 0x9e3779b97f4a7c15u;
}

static void make(unsigned char *question, long number) {
    uint64_t transmit = nonce(number);
    memset(question, 0, SIZE);
    question[0] = 0x23;
    memcpy(question + TRANSMIT, &transmit, sizeof transmit);
}

static int is_right(const unsigned char *answer, long number) {
    uint64_t origin = nonce(number);
    return (answer[0] & 7) == 4 && !memcmp(answer + ORIGIN, &origin, sizeof origin);
}

int main(int argc, char **argv) {
    static const struct load load = {"sntp_load", SIZE, make, is_right};
    return run(&load, argc, argv);
}
