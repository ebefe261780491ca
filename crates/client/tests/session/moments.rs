//! When deeds were meant: never before what they change.

use campanile_client::act::Action;
use serde_json::json;

use crate::stage::{Stage, at, cell, one};

#[test]
fn a_clock_that_was_put_back_dates_no_deed_before_the_one_that_it_follows() {
    let mut desk = Stage::signed_in();
    desk.arrives(1, "conversation_assigned");
    let toasts = |on: bool| Action::Prefer {
        cells: vec![cell("conversation_assigned", "channel.toast", json!(on))],
    };
    let moments = |desk: &mut Stage| {
        let pushed = desk.pushed.drain(..);
        pushed.map(|change| change.at).collect::<Vec<_>>()
    };
    desk.act("read", Action::Read { what: one(1) });
    desk.act("no toasts", toasts(false));
    assert_eq!(moments(&mut desk), [at("10:00"); 2]);
    // The server's clock went the same way: there is nothing to correct by.
    desk.clock("2026-11-20T10:00:00Z");
    desk.act("unread", Action::Unread { what: one(1) });
    desk.act("toasts", toasts(true));
    assert_eq!(moments(&mut desk), [at("10:00"); 2]);
    // What was never touched is of its own moment.
    desk.arrives(2, "conversation_assigned");
    desk.act("read", Action::Read { what: one(2) });
    assert_eq!(moments(&mut desk), [desk.now]);
}
