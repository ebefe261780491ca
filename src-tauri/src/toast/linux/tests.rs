//! The thread of the toasts against daemons that misbehave, each on a bus of its own.

pub mod stage;

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc as std_mpsc},
    time::Duration,
};

use campanile_client::{
    effect::{Button, Press, Toast, ToastKey},
    message::Message,
    view::{Part, PartState},
};
use campanile_core::ids::EventId;
use tokio::sync::{mpsc, watch};
use zbus::{blocking, interface, object_server::SignalEmitter, zvariant::OwnedValue};

use super::{Adapter as _, Bus, Queue, start_on};
use stage::*;

/// How long a test waits for what must happen.
pub const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn a_toast_reaches_the_daemon_escaped_silent_and_without_a_picture() {
    let mut desk = Desk::with(Temper::Good);
    desk.outlet.show(toast(
        1,
        "Mira & <b>Oak</b>",
        "<a href=\"file:///etc/passwd\">x</a>",
    ));
    let seen = desk.seen();
    assert_eq!(seen.summary, "Mira & <b>Oak</b>");
    assert_eq!(
        seen.body,
        "&lt;a href=&quot;file:///etc/passwd&quot;&gt;x&lt;/a&gt;"
    );
    assert_eq!(seen.actions, ["default", "Open", "read", "Mark read"]);
    assert_eq!(
        seen.hints,
        ["category", "desktop-entry", "suppress-sound", "urgency"]
    );
    assert_eq!((seen.replaces, seen.expires_ms), (0, 5_000));
    desk.hears(&[Message::ToastShown(key(1))]);
}

#[test]
fn a_daemon_without_markup_and_actions_gets_neither() {
    let mut desk = Desk::with(Temper::Plain);
    desk.outlet.show(toast(1, "a", "1 < 2"));
    let seen = desk.seen();
    assert_eq!(seen.body, "1 < 2");
    assert!(seen.actions.is_empty());
    desk.hears(&[Message::ToastShown(key(1))]);
}

#[test]
fn the_same_key_replaces_and_a_withdrawn_toast_is_closed() {
    let mut desk = Desk::with(Temper::Good);
    desk.outlet.show(toast(1, "first", ""));
    desk.outlet.show(toast(1, "second", ""));
    let (first, second) = (desk.seen(), desk.seen());
    assert_eq!((first.replaces, second.replaces), (0, first.id));
    assert_eq!(second.id, first.id);
    desk.hears(&[Message::ToastShown(key(1)), Message::ToastShown(key(1))]);
    desk.outlet.withdraw(key(1));
    assert_eq!(desk.closed(), first.id);
    desk.is_quiet();
}

#[test]
fn a_toast_that_is_withdrawn_while_it_is_under_way_does_not_stay() {
    let mut desk = Desk::with(Temper::Good);
    desk.outlet.show(toast(1, "brief", ""));
    desk.outlet.withdraw(key(1));
    let seen = desk.seen();
    assert_eq!(desk.closed(), seen.id);
    desk.hears(&[Message::ToastShown(key(1))]);
    desk.is_quiet();
}

#[test]
fn a_click_brings_its_activation_token_and_nothing_from_the_signal() {
    let mut desk = Desk::with(Temper::Good);
    desk.outlet.show(toast(1, "a", ""));
    let id = desk.seen().id;
    desk.hears(&[Message::ToastShown(key(1))]);
    desk.signal("ActivationToken", &(id, "token-1"));
    desk.signal("ActionInvoked", &(id, "default"));
    desk.signal("ActionInvoked", &(id, "read"));
    desk.signal("ActionInvoked", &(id, "https://evil.test/"));
    desk.signal("ActionInvoked", &(id + 900, "default"));
    desk.signal("NotificationClosed", &(id, 2_u32));
    desk.hears(&[
        Message::Pressed {
            key: key(1),
            press: Press::Open,
            activation: Some("token-1".into()),
        },
        Message::Pressed {
            key: key(1),
            press: Press::Read,
            activation: None,
        },
        Message::ToastClosed {
            key: key(1),
            dismissed: true,
        },
    ]);
    desk.is_quiet();
}

#[test]
fn a_toast_whose_time_is_over_can_still_be_clicked_in_the_list() {
    let mut desk = Desk::with(Temper::Good);
    desk.outlet.show(toast(1, "a", ""));
    let id = desk.seen().id;
    desk.hears(&[Message::ToastShown(key(1))]);
    desk.signal("NotificationClosed", &(id, 1_u32));
    desk.signal("ActionInvoked", &(id, "default"));
    desk.hears(&[
        Message::ToastClosed {
            key: key(1),
            dismissed: false,
        },
        Message::Pressed {
            key: key(1),
            press: Press::Open,
            activation: None,
        },
    ]);
}

