//! What goes wrong in programs, one sentence each: the table of likely causes.

use crate::verdict::Cause;

macro_rules! causes {
    ($($name:ident $id:literal $sentence:literal)*) => {
        $(pub(crate) const $name: Cause = Cause { id: $id, sentence: $sentence };)*

        /// Every cause a card can name.
        pub const CAUSES: &[Cause] = &[$($name),*];
    };
}

causes! {
    // Before the first byte.
    EXITED_EARLY "exited-early" "The program ended before it could be spoken to; if it complained, that stands at the end of the card."
    NOT_FOUND "not-found" "The command was not found: its name is misspelt, or it is not installed."
    NOT_EXECUTABLE "not-executable" "The file was found but is not a program: it may need execute permission, or its interpreter in front."
    NOT_LISTENING "not-listening" "The program runs but does not listen: bind, listen and accept must come before anything that waits."
    WRONG_ADDRESS "wrong-address" "The program listens, but not at the address it was given: the port must come from the command line, and the address must be IPv4 loopback."
    NEVER_CONNECTS "never-connects" "The client never connected to the address it was given."

    TOO_SLOW "too-slow" "Everything may be right, but it comes too slowly: the program sleeps, starts slowly, or sends its answers byte by byte."

    // One message, one answer.
    NO_ANSWER "no-answer" "The message arrived, but no answer left: it may wait in a buffer that nobody flushes, or the program waits for more input than it was sent."
    CLOSED_EARLY "closed-early" "The connection ended while an answer was due, as when an error ends the conversation."
    MISSING_NEWLINE "missing-newline" "The line feed is missing: without it the other side cannot know that the message is complete."
    CRLF_ANSWER "crlf-answer" "The answer ends in CR LF instead of LF alone, as text-mode output and some print functions do."
    SPEAKS_FIRST "speaks-first" "The server speaks before it is spoken to; a greeting is taken for the first answer."
    CHANGED_TEXT "changed-text" "What came is not the text that was sent: something was added, removed or changed on the way."
    NO_GREETING "no-greeting" "The greeting is missing: the server speaks first here, to every client, as soon as it is served."
    LATE_GREETING "late-greeting" "The greeting came only after the client had sent something; send it before the first read."
    WRONG_WORDING "wrong-wording" "The words are not those of the contract: every letter, comma, blank and exclamation mark counts."
    NEWLINE_INSIDE "newline-inside" "The line end of the name stands inside the answer; remove it before anything is put behind the name."
    PRINTED_BYTES_OBJECT "printed-bytes-object" "The way a bytes object looks when printed was sent, b'…', instead of the bytes themselves."

    // A conversation.
    ONE_SHOT "one-shot" "The server closes after one answer; reading and answering must be a loop."
    STALE_ANSWER "stale-answer" "An earlier answer came again: the buffer still holds the old message, or a new read is never made."
    BUFFER_NOT_CLEARED "buffer-not-cleared" "The answer still contains the earlier messages: what was answered must be removed from the buffer."

    // A stream of bytes is not a row of messages.
    ONE_READ_ONE_MESSAGE "one-read-one-message" "One read was taken for one message, but TCP delivers bytes, not messages: keep what each read brings in a buffer, and take a message out when its line feed is there."
    SILENCE_TAKEN_FOR_END "silence-taken-for-end" "A pause, or the time-out of a read, was taken for the end of the message, but the network may pause anywhere: only the line feed ends it."
    PARTIAL_DROPPED "partial-dropped" "The beginning of a message was thrown away because its end had not arrived yet; it must wait in a buffer."
    REST_DROPPED "rest-dropped" "What followed the first line feed of a read was thrown away; it is the beginning of the next message."
    GLUED_AS_ONE "glued-as-one" "Everything up to the last line feed was taken for one message, or waited for a read that ends in one; every line feed ends a message."
    EMPTY_SKIPPED "empty-skipped" "The empty message got no answer; an empty line is a message like any other."
    EMPTY_IS_END "empty-is-end" "An empty message was taken for the end of the conversation; only a read of 0 bytes is the end of input."
    CR_KEPT "cr-kept" "The CR before the LF was kept; it belongs to the line end, as telnet and Windows programs send it."
    TRIMMED "trimmed" "Blanks were stripped from the text; only one CR directly before the LF may go."
    ALL_CR_DROPPED "all-cr-dropped" "Every CR was dropped; only the one directly before the LF is not part of the text."
    CR_ENDS_MESSAGE "cr-ends-message" "A lone CR was taken for a line end, as text-mode readers with universal newlines do."
    CUT_AT_1024 "cut-at-1024" "A long text was cut where a read ended: a read returns at most the size of its buffer, so reading goes on until the line feed."
    TRUNCATED "truncated" "Only the beginning of a long text came through; the rest was lost."
    LIMIT_TOO_LOW "limit-too-low" "A text within the limit was refused: up to 65,536 bytes are allowed."
    DECODE_PER_READ "decode-per-read" "Each read was decoded by itself, and a read ended in the middle of a character; decode whole messages only."
    NOT_EIGHT_BIT "not-eight-bit" "Characters outside ASCII did not survive; pass the bytes on as they came, or use UTF-8 both ways."

    // Ends.
    MARKER_ANSWERED "marker-answered" "The end marker was answered; it ends the conversation and gets no answer."
    MARKER_UNKNOWN "marker-unknown" "An end marker was treated as an ordinary message; exit, end and q all end the conversation."
    MARKER_TOO_GREEDY "marker-too-greedy" "An ordinary message was taken for an end marker; compare the whole message, exactly as it came."
    ANSWERS_LOST "answers-lost" "Answers that were due before the end of the conversation never left; flush them before closing."
    AFTER_MARKER "after-marker" "The conversation went on after the end marker; what follows it is dropped."
    LAST_LINE_LOST "last-line-lost" "The last text had no line feed and was thrown away; the end of input ends a message too."
    EOF_NOT_SEEN "eof-not-seen" "The other side had ended the connection, and that was not noticed: a read of 0 bytes means that nothing more will ever come."
    NEVER_CLOSES "never-closes" "Everything was answered, but the server keeps the connection open; the client waits for its end."
    ONE_CLIENT_ONLY "one-client-only" "The server served one client and no other; accepting must be a loop around the conversation."
    RESET_KILLS "reset-kills" "A client that vanished took the server with it; an error on one connection may end that conversation only."

    // Many clients.
    ONE_AT_A_TIME "one-at-a-time" "The server serves one client at a time: while it waits for this one to say something, nobody else is greeted."
    TOO_FEW "too-few" "Only some clients are served at a time, and silent ones take all the places; what waits for a client must not be what the others wait for."
    SLOW_FOR_MANY "slow-for-many" "Every answer waits until each of the silent clients was asked in turn; wait for all of them at once, or give each a thread."
    HALF_NAME_BLOCKS "half-name-blocks" "The beginning of one client's name made the server wait for its end, and all others with it; keep the beginning, and go on."
    SHARED_BUFFER "shared-buffer" "What one client sent stands in the answer to another: they share a buffer or a variable, and each conversation needs its own."
    WRONG_CLIENT "wrong-client" "The answer went to another client: the connection to answer on is kept where all clients share it."
    OTHERS_DIE "others-die" "What one client did ended the conversations of others, or the server; an error in one conversation may end that one only."
    NO_MORE_SERVED "no-more-served" "The others go on, but nobody new is served: what one client did has ended the loop that accepts."

    // More than the core.
    PARTIAL_WRITE "partial-write" "A write took only part of the bytes and the rest was forgotten; write on until everything is gone."
    NO_LIMIT "no-limit" "A text without end is collected without end; whoever sends it decides how much memory goes."
    NO_ERROR_REPLY "no-error-reply" "The conversation ended without a word; the other side should learn why."
    NOT_TEXT_KILLS "not-text-kills" "Bytes that are not UTF-8 ended the conversation, or the server, by an error nobody handled."
    NOT_TEXT_ACCEPTED "not-text-accepted" "Bytes that are not UTF-8 were accepted as text."
    SECOND_REFUSED "second-refused" "A client that came while another was served was sent away; it may wait in the backlog until its turn."
    READER_BLOCKS "reader-blocks" "A client that does not read its answers keeps the others waiting: a write that blocks must hold up its own conversation only, and no lock."
    NO_BUSY "no-busy" "The client that was one too many got neither a greeting nor `Busy, try again later`; tell it, then close."
    BUSY_FOR_EVER "busy-for-ever" "A client has left, and its place was not given to the next; count those who leave, also the ones that end badly."
    THREAD_LEAK "thread-leak" "Clients came and went, and their threads or processes stayed; whoever is done must end, or wait for the next client."
    SOCKET_LEAK "socket-leak" "Clients came and went, and their sockets stayed open; close every handle of a connection, copies too."
    STOP_CUTS "stop-cuts" "The stop cut an answer in its middle; let what is being written be finished, then close."
    CLOSED_WITH_UNREAD "closed-with-unread" "The connection was closed while input was unread; the system then sends a reset, which can destroy answers on their way."
    NO_REUSEADDR "no-reuseaddr" "The old connection still blocks the address; set SO_REUSEADDR before bind."
    LISTENS_EVERYWHERE "listens-everywhere" "The server listens on every address of the machine; without being told to, it should be reachable from this machine only."
    STAYS_AFTER_SIGNAL "stays-after-signal" "The server did not stop when it was asked to; a blocked accept or read must be woken by the signal."
    STOPPED_AS_FAILURE "stopped-as-failure" "The server stopped as it was asked to, but its exit code says that something failed."
    KILLED_BY_SIGNAL "killed-by-signal" "The program was killed by a signal instead of ending by itself."
    RAW_TERMINAL_CODES "raw-terminal-codes" "Control characters or direction marks from the network were printed as they came; whoever sends them steers the terminal, or turns its lines around."

    // Clients.
    NOTHING_SENT "nothing-sent" "The client connected but sent nothing: the line may wait in a buffer that nobody flushes."
    WAITS_FIRST "waits-first" "The client waits for the server to speak first; the client starts the conversation."
    LINES_MISSING "lines-missing" "Not every line of the input was sent; reading the input and sending must be a loop."
    WAITS_FOR_END "waits-for-end" "The client reads until the connection ends, but the server waits for a name; the line feed is the end of a greeting or an answer."
    BUSY_HIDDEN "busy-hidden" "The server said that it is busy, and the client does not pass it on; the user should learn why there is no answer."
    NOT_PRINTED "not-printed" "The answer came, but it is not on standard output."
    PRINTS_OWN_INPUT "prints-own-input" "The client prints what it sent instead of what came back."
    EMPTY_NOT_SENT "empty-not-sent" "The empty line was not sent; it is a message of its own, a single LF."
    ANSWERS_NOT_AWAITED "answers-not-awaited" "The client left at the end of its input, with answers still on their way."
    NEVER_LEAVES "never-leaves" "Everything was done, but the client does not end."
    MARKER_NOT_SENT "marker-not-sent" "The end marker was not sent; the server has to see it, too."
    MARKER_AWAITED "marker-awaited" "The client waits for an answer to the end marker and takes the close that comes instead for an error; a marker gets no answer, so the close is what it asked for."
    SUCCESS_HIDDEN "success-hidden" "Everything worked, but the exit code says that it did not."
    FAILURE_HIDDEN "failure-hidden" "The work failed, but the exit code 0 says that it was done."
    NEVER_GIVES_UP "never-gives-up" "Nobody listens, and the client goes on trying for ever."
    FIXED_PORT "fixed-port" "Two clients cannot run side by side: the client binds a port of its own instead of letting the system choose."
    HALF_DUPLEX "half-duplex" "One direction waits for the other to finish: what is read and what is sent must not wait for each other's end."

    // Datagrams, for the server.
    NOT_RECEIVING "not-receiving" "The program runs but receives no datagrams: a UDP socket must be bound before anything that waits."
    WRONG_DATAGRAM_ADDRESS "wrong-datagram-address" "The program receives datagrams, but not at the address it was given: the port must come from the command line, and the address must be IPv4 loopback."
    WRONG_TRANSPORT "wrong-transport" "The program listens for TCP connections; datagrams need a UDP socket, SOCK_DGRAM, which is bound but neither listens nor accepts."
    UNANSWERED "unanswered" "The datagram arrived, but no answer came back: receiving and answering are a loop, and the answer goes to the address that recvfrom told."
    ANSWERS_ONCE "answers-once" "One datagram was answered and no other; receiving and answering must be a loop."
    ANSWERED_TWICE "answered-twice" "One datagram got more than one answer; a client would take the second for the answer to its next request."
    REPEAT_IGNORED "repeat-ignored" "A request that came again got no answer; the client asks again because the first answer may be lost."
    ANSWERED_ANOTHER "answered-another" "The answer went to another client than the one that asked; recvfrom tells with each datagram where its answer goes."
    ONE_PEER_ONLY "one-peer-only" "Only the first client is heard: a connected UDP socket receives from the one address it is connected to."
    ANSWERS_FROM_ELSEWHERE "answers-from-elsewhere" "The answer came from another port than the request was sent to; send it with the socket that received the request, or the client must take it for a stranger's."
    EMPTY_UNANSWERED "empty-unanswered" "The empty datagram got no answer; it is a datagram like any other."
    EMPTY_ENDS "empty-ends" "An empty datagram was taken for the end of input; UDP has no end, and 0 bytes are a datagram like any other."
    BYTES_STRIPPED "bytes-stripped" "Blanks or line ends were stripped; a datagram has a length of its own and needs no line end."
    CUT_AT_NUL "cut-at-nul" "Everything from the first NUL on is missing; a datagram is bytes with a length, not a C string."
    DECODED "decoded" "The bytes were decoded to text and encoded again, which loses those that are not UTF-8; answer with the bytes as they came."
    LINE_END_ADDED "line-end-added" "A line end was added; a datagram ends where it ends."
    BUFFER_TOO_SMALL "buffer-too-small" "A datagram within the limit of 1472 bytes did not fit into the buffer; one call takes one datagram, and what does not fit is lost."
    CUT_SILENTLY "cut-silently" "The datagram was larger than the buffer, and the part that fitted was taken for the whole; a buffer one byte larger than the limit shows that something was cut."
    SPLIT_ANSWER "split-answer" "One datagram was answered in several; a datagram travels whole, so it is sent in one call."
    CONTENT_KILLS "content-kills" "What a datagram holds ended the server; whoever can send one could switch it off."
    LARGE_KILLS "large-kills" "A datagram larger than the buffer ended the server; report it and receive the next."
    UNREACHABLE_KILLS "unreachable-kills" "A client that was gone took the server with it: the system reports an undeliverable answer at the next call, and that error is about one client only."
    ADDRESS_KEPT "address-kept" "The address was still in use after the server had stopped: a process or thread that it had started still holds the socket, or a file says that it runs."
    SECOND_STEALS "second-steals" "A second server could listen on the same address and takes the datagrams away from the first; leave SO_REUSEADDR and SO_REUSEPORT off for UDP."

    // Datagrams, for the client.
    NEVER_SENDS "never-sends" "No datagram came from the client: it may wait for something before it sends, or send to another address than the one it was given."
    NO_NUMBER "no-number" "The text came without its number; without one an answer cannot be told from a late answer to another request."
    NUMBERED_WRONG "numbered-wrong" "The number is not the line's: the first line of input is 1, and every line counts."
    LINE_END_INSIDE "line-end-inside" "The line end was sent along; the datagram ends the text, so strip it from the line that was read."
    BLANK_MISSING "blank-missing" "The blank after the number is missing; it is part of the request, also where the text is empty."
    OUT_OF_ORDER "out-of-order" "The answers were printed as they came; datagrams overtake each other, so keep an answer until its turn has come."
    PRINTED_UNANSWERED "printed-unanswered" "The text was printed before its answer came; what is printed must have come back."
    NEVER_SENDS_AGAIN "never-sends-again" "A lost datagram was waited for and the request not sent again; every wait for a datagram needs a limit, and then another try."
    GIVES_UP_TOO_SOON "gives-up-too-soon" "The client gave up before it had tried three times; one lost datagram is nothing unusual."
    RESENT_CHANGED "resent-changed" "The second try was not the same bytes as the first; only then can either's answer be the answer."
    GIVES_UP_NEVER "gives-up-never" "Nothing ever came back, and the client goes on trying; the number of tries must be limited."
    DUPLICATE_TAKEN "duplicate-taken" "An answer that came twice was taken for the answer to the next request; compare what comes with the request that is outstanding."
    STALE_TAKEN "stale-taken" "A late answer to an earlier request was taken for the answer to this one; compare what comes with the request that is outstanding."
    DAMAGED_TAKEN "damaged-taken" "A datagram that differs from the request was taken for its answer; compare all of its bytes, not the number alone."
    CUT_TAKEN "cut-taken" "The beginning of an answer was taken for the answer; compare the length, too."
    STRAY_ENDS "stray-ends" "A datagram that was no answer ended the client, or made it give up; drop it and wait for the rest of the time."
    STRANGER_TAKEN "stranger-taken" "A datagram from another address was taken for the server's answer; connect the socket, or compare the address that recvfrom tells."
    REFUSED_UNHEARD "refused-unheard" "The system reported that nobody listens there, and the client did not hear it; only a connected socket is told."
}

