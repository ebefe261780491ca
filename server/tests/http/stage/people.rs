//! Who is on the stage: sources, the people of their directories, and desks.

use campanile_core::catalogue::Role;
use campanile_protocol::roster::{Roster, RosterAgent, RosterPlace};
use campanile_server::{Keys, standard_webhooks as webhooks};

pub struct Source {
    pub id: String,
    pub keys: Keys,
}

impl Source {
    pub fn token(&self) -> &str {
        self.keys.token.as_deref().unwrap()
    }

    pub fn sign(&self, id: &str, timestamp_s: i64, body: &str) -> String {
        webhooks::sign(
            &webhooks::read_secret(&self.keys.secret).unwrap(),
            id,
            timestamp_s,
            body.as_bytes(),
        )
    }
}

#[derive(Clone)]
pub struct Desk {
    pub token: String,
    pub id: String,
}

/// Returns a roster of these people in one team `support`, one line `main` and one inbox `web`.
pub fn roster(people: &[&str]) -> Roster {
    let ids: Vec<String> = people
        .iter()
        .map(|id| id.trim_end_matches('*').to_owned())
        .collect();
    let place = |id: &str| RosterPlace {
        id: id.into(),
        name: id.into(),
        members: ids.clone(),
        owner: ids.first().cloned(),
        followers: Vec::new(),
    };
    let agents = people.iter().zip(&ids).map(|(marked, id)| RosterAgent {
        id: id.clone(),
        agent: None,
        name: id.clone(),
        roles: if marked.ends_with('*') {
            vec![Role::Admin]
        } else {
            Vec::new()
        },
    });
    Roster {
        agents: agents.collect(),
        teams: vec![place("support")],
        lines: vec![place("main")],
        inboxes: vec![place("web")],
    }
}
