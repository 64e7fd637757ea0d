/* All members of a chat room in one program: they join, the first one talks, and
   the others acknowledge and check what they are sent.
   chat_members PORT MEMBERS MESSAGES: prints messages delivered a second, the
   p50 and p99 of the time from SAY to MSG in microseconds, and how many came
   more than once. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "times.h"

#define MOST 1024
#define WINDOW 64
/* Messages under way: said, and not yet with every member. */
#define AHEAD 4
#define TEXT "0123456789abcdefghijklmnopqrstuvwxyz"

static int fds[MOST];
static unsigned last[MOST]; /* the last id */
static unsigned got[MOST];  /* messages, without notes */
static unsigned kept[MOST][WINDOW];
static char welcome[MOST];
static unsigned again, acknowledged, complete[1 << 20];
static double said_at[1 << 20];
static double *times;
static unsigned timed;

static void put(int member, const char *text) {
    send(fds[member], text, strlen(text), 0);
}

static void deliver(int member, unsigned number) {
    if (number != ++got[member]) {
        fprintf(stderr, "member %d: %u where %u belongs\n", member, number, got[member]);
        exit(1);
    }
    times[timed++] = now() - said_at[number];
    complete[number]++;
}

static void take(int member, int flags) {
    char text[1400], reply[100];
    ssize_t length = recv(fds[member], text, sizeof text - 1, flags);
    if (length <= 0)
        return;
    text[length] = 0;
    if (!strncmp(text, "COOKIE ", 7)) {
        snprintf(reply, sizeof reply, "JOIN m%d %.20s", member, text + 7);
        put(member, reply);
    } else if (!strncmp(text, "WELCOME ", 8)) {
        welcome[member] = 1;
    } else if (!strncmp(text, "ACK ", 4)) {
        unsigned id = (unsigned)strtoul(text + 4, NULL, 10);
        if (id > acknowledged)
            acknowledged = id;
    } else if (!strncmp(text, "MSG ", 4) || !strncmp(text, "NOTE ", 5)) {
        int note = text[0] == 'N';
        unsigned id = (unsigned)strtoul(text + 4 + note, NULL, 10);
        if (id > last[member] + WINDOW)
            return;
        int length = snprintf(reply, sizeof reply, "ACK %u", id);
        send(fds[member], reply, (size_t)length, 0);
        unsigned *place = &kept[member][id % WINDOW];
        if (id <= last[member] || *place) {
            again++;
            return;
        }
        /* Its number, and 1 more, so that a note is not nothing. */
        *place = note ? 1 : 1 + (unsigned)strtoul(strrchr(text, ' ') + 1, NULL, 10);
        while (kept[member][(last[member] + 1) % WINDOW]) {
            unsigned number = kept[member][++last[member] % WINDOW] - 1;
            kept[member][last[member] % WINDOW] = 0;
            if (number)
                deliver(member, number);
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    int members = atoi(argv[2]);
    unsigned messages = (unsigned)atoi(argv[3]);
    if (members < 2 || members > MOST || messages < 1 || messages >= 1 << 20)
        return 2;
    times = malloc(sizeof *times * (size_t)members * messages);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(argv[1]))};
    int poll = epoll_create1(0);
    struct epoll_event events[256];
    for (int member = 0; member < members; member++) {
        fds[member] = socket(AF_INET, SOCK_DGRAM, 0);
        if (connect(fds[member], (struct sockaddr *)&address, sizeof address))
            return 1;
        struct epoll_event event = {.events = EPOLLIN, .data.fd = member};
        epoll_ctl(poll, EPOLL_CTL_ADD, fds[member], &event);
        char join[40];
        snprintf(join, sizeof join, "JOIN m%d", member);
        while (!welcome[member]) {
            put(member, join);
            double until = now() + 0.2;
            while (!welcome[member] && now() < until) {
                int ready = epoll_wait(poll, events, 256, 10);
                for (int i = 0; i < ready; i++)
                    take(events[i].data.fd, MSG_DONTWAIT);
            }
        }
    }
    /* The last notes. */
    for (int ready = 1; ready > 0;) {
        ready = epoll_wait(poll, events, 256, 300);
        for (int i = 0; i < ready; i++)
            take(events[i].data.fd, MSG_DONTWAIT);
    }
    again = 0;
    unsigned said = 0, done = 0;
    double begun = now(), sent = 0;
    char text[200];
    while (done < messages) {
        int more = said < messages && said < done + AHEAD && acknowledged == said;
        int late = acknowledged < said && now() - sent > 0.1;
        if (more)
            said_at[++said] = now();
        if (more || late) {
            snprintf(text, sizeof text, "SAY %u %s %u", said, TEXT, said);
            put(0, text);
            sent = now();
        }
        int ready = epoll_wait(poll, events, 256, 10);
        for (int i = 0; i < ready; i++)
            take(events[i].data.fd, MSG_DONTWAIT);
        while (done < said && complete[done + 1] == (unsigned)members - 1)
            done++;
        if (now() - begun > 60) {
            fprintf(stderr, "it takes too long: %u of %u, the next at %u of %d\n", done, messages,
                    complete[done + 1], members - 1);
            return 1;
        }
    }
    double took = now() - begun;
    print_times(times, timed, took);
    printf("%u\n", again);
    for (int member = 0; member < members; member++)
        put(member, "QUIT");
    return 0;
}
