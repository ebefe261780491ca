//! How many connections there may be at once, in all and from one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{config::Connections, limits};

/// Lets connections in, as long as there is room.
#[derive(Debug)]
pub struct Gate {
    most: Connections,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    all: usize,
    by_caller: HashMap<IpAddr, usize>,
    /// Whether the last that came was turned away: the log is told once, not by each of them.
    is_full: bool,
}

/// A connection that was let in. Its place is free once this is dropped.
#[derive(Debug)]
pub struct Place {
    gate: Arc<Gate>,
    caller: Option<IpAddr>,
}

impl Gate {
    /// Returns a gate that lets so many in.
    #[must_use]
    pub fn new(most: Connections) -> Arc<Self> {
        Arc::new(Self {
            most,
            inside: Mutex::default(),
        })
    }

    /// Lets a connection in; none if there are too many. Those of this machine share no bound but that of all, as a proxy
    /// brings everybody's.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let caller = (!address.to_canonical().is_loopback()).then(|| limits::caller(address));
        let mut inside = self.inside();
        let from_there = caller.map_or(0, |caller| *inside.by_caller.get(&caller).unwrap_or(&0));
        let is_full = inside.all >= self.most.most || from_there >= self.most.most_per_address;
        if is_full && !inside.is_full {
            tracing::warn!(
                connections = inside.all,
                "connections are turned away; see `connections.most`, `connections.most_per_address` and the limit of open files"
            );
        }
        inside.is_full = is_full;
        if is_full {
            return None;
        }
        inside.all += 1;
        if let Some(caller) = caller {
            *inside.by_caller.entry(caller).or_default() += 1;
        }
        drop(inside);
        Some(Place {
            gate: self.clone(),
            caller,
        })
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.gate.inside();
        inside.all -= 1;
        let Some(caller) = self.caller else { return };
        if let Some(count) = inside.by_caller.get_mut(&caller) {
            *count -= 1;
            if *count == 0 {
                inside.by_caller.remove(&caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_bound_all_have_theirs_and_a_proxy_here_has_no_other() {
        let gate = Gate::new(Connections {
            most: 6,
            most_per_address: 2,
        });
        let mut places = Vec::new();
        let told: Vec<_> = [
            "192.0.2.7",
            "::ffff:192.0.2.7",
            "192.0.2.7",
            "192.0.2.8",
            "127.0.0.1",
            "::1",
            "::ffff:127.0.0.1",
            "192.0.2.9",
        ]
        .map(|text| {
            let place = gate.enter(text.parse().expect("an address"));
            let told = if place.is_some() { "in" } else { "away" };
            places.extend(place);
            format!("{text} {told}")
        })
        .into();
        expect_test::expect![[r#"
            192.0.2.7 in
            ::ffff:192.0.2.7 in
            192.0.2.7 away
            192.0.2.8 in
            127.0.0.1 in
            ::1 in
            ::ffff:127.0.0.1 in
            192.0.2.9 away"#]]
        .assert_eq(&told.join("\n"));
        places.clear();
        assert!(gate.enter(IpAddr::from([192, 0, 2, 7])).is_some());
        assert!(
            gate.inside().by_caller.is_empty(),
            "who is gone is forgotten"
        );
    }
}
