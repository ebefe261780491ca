//! A mute, and what "Off" ends.

use campanile_core::{
    quiet::{MuteFor, Quiet, TimedMute},
    zone::Rules,
};
use expect_test::expect;

use crate::stage::{at, check, quiet};

#[test]
fn a_mute_holds_at_once_and_runs_into_the_windows() {
    let mut muted = quiet("Europe/Kyiv", "mon-fri 19:00-08:00");
    let now = at("2026-11-20T17:45:00+02:00");
    let moments = [
        "2026-11-20T17:45:00+02:00",
        "2026-11-20T18:59:00+02:00",
        "2026-11-20T20:00:00+02:00",
    ];
    let expected = [
        expect![[r#"
        2026-11-20T17:45:00+02:00 muted until Fri 2026-11-20 18:15+02:00; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
        2026-11-20T18:59:00+02:00 free; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
        2026-11-20T20:00:00+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
    "#]],
        expect![[r#"
        2026-11-20T17:45:00+02:00 muted until Fri 2026-11-20 18:45+02:00; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
        2026-11-20T18:59:00+02:00 free; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
        2026-11-20T20:00:00+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
    "#]],
        expect![[r#"
        2026-11-20T17:45:00+02:00 muted until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
        2026-11-20T18:59:00+02:00 muted until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
        2026-11-20T20:00:00+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
    "#]],
        expect![[r#"
        2026-11-20T17:45:00+02:00 muted until further notice
        2026-11-20T18:59:00+02:00 muted until further notice
        2026-11-20T20:00:00+02:00 muted until further notice
    "#]],
    ];
    for (mute, expected) in MuteFor::ALL.into_iter().zip(expected) {
        muted.mute = Some(mute.from(now, &muted.hours.zone, &Rules::built_in()));
        check(&muted, &moments, expected);
    }
    muted.mute = Some(TimedMute {
        until: Some(at("2026-11-20T19:30:00+02:00")),
    });
    check(
        &muted,
        &moments,
        expect![[r#"
        2026-11-20T17:45:00+02:00 muted until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
        2026-11-20T18:59:00+02:00 muted until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
        2026-11-20T20:00:00+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
    "#]],
    );
}

#[test]
fn off_ends_only_the_present_hold() {
    let rules = Rules::built_in();
    let nights = quiet("Europe/Kyiv", "mon-fri 19:00-08:00");
    let lifted = nights.lifted(at("2026-11-19T22:00:00+02:00"), &rules);
    check(
        &lifted,
        &[
            "2026-11-19T22:00:00+02:00",
            "2026-11-20T07:59:00+02:00",
            "2026-11-20T08:00:00+02:00",
            "2026-11-20T19:00:00+02:00",
        ],
        expect![[r#"
            2026-11-19T22:00:00+02:00 free; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
            2026-11-20T07:59:00+02:00 free; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
            2026-11-20T08:00:00+02:00 free; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
            2026-11-20T19:00:00+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
        "#]],
    );
    let muted = Quiet {
        mute: Some(TimedMute { until: None }),
        ..nights.clone()
    };
    assert_eq!(
        muted.lifted(at("2026-11-19T12:00:00+02:00"), &rules),
        nights
    );
    let always =
        quiet("Europe/Kyiv", "mon-sun 00:00-24:00").lifted(at("2026-11-19T22:00:00+02:00"), &rules);
    check(
        &always,
        &["2026-11-19T22:00:00+02:00", "2026-11-20T00:00:00+02:00"],
        expect![[r#"
            2026-11-19T22:00:00+02:00 free; next from Fri 2026-11-20 00:00+02:00 until further notice
            2026-11-20T00:00:00+02:00 quiet hours 00:00-24:00 Europe/Kyiv until further notice
        "#]],
    );
}
