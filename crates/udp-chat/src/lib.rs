//! Lesson 4: a chat room over datagrams, each message once and in order.
