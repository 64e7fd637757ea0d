//! Histories in which members come, leave, fall silent and come back.

use std::{collections::HashMap, time::Duration};

use udp_chat::{protocol::Change, room::Rules, session::End};

use super::{
    STORM, play,
    world::{Seen, World},
};

const NAMES: [&str; 4] = ["Ada", "Bo", "小明", "ada"];

#[test]
fn who_comes_and_goes_leaves_no_gap_behind() {
    play("come and go", 60, come_and_go);
}

fn come_and_go(seed: u64) {
    let mut world = World::new(seed, STORM, Rules::default());
    for _ in 0..40 {
        let active = |world: &World| -> Vec<usize> {
            let ended = |c: &usize| world.clients[*c].dead || world.clients[*c].end().is_some();
            (0..world.clients.len()).filter(|c| !ended(c)).collect()
        };
        let here = active(&world);
        let someone = (!here.is_empty()).then(|| here[world.random.usize(..here.len())]);
        match (world.random.u8(..20), someone) {
            (0..=4, _) | (_, None) => {
                let name = NAMES[world.random.usize(..NAMES.len())];
                world.start(name);
            }
            (5..=16, Some(one)) => {
                for _ in 0..world.random.u8(1..6) {
                    world.say(one);
                }
            }
            (17, Some(one)) => world.leave(one),
            (18, Some(one)) => world.clients[one].dead = true,
            // Everybody who is out of reach is lost now.
            (_, Some(_)) => {
                let until = world.now + Duration::from_secs(32);
                while world.now < until {
                    world.step(until);
                }
            }
        }
        let until = world.now + Duration::from_millis(world.random.u64(0..300));
        while world.now < until {
            world.step(until);
        }
    }
    // Long enough for everything to be said, and for the silent to be lost.
    let end = world.now + Duration::from_secs(65);
    while world.now < end {
        world.step(end);
    }
    for client in 0..world.clients.len() {
        saw_no_gap(&world, client);
        saw_who_is_here(&world, client);
    }
    let here = |c: &usize| !world.clients[*c].dead && world.clients[*c].end().is_none();
    let here: Vec<usize> = (0..world.clients.len()).filter(here).collect();
    assert_eq!(world.room.names().count(), here.len());
    // Refused for their names, and lost only when dead.
    for client in world.clients.iter().filter(|client| !client.dead) {
        let end = client.end();
        let expected = matches!(end, None | Some(End::Left | End::Refused(_)));
        assert!(expected, "{}: {end:?}", client.name);
    }
}

/// Each message once, in order, and none between two others missing.
fn saw_no_gap(world: &World, client: usize) {
    for from in 0..world.clients.len() {
        let (heard, said) = (world.heard(client, from), &world.clients[from].said);
        let Some(first) = heard.first() else { continue };
        let at = said.iter().position(|text| text == first);
        let at = at.expect("heard what was never said");
        assert!(from != client, "{client} hears itself");
        assert!(
            said[at..].starts_with(&heard),
            "{client}, {from}: {heard:?}"
        );
        // Who is still here has heard everything to the end.
        let (hearer, speaker) = (&world.clients[client], &world.clients[from]);
        if !hearer.dead && hearer.end().is_none() && !speaker.dead {
            assert_eq!(heard.len(), said.len() - at, "{client}, {from}: {heard:?}");
        }
    }
}

/// Nobody speaks who is not here, and at the end the notes agree with the room.
fn saw_who_is_here(world: &World, client: usize) {
    let one = &world.clients[client];
    let mut here: HashMap<&str, bool> = HashMap::new();
    let mut seen = one.seen.iter();
    let Some(first) = seen.next() else { return };
    assert_eq!(*first, Seen::Welcome, "something came before the welcome");
    for news in seen {
        match news {
            Seen::Welcome => panic!("welcome twice"),
            Seen::Said(name, _) => {
                // Who was here before us was never announced.
                let is_here = *here.entry(name).or_insert(true);
                assert!(is_here, "{name} speaks and is gone");
            }
            Seen::Changed(change, name) => {
                let now_here = *change == Change::Joined;
                let before = here.insert(name, now_here).unwrap_or(!now_here);
                assert_ne!(before, now_here, "{name} {change} twice");
            }
        }
    }
    if !one.dead && one.end().is_none() {
        let names: Vec<&str> = world.room.names().collect();
        for (name, is_here) in here {
            assert_eq!(
                names.contains(&name),
                is_here,
                "{name}, as {client} sees it"
            );
        }
    }
}
