//! How often an address may try something.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use campanile_core::time::{MINUTE_MS, Timestamp};

/// So many addresses are remembered. When there are more, all are forgotten but the busy ones.
const ADDRESSES_MOST: usize = 10_000;

/// Counts the tries of each address within a minute.
#[derive(Debug)]
pub struct Tries {
    most: u32,
    seen: Mutex<HashMap<IpAddr, Count>>,
}

#[derive(Debug)]
struct Count {
    since: Timestamp,
    tries: u32,
}

impl Tries {
    /// Returns a counter that lets `most` tries a minute through.
    #[must_use]
    pub fn new(most: u32) -> Self {
        Self {
            most,
            seen: Mutex::default(),
        }
    }

    /// Counts one try, and says after how many seconds the address may try again if it may not now.
    ///
    /// # Errors
    /// Those seconds, at least 1.
    pub fn one(&self, address: IpAddr, now: Timestamp) -> Result<(), i64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |count: &Count| !(0..MINUTE_MS).contains(&now.since_ms(count.since));
        if seen.len() >= ADDRESSES_MOST {
            seen.retain(|_, count| !is_over(count));
        }
        let count = seen.entry(address).or_insert(Count {
            since: now,
            tries: 0,
        });
        if is_over(count) {
            *count = Count {
                since: now,
                tries: 0,
            };
        }
        if count.tries >= self.most {
            return Err((MINUTE_MS - now.since_ms(count.since) + 999) / 1_000);
        }
        count.tries += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_tried_too_often_waits_for_its_minute_to_end() {
        let tries = Tries::new(2);
        let (one, other) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let at = Timestamp::from_ms(1_000_000);
        assert_eq!(
            [tries.one(one, at), tries.one(one, at), tries.one(one, at)],
            [Ok(()), Ok(()), Err(60)]
        );
        assert_eq!(tries.one(other, at), Ok(()));
        assert_eq!(tries.one(one, at.plus_ms(MINUTE_MS - 1)), Err(1));
        assert_eq!(tries.one(one, at.plus_ms(MINUTE_MS)), Ok(()));
    }
}
