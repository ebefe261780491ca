//! The fall-back through the plugin itself, which speaks to a daemon on a bus of the test's own.

use std::{
    env,
    process::{Command, Stdio},
};

use campanile_client::effect::{Press, ToastKey};
use futures_util::future;
use tauri::test::{MockRuntime, mock_builder, mock_context, noop_assets};
use tokio::{runtime::Runtime, sync::mpsc, time::timeout};

use super::*;
use crate::toast::linux::tests::{
    LIMIT,
    stage::{NAME, PATH, PrivateBus, Running, Seen, Temper, key, toast},
};

/// The plugin knows only the bus of its process, so the desk is a process of its own: this test, told so by a variable.
const IS_DESK: &str = "CAMPANILE_TEST_IS_DESK";

/// What the fall-back says, waited for.
struct Heard {
    events: mpsc::Receiver<Message>,
    runtime: Runtime,
}

impl Heard {
    fn next(&mut self) -> Message {
        let next = async { timeout(LIMIT, self.events.recv()).await };
        let heard = self.runtime.block_on(next).expect("a message in time");
        heard.expect("the fall-back lives")
    }
}

fn start_with(app: Option<AppHandle<MockRuntime>>) -> (Box<dyn Adapter>, Heard) {
    let (sender, events) = mpsc::channel(64);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().build().expect("a runtime");
    let adapter = start(sender, Box::pin(future::ready(app)));
    (adapter, Heard { events, runtime })
}

#[test]
fn without_an_app_each_toast_fails_and_the_health_says_so() {
    let (adapter, mut heard) = start_with(None);
    adapter.check();
    assert_eq!(
        heard.next(),
        Message::Part(Part::Toast, Part::Toast.fails("none"))
    );
    adapter.show(toast(1, "title", "body"));
    assert_eq!(heard.next(), Message::ToastFailed(key(1)));
}

#[test]
fn the_plugin_shows_a_toast_takes_it_back_and_reports_what_was_pressed() {
    if env::var_os(IS_DESK).is_some() {
        return be_the_desk();
    }
    let bus = PrivateBus::new();
    let daemon = Running::new(&bus, Temper::Good);
    let (_, name) = concat!(
        module_path!(),
        "::the_plugin_shows_a_toast_takes_it_back_and_reports_what_was_pressed"
    )
    .split_once("::")
    .expect("the crate's name comes first");
    let desk = Command::new(env::current_exe().expect("a test knows itself"))
        .args(["--exact", name])
        .env(IS_DESK, "yes")
        .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let seen = || daemon.seen.recv_timeout(LIMIT).expect("a toast");
    let press = |seen: &Seen, action: &str| {
        daemon
            .connection
            .emit_signal(
                None::<&str>,
                PATH,
                NAME,
                "ActionInvoked",
                &(seen.id, action),
            )
            .expect("the bus takes it");
    };

    let first = seen();
    assert_eq!(
        (first.summary.as_str(), first.body.as_str()),
        ("one <b>", "a &lt;b&gt;")
    );
    assert_eq!(first.actions, ["read", "Mark read", "default", ""]);
    press(&first, "read");
    // The second has the same key: the first is taken back, as the plugin can put none in its place.
    let second = seen();
    assert_eq!(daemon.closed.recv_timeout(LIMIT), Ok(first.id));
    press(&second, "default");
    let done = desk.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}");
}

fn be_the_desk() {
    let app = mock_builder()
        .plugin(tauri_plugin_notification::init())
        .build(mock_context(noop_assets()))
        .expect("an app without windows");
    let (adapter, mut heard) = start_with(Some(app.handle().clone()));
    adapter.check();
    assert_eq!(heard.next(), Message::Part(Part::Toast, PartState::Unknown));
    let pressed = |key: ToastKey, press| Message::Pressed {
        key,
        press,
        activation: None,
    };
    adapter.show(toast(1, "one <b>", "a <b>"));
    assert_eq!(heard.next(), Message::ToastShown(key(1)));
    assert_eq!(heard.next(), pressed(key(1), Press::Read));
    adapter.show(toast(1, "two", ""));
    assert_eq!(heard.next(), Message::ToastShown(key(1)));
    assert_eq!(heard.next(), pressed(key(1), Press::Open));
    let mut short = toast(2, "three", "");
    short.duration_ms = Some(1);
    adapter.show(short);
    assert_eq!(heard.next(), Message::ToastShown(key(2)));
    let key = key(2);
    let dismissed = false;
    assert_eq!(heard.next(), Message::ToastClosed { key, dismissed });
}