#[test]
fn a_signal_of_another_program_is_not_believed() {
    let mut desk = Desk::with(Temper::Good);
    desk.outlet.show(toast(1, "a", ""));
    let id = desk.seen().id;
    desk.hears(&[Message::ToastShown(key(1))]);
    let stranger = desk.bus.connect();
    let ours = desk
        .daemon()
        .sender
        .lock()
        .expect("no test panics with it")
        .clone();
    // Sent to everybody, and sent straight to the desk's connection.
    for destination in [None, Some(ours.as_str())] {
        stranger
            .emit_signal(destination, PATH, NAME, "ActionInvoked", &(id, "default"))
            .expect("the bus takes it");
    }
    // The bus keeps the order of one sender: once the stranger's call is answered, its signals were delivered.
    stranger
        .call_method(Some(NAME), PATH, Some(NAME), "GetCapabilities", &())
        .expect("the daemon answers");
    desk.signal("ActionInvoked", &(id, "read"));
    desk.hears(&[Message::Pressed {
        key: key(1),
        press: Press::Read,
        activation: None,
    }]);
}

#[test]
fn a_daemon_that_dies_takes_its_toasts_along_and_its_successor_is_used() {
    let mut desk = Desk::with(Temper::Good);
    for n in 1..=3 {
        desk.outlet.show(toast(n, "a", ""));
        desk.seen();
    }
    desk.hears(&[1, 2, 3].map(|n| Message::ToastShown(key(n))));
    desk.daemon = None;
    desk.hears(&[1, 2, 3].map(|n| Message::ToastClosed {
        key: key(n),
        dismissed: false,
    }));
    assert_eq!(
        desk.state(),
        PartState::Fails {
            code: "none".into()
        }
    );

    desk.outlet.show(toast(4, "nobody is there", ""));
    desk.hears(&[Message::ToastFailed(key(4))]);

    desk.start_daemon(Temper::Good);
    assert_eq!(
        desk.state(),
        PartState::Works {
            detail: "fake 1.0".into()
        }
    );
    desk.outlet.show(toast(1, "again", ""));
    assert_eq!(
        desk.seen().replaces,
        0,
        "a number of the dead daemon means nothing to its successor"
    );
    desk.hears(&[Message::ToastShown(key(1))]);
}

#[test]
fn a_mute_daemon_lets_fifty_toasts_wait_and_no_more() {
    let mut desk = Desk::with(Temper::Mute);
    for n in 0..1_000 {
        desk.outlet.show(toast(n, "a", ""));
        if n >= 50 {
            assert!(matches!(desk.message(), Message::ToastFailed(_)));
        }
    }
    for _ in 0..50 {
        assert!(matches!(desk.message(), Message::ToastFailed(_)));
    }
    assert_eq!(
        desk.state(),
        PartState::Fails {
            code: "hangs".into()
        }
    );

    // It comes to its senses: the toast that was given up is taken back, and the next one is shown.
    desk.set(Temper::Good);
    desk.outlet.show(toast(7, "b", ""));
    desk.hears(&[Message::ToastShown(key(7))]);
    assert_eq!(
        desk.state(),
        PartState::Works {
            detail: "fake 1.0".into()
        }
    );
}

#[test]
fn a_toast_that_a_daemon_shows_too_late_is_taken_back() {
    let mut desk = Desk::with(Temper::Good);
    desk.set(Temper::Slow);
    desk.outlet.show(toast(1, "a", ""));
    desk.hears(&[Message::ToastFailed(key(1))]);
    desk.set(Temper::Good);
    let seen = desk.seen();
    assert_eq!(desk.closed(), seen.id);
}

#[test]
fn a_daemon_that_refuses_or_gives_no_number_fails_the_toast() {
    for temper in [Temper::Refuses, Temper::Zero] {
        let mut desk = Desk::with(temper);
        desk.outlet.show(toast(1, "a", ""));
        desk.hears(&[Message::ToastFailed(key(1))]);
        assert_eq!(
            desk.state(),
            PartState::Fails {
                code: "refused".into()
            }
        );
    }
}

#[test]
fn the_bus_may_die_and_come_back() {
    let mut desk = Desk::with(Temper::Good);
    desk.outlet.show(toast(1, "a", ""));
    desk.seen();
    desk.hears(&[Message::ToastShown(key(1))]);

    desk.daemon = None;
    desk.hears(&[Message::ToastClosed {
        key: key(1),
        dismissed: false,
    }]);
    desk.bus.stop();
    while desk.state()
        != (PartState::Fails {
            code: "no_bus".into(),
        })
    {}
    desk.outlet.show(toast(2, "nowhere", ""));
    desk.hears(&[Message::ToastFailed(key(2))]);

    desk.bus.start();
    desk.start_daemon(Temper::Good);
    desk.outlet.show(toast(3, "back", ""));
    assert_eq!(desk.seen().summary, "back");
    desk.hears(&[Message::ToastShown(key(3))]);
}

#[test]
fn a_check_tells_which_daemon_works() {
    let mut desk = Desk::with(Temper::Good);
    desk.outlet.check();
    assert_eq!(
        desk.state(),
        PartState::Works {
            detail: "fake 1.0".into()
        }
    );
}
