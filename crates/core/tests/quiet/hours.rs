//! The windows of a week, at their edges and where the clocks change.

use expect_test::expect;

use crate::stage::{check, quiet};

#[test]
fn a_window_across_midnight_belongs_to_the_day_on_which_it_starts() {
    check(
        &quiet("Europe/Kyiv", "mon-fri 19:00-08:00"),
        &[
            "2026-11-20T18:59:59.999+02:00",
            "2026-11-20T19:00:00+02:00",
            "2026-11-21T07:59:59.999+02:00",
            "2026-11-21T08:00:00+02:00",
            "2026-11-22T23:00:00+02:00",
            "2026-11-23T07:00:00+02:00",
        ],
        expect![[r#"
            2026-11-20T18:59:59.999+02:00 free; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
            2026-11-20T19:00:00+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
            2026-11-21T07:59:59.999+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
            2026-11-21T08:00:00+02:00 free; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
            2026-11-22T23:00:00+02:00 free; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
            2026-11-23T07:00:00+02:00 free; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
        "#]],
    );
}

#[test]
fn windows_that_touch_or_overlap_hold_as_one() {
    check(
        &quiet(
            "Europe/Kyiv",
            "mon-fri 19:00-24:00, mon-sun 00:00-08:00, fri 18:00-20:00, sat-sun 08:00-24:00",
        ),
        &[
            "2026-11-20T17:00:00+02:00",
            "2026-11-20T18:30:00+02:00",
            "2026-11-20T19:30:00+02:00",
            "2026-11-24T01:00:00+02:00",
        ],
        expect![[r#"
            2026-11-20T17:00:00+02:00 free; next from Fri 2026-11-20 18:00+02:00 until Mon 2026-11-23 08:00+02:00
            2026-11-20T18:30:00+02:00 quiet hours 18:00-20:00 Europe/Kyiv until Mon 2026-11-23 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
            2026-11-20T19:30:00+02:00 quiet hours 19:00-24:00 Europe/Kyiv until Mon 2026-11-23 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
            2026-11-24T01:00:00+02:00 quiet hours 00:00-08:00 Europe/Kyiv until Tue 2026-11-24 08:00+02:00; next from Tue 2026-11-24 19:00+02:00 until Wed 2026-11-25 08:00+02:00
        "#]],
    );
}

#[test]
fn windows_without_a_gap_have_no_end() {
    check(
        &quiet("Europe/Kyiv", "mon-sun 00:00-24:00"),
        &["2026-11-20T17:00:00+02:00"],
        expect![[r#"
            2026-11-20T17:00:00+02:00 quiet hours 00:00-24:00 Europe/Kyiv until further notice
        "#]],
    );
}

#[test]
fn a_window_that_ends_when_it_starts_is_off_and_so_is_everything_without_the_master_switch() {
    check(
        &quiet("Europe/Kyiv", "mon-sun 19:00-19:00"),
        &["2026-11-20T19:00:00+02:00"],
        expect![[r#"
            2026-11-20T19:00:00+02:00 free
        "#]],
    );
    check(
        &quiet("Europe/Kyiv", "mon-sun 00:00-00:00"),
        &["2026-11-20T19:00:00+02:00"],
        expect![[r#"
            2026-11-20T19:00:00+02:00 free
        "#]],
    );
    let mut off = quiet("Europe/Kyiv", "mon-sun 19:00-08:00");
    off.hours.on = false;
    check(
        &off,
        &["2026-11-20T19:00:00+02:00"],
        expect![[r#"
        2026-11-20T19:00:00+02:00 free
    "#]],
    );
}

#[test]
fn an_edge_that_the_clock_skips_counts_by_the_offset_before() {
    // On 2026-03-29 at 03:00 the clock of Kyiv goes to 04:00.
    check(
        &quiet("Europe/Kyiv", "sun 03:30-09:00, sat 22:00-03:15"),
        &[
            "2026-03-29T00:59:00Z",
            "2026-03-29T01:14:59Z",
            "2026-03-29T01:15:00Z",
            "2026-03-29T01:30:00Z",
        ],
        expect![[r#"
            2026-03-29T00:59:00Z quiet hours 22:00-03:15 Europe/Kyiv until Sun 2026-03-29 04:15+03:00; next from Sun 2026-03-29 04:30+03:00 until Sun 2026-03-29 09:00+03:00
            2026-03-29T01:14:59Z quiet hours 22:00-03:15 Europe/Kyiv until Sun 2026-03-29 04:15+03:00; next from Sun 2026-03-29 04:30+03:00 until Sun 2026-03-29 09:00+03:00
            2026-03-29T01:15:00Z free; next from Sun 2026-03-29 04:30+03:00 until Sun 2026-03-29 09:00+03:00
            2026-03-29T01:30:00Z quiet hours 03:30-09:00 Europe/Kyiv until Sun 2026-03-29 09:00+03:00; next from Sat 2026-04-04 22:00+03:00 until Sun 2026-04-05 03:15+03:00
        "#]],
    );
    // In Cairo the day of the change has no midnight.
    check(
        &quiet("Africa/Cairo", "thu 20:00-24:00"),
        &["2026-04-23T19:00:00Z"],
        expect![[r#"
            2026-04-23T19:00:00Z quiet hours 20:00-24:00 Africa/Cairo until Fri 2026-04-24 01:00+03:00; next from Thu 2026-04-30 20:00+03:00 until Fri 2026-05-01 00:00+03:00
        "#]],
    );
    // The clock swallows what is between 02:30 and 03:10.
    check(
        &quiet("Europe/Berlin", "sun 02:30-03:10"),
        &["2026-03-29T00:00:00Z", "2026-03-29T01:05:00Z"],
        expect![[r#"
            2026-03-29T00:00:00Z free; next from Sun 2026-04-05 02:30+02:00 until Sun 2026-04-05 03:10+02:00
            2026-03-29T01:05:00Z free; next from Sun 2026-04-05 02:30+02:00 until Sun 2026-04-05 03:10+02:00
        "#]],
    );
}

#[test]
fn an_edge_that_the_clock_shows_twice_is_the_first() {
    // On 2026-10-25 at 04:00 the clock of Kyiv goes back to 03:00.
    check(
        &quiet("Europe/Kyiv", "sat 22:00-03:30, sun 03:45-09:00"),
        &[
            "2026-10-25T00:29:59Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T00:45:00Z",
            "2026-10-25T01:30:00Z",
        ],
        expect![[r#"
            2026-10-25T00:29:59Z quiet hours 22:00-03:30 Europe/Kyiv until Sun 2026-10-25 03:30+03:00; next from Sun 2026-10-25 03:45+03:00 until Sun 2026-10-25 09:00+02:00
            2026-10-25T00:30:00Z free; next from Sun 2026-10-25 03:45+03:00 until Sun 2026-10-25 09:00+02:00
            2026-10-25T00:45:00Z quiet hours 03:45-09:00 Europe/Kyiv until Sun 2026-10-25 09:00+02:00; next from Sat 2026-10-31 22:00+02:00 until Sun 2026-11-01 03:30+02:00
            2026-10-25T01:30:00Z quiet hours 03:45-09:00 Europe/Kyiv until Sun 2026-10-25 09:00+02:00; next from Sat 2026-10-31 22:00+02:00 until Sun 2026-11-01 03:30+02:00
        "#]],
    );
    check(
        &quiet("Australia/Lord_Howe", "sun 01:45-07:00"),
        &["2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"],
        expect![[r#"
            2026-04-04T14:45:00Z quiet hours 01:45-07:00 Australia/Lord_Howe until Sun 2026-04-05 07:00+10:30; next from Sun 2026-04-12 01:45+10:30 until Sun 2026-04-12 07:00+10:30
            2026-04-04T15:15:00Z quiet hours 01:45-07:00 Australia/Lord_Howe until Sun 2026-04-05 07:00+10:30; next from Sun 2026-04-12 01:45+10:30 until Sun 2026-04-12 07:00+10:30
        "#]],
    );
    check(
        &quiet("Antarctica/Troll", "sun 01:30-07:00"),
        &["2026-10-24T23:30:00Z", "2026-10-25T02:00:00Z"],
        expect![[r#"
            2026-10-24T23:30:00Z quiet hours 01:30-07:00 Antarctica/Troll until Sun 2026-10-25 07:00+00:00; next from Sun 2026-11-01 01:30+00:00 until Sun 2026-11-01 07:00+00:00
            2026-10-25T02:00:00Z quiet hours 01:30-07:00 Antarctica/Troll until Sun 2026-10-25 07:00+00:00; next from Sun 2026-11-01 01:30+00:00 until Sun 2026-11-01 07:00+00:00
        "#]],
    );
}

#[test]
fn the_rules_are_todays() {
    // Vancouver stayed at -07:00 when its clock used to go back, and Havana will at -04:00 this once.
    check(
        &quiet("America/Vancouver", "mon-sun 19:00-08:00"),
        &["2026-11-21T02:30:00Z"],
        expect![[r#"
            2026-11-21T02:30:00Z quiet hours 19:00-08:00 America/Vancouver until Sat 2026-11-21 08:00-07:00; next from Sat 2026-11-21 19:00-07:00 until Sun 2026-11-22 08:00-07:00
        "#]],
    );
    check(
        &quiet("America/Havana", "mon-sun 19:00-08:00"),
        &["2026-11-21T23:30:00Z"],
        expect![[r#"
            2026-11-21T23:30:00Z quiet hours 19:00-08:00 America/Havana until Sun 2026-11-22 08:00-04:00; next from Sun 2026-11-22 19:00-04:00 until Mon 2026-11-23 08:00-04:00
        "#]],
    );
    check(
        &quiet("America/Winnipeg", "mon-sun 19:00-08:00"),
        &["2026-11-22T00:30:00Z"],
        expect![[r#"
            2026-11-22T00:30:00Z quiet hours 19:00-08:00 America/Winnipeg until Sun 2026-11-22 08:00-05:00; next from Sun 2026-11-22 19:00-05:00 until Mon 2026-11-23 08:00-05:00
        "#]],
    );
    check(
        &quiet("Africa/Casablanca", "mon-sun 19:00-08:00"),
        &["2026-11-21T18:30:00Z"],
        expect![[r#"
            2026-11-21T18:30:00Z free; next from Sat 2026-11-21 19:00+00:00 until Sun 2026-11-22 08:00+00:00
        "#]],
    );
}
