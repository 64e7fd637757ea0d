/* What a chat server cannot be faster than: it takes members and messages, and
   sends each message to all others, with one sendto for each and one recvfrom
   for each acknowledgement. No cookies, nothing is kept, nothing is sent again.
   chat_limit PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MOST 1024
/* Sent before a look at what has come: where the system gives its socket no more
   memory, that holds some 270 small datagrams. */
#define TURN 64

static struct sockaddr_in members[MOST];
static unsigned ids[MOST];
static int count;
static int fd;

static int find(const struct sockaddr_in *peer) {
    for (int i = 0; i < count; i++)
        if (members[i].sin_port == peer->sin_port)
            return i;
    return -1;
}

static void answer(const struct sockaddr_in *peer, const char *text) {
    sendto(fd, text, strlen(text), 0, (const struct sockaddr *)peer, sizeof *peer);
}

/* Takes one datagram; whether there was one. A message waits in `said`. */
static int take(int flags, char *said, int *from) {
    char text[1300], reply[100];
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    ssize_t length = recvfrom(fd, text, sizeof text - 1, flags, (struct sockaddr *)&peer, &size);
    if (length < 0)
        return 0;
    text[length] = 0;
    if (!strncmp(text, "ACK ", 4))
        return 1;
    int member = find(&peer);
    if (!strncmp(text, "JOIN ", 5)) {
        char *cookie = strchr(text + 5, ' ');
        if (!cookie) {
            answer(&peer, "COOKIE AAAAAAAAAAA");
            return 1;
        }
        *cookie = 0;
        if (member < 0 && count < MOST)
            members[count++] = peer;
        snprintf(reply, sizeof reply, "WELCOME %.64s %d", text + 5, count);
        answer(&peer, reply);
    } else if (!strncmp(text, "SAY ", 4) && member >= 0) {
        char *words = strchr(text + 4, ' ');
        snprintf(reply, sizeof reply, "ACK %u", (unsigned)strtoul(text + 4, NULL, 10));
        answer(&peer, reply);
        strcpy(said, words ? words + 1 : "");
        *from = member;
    }
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(argv[1]))};
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    /* As ours: room for what comes while somebody else has the processor. */
    int memory = 4 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &memory, sizeof memory);
    if (bind(fd, (struct sockaddr *)&address, sizeof address)) {
        perror("chat_limit");
        return 1;
    }
    /* Messages that came while another was being sent to all. */
    static char waiting[MOST][1300];
    static int speakers[MOST];
    unsigned head = 0, tail = 0;
    for (;;) {
        int from = -1;
        take(0, waiting[tail % MOST], &from);
        for (;;) {
            if (from >= 0)
                speakers[tail++ % MOST] = from;
            if (head == tail)
                break;
            char *text = waiting[head % MOST];
            int speaker = speakers[head++ % MOST];
            printf("%d: %s\n", speaker, text);
            fflush(stdout);
            from = -1;
            for (int i = 0; i < count; i++) {
                char msg[1400];
                if (i == speaker)
                    continue;
                int length = snprintf(msg, sizeof msg, "MSG %u m%d %s", ++ids[i], speaker, text);
                sendto(fd, msg, (size_t)length, 0, (struct sockaddr *)&members[i], sizeof members[i]);
                if (i % TURN == TURN - 1) {
                    int said = -1;
                    while (take(MSG_DONTWAIT, waiting[tail % MOST], &said)) {
                        if (said >= 0)
                            speakers[tail++ % MOST] = said;
                        said = -1;
                    }
                }
            }
        }
    }
}