/// The hint for a program that never came to what the check is about.
pub(crate) fn hint_at_start(cause: Cause) -> Option<&'static str> {
    match cause {
        NOT_FOUND => Some("Can you start exactly this command yourself, from this folder?"),
        NOT_EXECUTABLE => Some(
            "Which program runs a file like this one, and is it the first word of the command?",
        ),
        EXITED_EARLY => {
            Some("What does your program say when you start it yourself, with the same arguments?")
        }
        NOT_RECEIVING => Some("What does your program wait for before it binds its socket?"),
        WRONG_TRANSPORT => Some("Which kind of socket does your program open?"),
        NOT_LISTENING => Some("What does your program wait for before it accepts a client?"),
        WRONG_ADDRESS | WRONG_DATAGRAM_ADDRESS => {
            Some("Which address does your program bind, and where does it take the port from?")
        }
        NEVER_SENDS => Some(
            "Where does your program take the host and the port from, and what does it do before it sends?",
        ),
        NEVER_CONNECTS => Some(
            "Where does your program take the host and the port from, and what does it do before it connects?",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::CAUSES;
    use std::collections::HashSet;

    #[test]
    fn every_cause_is_one_sentence_with_a_name_of_its_own() {
        let ids: HashSet<_> = CAUSES.iter().map(|cause| cause.id).collect();
        assert_eq!(ids.len(), CAUSES.len());
        for cause in CAUSES {
            assert!(cause.sentence.ends_with('.'), "{}", cause.id);
            assert!(!cause.sentence.contains(". "), "{} is two", cause.id);
        }
    }
}
