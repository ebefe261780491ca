//! The thread of the toasts against daemons that misbehave, each on a bus of its own.

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

/// How long a test waits for what must happen.
const LIMIT: Duration = Duration::from_secs(20);

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

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

fn key(n: u128) -> ToastKey {
    ToastKey::Notice(EventId(uuid::Uuid::from_u128(n)))
}

fn toast(n: u128, title: &str, body: &str) -> Toast {
    let button = |press, label: &str| Button {
        press,
        label: label.into(),
    };
    Toast {
        key: key(n),
        title: title.into(),
        body: body.into(),
        buttons: vec![
            button(Press::Open, "Open"),
            button(Press::Read, "Mark read"),
        ],
        urgent: false,
        duration_ms: Some(5_000),
    }
}

/// A desk of one outlet, a bus of its own and a daemon on it.
struct Desk {
    outlet: Queue,
    events: mpsc::Receiver<Message>,
    states: Vec<PartState>,
    daemon: Option<Running>,
    bus: PrivateBus,
}

impl Desk {
    /// Starts all, the daemon first. What the outlet says of its state is put aside for [`Self::state`].
    fn with(temper: Temper) -> Self {
        let bus = PrivateBus::new();
        let (sender, events) = mpsc::channel(64);
        let daemon = Some(Running::new(&bus, temper));
        let outlet = start_on(Bus::At(bus.address()), sender).expect("a thread starts");
        let mut desk = Self {
            outlet,
            events,
            states: Vec::new(),
            daemon,
            bus,
        };
        if !matches!(temper, Temper::Mute) {
            assert_eq!(
                desk.state(),
                PartState::Works {
                    detail: "fake 1.0".into()
                }
            );
        }
        desk
    }

    fn start_daemon(&mut self, temper: Temper) {
        self.daemon = Some(Running::new(&self.bus, temper));
    }

    fn daemon(&self) -> &Running {
        self.daemon.as_ref().expect("the daemon runs")
    }

    fn set(&self, temper: Temper) {
        self.daemon().temper.send_replace(temper);
    }

    /// The next toast that the daemon was given.
    fn seen(&self) -> Seen {
        self.daemon()
            .seen
            .recv_timeout(LIMIT)
            .expect("the daemon is given a toast")
    }

    /// The next number that the daemon was asked to close.
    fn closed(&self) -> u32 {
        self.daemon()
            .closed
            .recv_timeout(LIMIT)
            .expect("the daemon is asked to close a toast")
    }

    fn signal<B: serde::Serialize + zbus::zvariant::DynamicType>(&self, member: &str, body: &B) {
        self.daemon()
            .connection
            .emit_signal(None::<&str>, PATH, NAME, member, body)
            .expect("the bus takes it");
    }

    /// Waits for the next message, whatever it is.
    fn next(&mut self) -> Message {
        zbus::block_on(async {
            let late = std::pin::pin!(async_io::Timer::after(LIMIT));
            let message = std::pin::pin!(self.events.recv());
            match futures_util::future::select(message, late).await {
                futures_util::future::Either::Left((message, _)) => {
                    message.expect("the outlet lives")
                }
                futures_util::future::Either::Right(_) => panic!("no message came"),
            }
        })
    }

    /// Waits for the next message that is not about the outlet's own state.
    fn message(&mut self) -> Message {
        loop {
            match self.next() {
                Message::Part(Part::Toast, state) => self.states.push(state),
                message => return message,
            }
        }
    }

    /// Waits for the next news of the outlet's state.
    fn state(&mut self) -> PartState {
        if !self.states.is_empty() {
            return self.states.remove(0);
        }
        match self.next() {
            Message::Part(Part::Toast, state) => state,
            message => panic!("{message:?} is no news of the state"),
        }
    }

    #[track_caller]
    fn hears(&mut self, expected: &[Message]) {
        for expected in expected {
            assert_eq!(self.message(), *expected);
        }
    }

    /// Asserts that nothing else was said, up to the answer to a check.
    #[track_caller]
    fn is_quiet(&mut self) {
        self.states.clear();
        self.outlet.check();
        self.state();
    }
}

/// A bus that starts no service.
struct PrivateBus {
    folder: tempfile::TempDir,
    daemon: Option<Child>,
}

impl PrivateBus {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut bus = Self {
            folder,
            daemon: None,
        };
        bus.start();
        bus
    }

    fn address(&self) -> String {
        format!("unix:path={}", self.folder.path().join("bus").display())
    }

    fn start(&mut self) {
        let config = self.folder.path().join("bus.conf");
        let address = self.address();
        let text = format!(
            "<busconfig><type>session</type><listen>{address}</listen><policy context=\"default\">\
             <allow send_destination=\"*\"/><allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>"
        );
        std::fs::write(&config, text).expect("a file");
        let mut daemon = Command::new("dbus-daemon")
            .arg("--nofork")
            .arg("--print-address")
            .arg(format!("--config-file={}", config.display()))
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is installed");
        // Its address is its first word, said once it listens.
        let mut line = String::new();
        let said = daemon.stdout.as_mut().expect("it was piped");
        BufReader::new(said)
            .read_line(&mut line)
            .expect("it says its address");
        self.daemon = Some(daemon);
    }

    fn stop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill().expect("it runs");
            daemon.wait().expect("it ends");
        }
    }

    fn connect(&self) -> blocking::Connection {
        blocking::connection::Builder::address(self.address().as_str())
            .and_then(blocking::connection::Builder::build)
            .expect("the bus answers")
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        self.stop();
    }
}

