//! Whole histories of a room on a bad network, thousands of them, in no time.
//!
//! For more, and for one alone:
//! `HISTORIES=100000 cargo test --release -p udp-chat --test history`,
//! `SEED=17 cargo test -p udp-chat --test history`.

#[path = "history/membership.rs"]
mod membership;
#[path = "history/world.rs"]
mod world;

use std::time::{Duration, Instant};

use udp_chat::{room::Rules, session::End};
use world::{Weather, World};

/// The worst that the room has to bear.
const STORM: Weather = Weather {
    drop: 30,
    double: 10,
    late: 20,
};

/// Plays one history for each seed, and says how fast.
fn play(what: &str, histories: u64, history: impl Fn(u64)) {
    let number = |name: &str| std::env::var(name).ok()?.parse().ok();
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("HISTORIES").unwrap_or(histories),
    };
    let (begun, count) = (Instant::now(), seeds.end - seeds.start);
    for seed in seeds {
        // Said only when it fails.
        println!("{what}: SEED={seed}");
        history(seed);
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    println!("{what}: {count} histories, {rate:.0} a second");
}

/// Members who stay to the end, and each says so many things.
fn all_stay(seed: u64, weather: Weather, members: usize, messages: usize) -> Duration {
    let mut world = World::new(seed, weather, Rules::default());
    for member in 0..members {
        world.start(&format!("member{member}"));
    }
    let everybody_in = |world: &World| world.room.names().count() == members;
    assert!(world.until(9, everybody_in), "somebody cannot join");
    let is_in = |world: &World| world.clients.iter().all(|c| c.session.takes_more());
    assert!(world.until(9, is_in), "somebody does not know");

    let begun = world.now;
    while world.clients.iter().any(|c| c.said.len() < messages) {
        let limit = world.now + Duration::from_millis(world.random.u64(0..40));
        assert!(
            begun + Duration::from_secs(60) > world.now,
            "it takes for ever"
        );
        for member in 0..members {
            while world.clients[member].said.len() < messages && world.random.u8(..4) > 0 {
                if !world.say(member) {
                    break;
                }
            }
        }
        world.step(limit);
    }
    let all_told = |world: &World| {
        let told = world.clients.iter().all(|c| c.session.unsaid() == 0);
        told && world.room.untold() == 0
    };
    assert!(world.until(60, all_told), "it is never done");
    let took = world.now - begun;
    for member in 0..members {
        assert_eq!(world.clients[member].end(), None, "{member} did not stay");
        for from in (0..members).filter(|from| *from != member) {
            let heard = world.heard(member, from);
            assert_eq!(heard, world.clients[from].said, "{member} hears {from}");
        }
        assert_eq!(world.heard(member, member), [""; 0], "its own words");
    }
    (0..members).for_each(|member| world.leave(member));
    let over = |world: &World| world.clients.iter().all(|c| c.end().is_some());
    assert!(world.until(9, over), "somebody does not leave");
    assert!(world.clients.iter().all(|c| c.end() == Some(End::Left)));
    took
}

#[test]
fn each_hears_each_once_and_in_order() {
    play("each once and in order", 60, |seed| {
        let members = 2 + (seed % 5) as usize;
        all_stay(seed, STORM, members, 12);
    });
}

#[test]
fn a_good_network_costs_nothing() {
    let fair = Weather {
        drop: 0,
        double: 0,
        late: 0,
    };
    let took = all_stay(1, fair, 3, 50);
    assert!(took < Duration::from_secs(2), "{took:?}");
}

/// Eight who say 200 things each: more than a queue holds by far, so that the
/// room must hold the fast back for the slow, and lose nobody over it.
#[test]
fn a_crowd_in_a_storm_is_slow_and_complete() {
    let took = all_stay(8, STORM, 8, 200);
    println!("1600 messages in {took:?}");
    assert!(took < Duration::from_secs(60), "{took:?}");
}
