//! The stage of these tests: a bus of their own, daemons of every temper, and a desk that shows toasts.

use super::*;

pub const NAME: &str = "org.freedesktop.Notifications";
pub const PATH: &str = "/org/freedesktop/Notifications";

pub fn key(n: u128) -> ToastKey {
    ToastKey::Notice(EventId(uuid::Uuid::from_u128(n)))
}

pub fn toast(n: u128, title: &str, body: &str) -> Toast {
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
pub struct Desk {
    pub outlet: Queue,
    pub events: mpsc::Receiver<Message>,
    pub states: Vec<PartState>,
    pub daemon: Option<Running>,
    pub bus: PrivateBus,
}

impl Desk {
    /// Starts all, the daemon first. What the outlet says of its state is put aside for [`Self::state`].
    pub fn with(temper: Temper) -> Self {
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

    pub fn start_daemon(&mut self, temper: Temper) {
        self.daemon = Some(Running::new(&self.bus, temper));
    }

    pub fn daemon(&self) -> &Running {
        self.daemon.as_ref().expect("the daemon runs")
    }

    pub fn set(&self, temper: Temper) {
        self.daemon().temper.send_replace(temper);
    }

    /// The next toast that the daemon was given.
    pub fn seen(&self) -> Seen {
        self.daemon()
            .seen
            .recv_timeout(LIMIT)
            .expect("the daemon is given a toast")
    }

    /// The next number that the daemon was asked to close.
    pub fn closed(&self) -> u32 {
        self.daemon()
            .closed
            .recv_timeout(LIMIT)
            .expect("the daemon is asked to close a toast")
    }

    pub fn signal<B: serde::Serialize + zbus::zvariant::DynamicType>(
        &self,
        member: &str,
        body: &B,
    ) {
        self.daemon()
            .connection
            .emit_signal(None::<&str>, PATH, NAME, member, body)
            .expect("the bus takes it");
    }

    /// Waits for the next message, whatever it is.
    pub fn next(&mut self) -> Message {
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
    pub fn message(&mut self) -> Message {
        loop {
            match self.next() {
                Message::Part(Part::Toast, state) => self.states.push(state),
                message => return message,
            }
        }
    }

    /// Waits for the next news of the outlet's state.
    pub fn state(&mut self) -> PartState {
        if !self.states.is_empty() {
            return self.states.remove(0);
        }
        match self.next() {
            Message::Part(Part::Toast, state) => state,
            message => panic!("{message:?} is no news of the state"),
        }
    }

    #[track_caller]
    pub fn hears(&mut self, expected: &[Message]) {
        for expected in expected {
            assert_eq!(self.message(), *expected);
        }
    }

    /// Asserts that nothing else was said, up to the answer to a check.
    #[track_caller]
    pub fn is_quiet(&mut self) {
        self.states.clear();
        self.outlet.check();
        self.state();
    }
}

/// A bus that starts no service.
pub struct PrivateBus {
    pub folder: tempfile::TempDir,
    pub daemon: Option<Child>,
}

impl PrivateBus {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut bus = Self {
            folder,
            daemon: None,
        };
        bus.start();
        bus
    }

    pub fn address(&self) -> String {
        format!("unix:path={}", self.folder.path().join("bus").display())
    }

    pub fn start(&mut self) {
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

    pub fn stop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill().expect("it runs");
            daemon.wait().expect("it ends");
        }
    }

    pub fn connect(&self) -> blocking::Connection {
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
pub enum Temper {
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

pub struct Seen {
    pub id: u32,
    pub replaces: u32,
    pub summary: String,
    pub body: String,
    pub actions: Vec<String>,
    pub hints: Vec<String>,
    pub expires_ms: i32,
}

pub struct Running {
    pub connection: blocking::Connection,
    pub seen: std_mpsc::Receiver<Seen>,
    pub closed: std_mpsc::Receiver<u32>,
    pub temper: watch::Sender<Temper>,
    pub sender: Arc<Mutex<String>>,
}

impl Running {
    pub fn new(bus: &PrivateBus, temper: Temper) -> Self {
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

pub struct Daemon {
    pub seen: std_mpsc::Sender<Seen>,
    pub closed: std_mpsc::Sender<u32>,
    pub temper: watch::Receiver<Temper>,
    pub sender: Arc<Mutex<String>>,
    pub last: Mutex<u32>,
}

impl Daemon {
    /// Waits while the daemon is in a mood in which it does not answer, and returns its mood then.
    pub async fn mood(&self, is_silent: impl Fn(Temper) -> bool) -> Temper {
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
