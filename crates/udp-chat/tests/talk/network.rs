//! A network that loses, doubles and swaps.

use std::{
    net::{SocketAddr, UdpSocket},
    thread,
};

use crate::talk::socket;

/// A network in front of the server for one client: of all datagrams each way
/// 30 % are lost, 10 % come twice, and 20 % behind the one that was sent after
/// them. Its address.
pub(crate) fn bad_network(server: &str, seed: u64) -> SocketAddr {
    let (outside, inside) = (socket(), socket());
    inside.connect(server).expect("the server's address");
    let address = outside.local_addr().expect("bound");
    thread::spawn(move || {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut held, mut buffer) = (None, vec![0; 2000]);
        let mut down = None;
        while let Ok((count, client)) = outside.recv_from(&mut buffer) {
            // Whoever spoke first is the client of this network.
            down.get_or_insert_with(|| {
                let (from, to) = (inside.try_clone(), outside.try_clone());
                let (from, to) = (from.expect("a clone"), to.expect("a clone"));
                thread::spawn(move || pass_down(&from, &to, client, seed + 1))
            });
            through(&mut random, &mut held, &buffer[..count], |bytes| {
                let _ = inside.send(bytes);
            });
        }
    });
    address
}

fn pass_down(inside: &UdpSocket, outside: &UdpSocket, client: SocketAddr, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut held = None;
    let mut buffer = vec![0; 2000];
    while let Ok(count) = inside.recv(&mut buffer) {
        through(&mut random, &mut held, &buffer[..count], |bytes| {
            let _ = outside.send_to(bytes, client);
        });
    }
}

/// What becomes of one datagram.
fn through(
    random: &mut fastrand::Rng,
    held: &mut Option<Vec<u8>>,
    bytes: &[u8],
    mut send: impl FnMut(&[u8]),
) {
    if random.u8(..100) < 30 {
        return;
    }
    if held.is_none() && random.u8(..100) < 20 {
        *held = Some(bytes.to_vec());
        return;
    }
    for _ in 0..1 + u8::from(random.u8(..100) < 10) {
        send(bytes);
    }
    // What was held back comes after what was sent later.
    if let Some(late) = held.take() {
        send(&late);
    }
}