/// How the daemon behaves.
#[derive(Clone, Copy, Debug)]
enum Temper {
    Good,
    /// It has neither markup nor actions.
    Plain,
    /// It answers nothing.
    Mute,
    /// It answers everything but `Notify`, until it is good again.
    Slow,
    /// It answers `Notify` with an error.
    Refuses,
    /// It gives the number 0.
    Zero,
}

struct Seen {
    id: u32,
    replaces: u32,
    summary: String,
    body: String,
    actions: Vec<String>,
    hints: Vec<String>,
    expires_ms: i32,
}

struct Running {
    connection: blocking::Connection,
    seen: std_mpsc::Receiver<Seen>,
    closed: std_mpsc::Receiver<u32>,
    temper: watch::Sender<Temper>,
    sender: Arc<Mutex<String>>,
}

impl Running {
    fn new(bus: &PrivateBus, temper: Temper) -> Self {
        let (seen_sender, seen) = std_mpsc::channel();
        let (closed_sender, closed) = std_mpsc::channel();
        let temper = watch::Sender::new(temper);
        let sender = Arc::new(Mutex::new(String::new()));
        let daemon = Daemon {
            seen: seen_sender,
            closed: closed_sender,
            temper: temper.subscribe(),
            sender: Arc::clone(&sender),
            last: Mutex::new(0),
        };
        let connection = blocking::connection::Builder::address(bus.address().as_str())
            .and_then(|builder| builder.serve_at(PATH, daemon))
            .and_then(|builder| builder.name(NAME))
            .and_then(blocking::connection::Builder::build)
            .expect("the bus answers");
        Self {
            connection,
            seen,
            closed,
            temper,
            sender,
        }
    }
}

struct Daemon {
    seen: std_mpsc::Sender<Seen>,
    closed: std_mpsc::Sender<u32>,
    temper: watch::Receiver<Temper>,
    sender: Arc<Mutex<String>>,
    last: Mutex<u32>,
}

impl Daemon {
    /// Waits while the daemon is in a mood in which it does not answer, and returns its mood then.
    async fn mood(&self, is_silent: impl Fn(Temper) -> bool) -> Temper {
        let mut temper = self.temper.clone();
        *temper
            .wait_for(|temper| !is_silent(*temper))
            .await
            .expect("the test holds the other end")
    }
}

#[interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    async fn get_capabilities(&self) -> Vec<String> {
        let list: &[&str] = match self.mood(|temper| matches!(temper, Temper::Mute)).await {
            Temper::Plain => &["body"],
            _ => &["body", "body-markup", "actions"],
        };
        list.iter()
            .map(|capability| (*capability).to_owned())
            .collect()
    }

    async fn get_server_information(&self) -> (String, String, String, String) {
        self.mood(|temper| matches!(temper, Temper::Mute)).await;
        (
            "fake".into(),
            "Campanile".into(),
            "1.0".into(),
            "1.2".into(),
        )
    }

    #[expect(clippy::too_many_arguments, reason = "the specification has so many")]
    async fn notify(
        &self,
        #[zbus(header)] header: zbus::message::Header<'_>,
        _app_name: String,
        replaces: u32,
        _icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: std::collections::HashMap<String, OwnedValue>,
        expires_ms: i32,
    ) -> zbus::fdo::Result<u32> {
        match self
            .mood(|temper| matches!(temper, Temper::Mute | Temper::Slow))
            .await
        {
            Temper::Refuses => return Err(zbus::fdo::Error::LimitsExceeded("too many".into())),
            Temper::Zero => return Ok(0),
            _ => {}
        }
        if let Some(sender) = header.sender() {
            *self.sender.lock().expect("no test panics with it") = sender.to_string();
        }
        let id = if replaces == 0 {
            let mut last = self.last.lock().expect("no test panics with it");
            *last += 1;
            *last
        } else {
            replaces
        };
        let mut hints: Vec<String> = hints.into_keys().collect();
        hints.sort();
        // A test that has ended reads no more.
        let _ = self.seen.send(Seen {
            id,
            replaces,
            summary,
            body,
            actions,
            hints,
            expires_ms,
        });
        Ok(id)
    }

    async fn close_notification(
        &self,
        id: u32,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        let _ = self.closed.send(id);
        Ok(Self::notification_closed(&emitter, id, 3).await?)
    }

    #[zbus(signal)]
    async fn notification_closed(
        emitter: &SignalEmitter<'_>,
        id: u32,
        reason: u32,
    ) -> zbus::Result<()>;
}
