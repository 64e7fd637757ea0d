//! One thread for all clients, which waits for the wrong one.

use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::conversation::{Conversation, Next, lock};
use super::server::House;
use super::table::Bug;
use crate::common::is_idle;

/// How long each client is asked for something.
const ASK: Duration = Duration::from_millis(20);
/// Between two rounds, where nobody is waited for.
const ROUND: Duration = Duration::from_millis(1);

/// Serves all clients in turn, in a thread beside the one that accepts.
pub(super) fn serve(house: &Arc<House>) -> Box<dyn Fn(TcpStream)> {
    let all: Arc<Mutex<Vec<Conversation>>> = Arc::default();
    let (house, guests) = (house.clone(), all.clone());
    thread::spawn(move || {
        loop {
            // Those who come meanwhile are greeted, and asked in the next round.
            let round = std::mem::take(&mut *lock(&all));
            for conversation in round {
                if let Some(conversation) = turn(conversation) {
                    lock(&all).push(conversation);
                }
            }
            thread::sleep(ROUND);
        }
    });
    Box::new(move |socket| {
        if let Ok(conversation) = Conversation::begin(socket, house.clone()) {
            lock(&guests).push(conversation);
        }
    })
}

/// One client's turn; it is given back if it stays.
fn turn(mut conversation: Conversation) -> Option<Conversation> {
    let peer = conversation.socket.peer_addr();
    let house = conversation.house();
    let next = match house.bug {
        Bug::ReadsWholeName => read_whole_name(&mut conversation),
        _ => ask(&mut conversation),
    };
    match next {
        Ok(Next::GoesOn) => return Some(conversation),
        Ok(next) => {
            let _ = conversation.end(&next);
        }
        Err(_) => {}
    }
    if let Ok(peer) = peer {
        house.forget(peer);
    }
    None
}

fn ask(conversation: &mut Conversation) -> io::Result<Next> {
    conversation.socket.set_read_timeout(Some(ASK))?;
    match conversation.step() {
        Err(error) if is_idle(&error) => Ok(Next::GoesOn),
        outcome => outcome,
    }
}

/// Looks whether something has come, as select does, then reads up to the LF.
fn read_whole_name(conversation: &mut Conversation) -> io::Result<Next> {
    conversation.socket.set_nonblocking(true)?;
    let found = conversation.socket.peek(&mut [0]);
    conversation.socket.set_nonblocking(false)?;
    match found {
        Err(error) if is_idle(&error) => return Ok(Next::GoesOn),
        outcome => outcome?,
    };
    loop {
        let next = conversation.step()?;
        if next != Next::GoesOn || !conversation.is_inside_name() {
            return Ok(next);
        }
    }
}
