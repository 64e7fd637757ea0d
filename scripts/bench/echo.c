/* The peer of tcp-basics-server in C: one client after another, every line is
   printed and sent back. echo PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ = 16 * 1024, LIMIT = 65536 };

static int is_marker(const char *text, size_t length) {
    return (length == 4 && !memcmp(text, "exit", 4)) ||
           (length == 3 && !memcmp(text, "end", 3)) || (length == 1 && *text == 'q');
}

/* One line on standard output, control characters written out. */
static void show(const char *peer, const char *text, size_t length) {
    printf("%s: ", peer);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x20 || byte == 0x7f)
            printf("\\x%02x", byte);
        else
            putchar_unlocked(byte);
    }
    putchar_unlocked('\n'); /* line buffered: this writes */
}

static int write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t count = write(fd, bytes, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return -1;
        bytes += count;
        length -= (size_t)count;
    }
    return 0;
}

static void serve(int fd, const char *peer) {
    static char in[LIMIT + READ], out[LIMIT + READ];
    size_t have = 0;
    for (;;) {
        ssize_t count = read(fd, in + have, READ);
        if (count <= 0)
            return;
        have += (size_t)count;
        size_t used = 0, answers = 0;
        char *end;
        while ((end = memchr(in + used, '\n', have - used))) {
            char *text = in + used;
            size_t length = (size_t)(end - text);
            used += length + 1;
            if (length > 0 && text[length - 1] == '\r')
                length--;
            if (is_marker(text, length)) {
                write_all(fd, out, answers);
                return;
            }
            show(peer, text, length);
            memcpy(out + answers, text, length);
            out[answers + length] = '\n';
            answers += length + 1;
        }
        if (write_all(fd, out, answers) < 0)
            return;
        memmove(in, in + used, have -= used);
        if (have > LIMIT)
            return;
    }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(argv[1]))};
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128)) {
        perror("echo");
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 1 << 16);
    for (;;) {
        socklen_t size = sizeof address;
        int fd = accept(listener, (struct sockaddr *)&address, &size);
        if (fd < 0)
            continue;
        char peer[64];
        snprintf(peer, sizeof peer, "%s:%d", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
        serve(fd, peer);
        close(fd);
    }
}
