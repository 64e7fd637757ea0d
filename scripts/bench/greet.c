/* The peer of tcp-threaded-server in C: one thread that waits for all clients at
   once with epoll. greet PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ = 4096, LIMIT = 65536, EVENTS = 256 };

/* What has come and is not answered yet. */
struct client {
    int fd;
    size_t have, room;
    char *in;
};

static int is_marker(const char *text, size_t length) {
    return (length == 4 && !memcmp(text, "exit", 4)) ||
           (length == 3 && !memcmp(text, "end", 3)) || (length == 1 && *text == 'q');
}

/* A client that does not read is dropped; a real server would have to keep what
   it could not send and wait until it can. */
static int send_all(int fd, const char *bytes, size_t length) {
    return send(fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length ? 0 : -1;
}

/* Answers every name that is complete; less than 0 ends the conversation. */
static int answer(struct client *client) {
    static char out[2 * LIMIT];
    size_t used = 0, length = 0;
    char *end;
    while ((end = memchr(client->in + used, '\n', client->have - used))) {
        char *name = client->in + used;
        size_t bytes = (size_t)(end - name);
        used += bytes + 1;
        if (bytes > 0 && name[bytes - 1] == '\r')
            bytes--;
        if (is_marker(name, bytes)) {
            send_all(client->fd, out, length);
            return -1;
        }
        if (length + bytes + 9 > sizeof out) {
            if (send_all(client->fd, out, length))
                return -1;
            length = 0;
        }
        memcpy(out + length, "Hello, ", 7);
        memcpy(out + length + 7, name, bytes);
        memcpy(out + length + 7 + bytes, "!\n", 2);
        length += bytes + 9;
    }
    memmove(client->in, client->in + used, client->have -= used);
    return length && send_all(client->fd, out, length) ? -1 : 0;
}

static int serve(struct client *client) {
    if (client->room < client->have + READ) {
        client->room = client->have + READ;
        client->in = realloc(client->in, client->room);
        if (!client->in)
            return -1;
    }
    ssize_t count = read(client->fd, client->in + client->have, READ);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (count <= 0)
        return -1;
    client->have += (size_t)count;
    return answer(client) || client->have > LIMIT ? -1 : 0;
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(argv[1]))};
    int yes = 1, poller = epoll_create1(0);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct epoll_event wait = {.events = EPOLLIN, .data.ptr = NULL};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024) ||
        epoll_ctl(poller, EPOLL_CTL_ADD, listener, &wait)) {
        perror("greet");
        return 1;
    }
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(poller, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (client) {
                if (serve(client) < 0) {
                    close(client->fd);
                    free(client->in);
                    free(client);
                }
                continue;
            }
            int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            if (fd < 0)
                continue;
            client = calloc(1, sizeof *client);
            struct epoll_event join = {.events = EPOLLIN, .data.ptr = client};
            if (!client || send_all(fd, "Welcome!\n", 9) ||
                (client->fd = fd, epoll_ctl(poller, EPOLL_CTL_ADD, fd, &join))) {
                close(fd);
                free(client);
            }
        }
    }
}
