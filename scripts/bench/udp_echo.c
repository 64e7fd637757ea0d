/* The peer of udp-basics-server in C: every datagram is sent back and printed.
   udp_echo PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/* One line on standard output, control characters written out. */
static void show(const struct sockaddr_in *peer, const char *text, ssize_t length) {
    printf("%s:%d: ", inet_ntoa(peer->sin_addr), ntohs(peer->sin_port));
    for (ssize_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x20 || byte == 0x7f)
            printf("\\x%02x", byte);
        else
            putchar_unlocked(byte);
    }
    putchar_unlocked('\n'); /* line buffered: this writes */
}

int main(int argc, char **argv) {
    static char buffer[65536];
    if (argc != 2)
        return 2;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(argv[1]))};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address)) {
        perror("udp_echo");
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 1 << 16);
    for (;;) {
        socklen_t size = sizeof address;
        ssize_t count = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&address, &size);
        if (count < 0)
            continue;
        sendto(fd, buffer, (size_t)count, 0, (struct sockaddr *)&address, size);
        show(&address, buffer, count);
    }
}
