//! What desk and server tell of a bug: where it is, and nothing of what it was about.

use std::{any::Any, backtrace::Backtrace, panic};

/// Lets a part of the program that breaks off be told to the log, and to nobody else.
///
/// The backtrace goes along where `RUST_BACKTRACE` asks for it.
pub fn tell() {
    panic::set_hook(Box::new(|info| {
        tracing::error!(
            place = info.location().map(tracing::field::display),
            words = words(info.payload()),
            backtrace = %Backtrace::capture(),
            "a part of the program broke off"
        );
    }));
}

/// Returns what the program itself says of it. What was put together at the time is kept back: it may hold the words of a
/// customer, or a token (S7).
fn words(payload: &(dyn Any + Send)) -> &'static str {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("(kept back)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_put_together_at_the_time_is_told() {
        let words_of = |breaks: fn()| {
            let payload = panic::catch_unwind(breaks).expect_err("it breaks");
            words(&*payload)
        };
        assert_eq!(
            words_of(|| panic!("no moment is before 1970")),
            "no moment is before 1970"
        );
        for breaks in [
            || panic!("{} is no token", "secret".repeat(2)),
            || drop("й".repeat(2)[1..].to_owned()),
            || assert_eq!("secret", "another"),
            || panic::panic_any("secret".to_owned()),
        ] {
            assert_eq!(words_of(breaks), "(kept back)");
        }
    }
}
