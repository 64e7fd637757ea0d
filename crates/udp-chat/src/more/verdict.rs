//! What the end of a session means for the program.

use common::{exit::Failure, net::DatagramError};

use crate::{protocol::Code, session::End};

/// The failure, if it is one. `server` is the address that was talked to.
pub(crate) fn verdict(end: End, server: &str) -> Result<(), Failure> {
    let lost = |why| Err(Failure::new("the chat is over", why));
    match end {
        End::Left => Ok(()),
        End::Refused(code) => Err(refused(code)),
        End::NoAnswer => {
            let failure = Failure::new("cannot join", format_args!("{server} does not answer"));
            Err(failure.next_step("is it the address of a udp-chat-server?"))
        }
        End::Silent => lost("the server is silent"),
        End::Forgotten => lost("the server does not know you any more; join again"),
        End::Closed => lost("the server has closed the room"),
    }
}

/// Why nothing can be sent there.
pub(crate) fn unreachable(server: &str, error: &DatagramError) -> Failure {
    let failure = Failure::new(format_args!("cannot reach {server}"), error);
    match error {
        DatagramError::Refused => {
            failure.next_step("start the server first: cargo run --bin udp-chat-server")
        }
        _ => failure,
    }
}

fn refused(code: Code) -> Failure {
    let (why, next) = match code {
        Code::Taken => ("another member has that name", "choose another --name"),
        Code::Name => ("the server takes no such name", "choose another --name"),
        Code::Full => ("the room is full", "try again later"),
        Code::Bad | Code::NoJoin | Code::Cookie => (
            "the server does not understand it",
            "is it a udp-chat-server?",
        ),
    };
    Failure::new("cannot join", why).next_step(next)
}
