//! How often an address may try something.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

use campanile_core::time::{MINUTE_MS, Timestamp};

/// So many callers are remembered. When there are more, those whose minute is over are forgotten, and if that is not
/// enough, whoever comes next shares one count with all others who do.
const CALLERS_MOST: usize = 10_000;

/// Counts the tries of each caller within a minute: of an address, or of the network that one household has in IPv6.
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
        let mut caller = caller(address);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |count: &Count| !(0..MINUTE_MS).contains(&now.since_ms(count.since));
        if seen.len() >= CALLERS_MOST && !seen.contains_key(&caller) {
            seen.retain(|_, count| !is_over(count));
            if seen.len() >= CALLERS_MOST {
                caller = EVERYBODY_ELSE;
            }
        }
        let count = seen.entry(caller).or_insert(Count {
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

/// Who shares one count where too many call.
const EVERYBODY_ELSE: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// Returns whose tries are counted together: whoever has one IPv6 address has 2^64 of them.
pub fn caller(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
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

    #[test]
    fn a_caller_is_an_address_or_a_network_of_its_own() {
        let tries = Tries::new(1);
        let at = Timestamp::from_ms(1_000_000);
        let told: Vec<_> = [
            "2001:db8:0:1::1",
            "2001:db8:0:1:ffff::9",
            "2001:db8:0:2::1",
            "192.0.2.7",
            "::ffff:192.0.2.7",
            "::ffff:192.0.2.8",
        ]
        .map(|text| {
            let told = tries.one(text.parse().expect("an address"), at);
            format!("{text} {}", if told.is_ok() { "may" } else { "waits" })
        })
        .into();
        expect_test::expect![[r#"
            2001:db8:0:1::1 may
            2001:db8:0:1:ffff::9 waits
            2001:db8:0:2::1 may
            192.0.2.7 may
            ::ffff:192.0.2.7 waits
            ::ffff:192.0.2.8 may"#]]
        .assert_eq(&told.join("\n"));
    }

    #[test]
    fn however_many_call_no_more_are_remembered() {
        let tries = Tries::new(2);
        let at = Timestamp::from_ms(1_000_000);
        let address = |number: usize| IpAddr::from((number as u32).to_be_bytes());
        let let_in = (1..=CALLERS_MOST + 500)
            .filter(|number| tries.one(address(*number), at).is_ok())
            .count();
        assert_eq!(let_in, CALLERS_MOST + 2, "the others share one count");
        let remembered = || tries.seen.lock().expect("is whole").len();
        assert_eq!(remembered(), CALLERS_MOST + 1);
        assert_eq!(
            tries.one(address(1), at),
            Ok(()),
            "who is known keeps its own"
        );
        let later = at.plus_ms(MINUTE_MS);
        assert_eq!(tries.one(address(CALLERS_MOST + 700), later), Ok(()));
        assert_eq!(remembered(), 1);
    }
}
