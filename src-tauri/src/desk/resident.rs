//! The loop: takes what happened, lets the session decide, performs what it asks for, and draws once the mailbox is empty.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use campanile_client::{
    message::{Message, PairingFault},
    session::{Ids, Now, Session, SessionConfig},
    view::{Part, TrayView, Window},
};
use tokio::sync::{mpsc, oneshot};

use super::{
    account::{self, SignedIn},
    alarm::{self, Alarm, Rung},
    answer::Read,
    departures::Departures,
    follow::Follow,
    settings,
    shell::Shell,
    signals,
    windows::Windows,
    zones,
};
use crate::{
    idle,
    link::{
        server::{Asked, Server},
        words::Answer,
    },
    places::Places,
    secrets::Secrets,
    sound, stamp, toast, tray,
};

/// How many messages may wait; a sender beyond that waits itself.
const MAILBOX_MOST: usize = 1024;
/// Messages are taken for so long without a pause. Then the views are drawn, and whoever asks has his turn, lest a flood
/// freeze them (F25).
const TAKEN_FOR: Duration = Duration::from_millis(100);
/// How many questions of windows and the command line may wait.
const QUESTIONS_MOST: usize = 64;

/// The parts that do not tell when they are another: they are looked at when somebody looks.
const PARTS_THAT_KEEP_QUIET: &[Part] = &[Part::Autostart, Part::SystemQuiet];

/// All that the desk is made of. Only its loop holds it.
pub struct Resident {
    pub(super) places: Places,
    pub(super) session: Session,
    pub(super) events: mpsc::Sender<Message>,
    pub(super) read: mpsc::Sender<Read>,
    pub(super) secrets: Secrets,
    pub(super) toast: toast::Outlet,
    pub(super) sound: sound::Outlet,
    pub(super) tray: tray::Outlet,
    pub(super) windows: Windows,
    pub(super) signed_in: Option<SignedIn>,
    pub(super) follow: Option<Follow>,
    pub(super) departures: Departures,
    pub(super) cursor: Option<String>,
    pub(super) pairing: Option<oneshot::Sender<Answer>>,
    pub(super) alarm: Alarm,
    /// What the desk tells itself while it performs; taken before anything else.
    pub(super) told: VecDeque<Message>,
    pub(super) to_draw: ToDraw,
    pub(super) is_ending: bool,
}

/// What is to be drawn once the mailbox is empty.
#[derive(Default)]
pub struct ToDraw {
    /// The tray.
    pub tray: Option<Box<TrayView>>,
    /// The windows.
    pub windows: bool,
}

/// Lives until somebody ends the desk.
///
/// # Errors
/// One line that says what to do.
pub async fn live(
    places: Places,
    shell: Shell,
    server: Server,
    open: Option<Window>,
) -> anyhow::Result<()> {
    let (events, mut messages) = mpsc::channel(MAILBOX_MOST);
    let (questions, mut asked) = mpsc::channel(QUESTIONS_MOST);
    let (read, mut has_read) = mpsc::channel(QUESTIONS_MOST);
    tokio::spawn(server.run(questions));
    // The keyring takes longest: it is asked before anything else is built.
    let secrets = Secrets::start(events.clone())?;
    secrets.check(false);
    let session = Session::new(SessionConfig {
        build: stamp::build().into(),
        system_language: sys_locale::get_locale().unwrap_or_default(),
        system_zone: iana_time_zone::get_timezone()
            .ok()
            .and_then(|name| name.parse().ok())
            .unwrap_or_default(),
        zones: zones::rules(),
        ids: Ids::seeded(uuid::Uuid::new_v4().as_u128()),
        desk: settings::read(&places),
    });
    idle::start(events.clone());
    let mut desk = Resident {
        session,
        read,
        toast: toast::start(events.clone(), shell.app()),
        sound: sound::start(events.clone(), places.sounds())?,
        tray: tray::start(events.clone(), shell.app())?,
        windows: Windows::default(),
        signed_in: None,
        follow: None,
        departures: Departures::default(),
        cursor: None,
        pairing: None,
        alarm: Alarm::new(),
        told: VecDeque::new(),
        to_draw: ToDraw::default(),
        is_ending: false,
        events,
        secrets,
        places,
    };
    desk.resume()?;
    for part in [Part::Tray, Part::Toast]
        .iter()
        .chain(PARTS_THAT_KEEP_QUIET)
    {
        desk.check(*part);
    }
    tokio::spawn(desk.list_melodies());
    if let Some(window) = open {
        desk.windows.open(window, None);
    }
    desk.settle().await;
    let mut end = std::pin::pin!(signals::end());
    while !desk.is_ending {
        desk.draw();
        tokio::select! {
            ended = &mut end => {
                ended?;
                desk.is_ending = true;
            }
            Some(message) = messages.recv() => desk.take(message).await,
            Some(read) = has_read.recv() => desk.answer_read(read),
            Some(asked) = asked.recv() => desk.answer(asked).await,
            rung = desk.alarm.ring() => desk.rang(rung).await,
        }
        let began = Instant::now();
        while began.elapsed() < TAKEN_FOR
            && let Ok(message) = messages.try_recv()
        {
            desk.take(message).await;
        }
    }
    // Whoever comes from here on finds no desk, and starts one once this one has ended.
    drop(asked);
    desk.end().await;
    Ok(())
}

impl Resident {
    /// Takes a message, and whatever follows from it.
    pub(super) async fn take(&mut self, message: Message) {
        self.tell(message);
        self.settle().await;
    }

    /// Puts a message before all others.
    pub(super) fn tell(&mut self, message: Message) {
        self.told.push_back(message);
    }

    async fn settle(&mut self) {
        while let Some(message) = self.told.pop_front() {
            if let Message::Paired(paired) = &message {
                let answer = paired.as_ref().map_or_else(
                    |fault: &PairingFault| Answer::Refused(account::say(fault).into()),
                    |account| {
                        self.session
                            .note_on(account)
                            .map_or(Answer::Done, Answer::Noted)
                    },
                );
                if let Some(waiting) = self.pairing.take() {
                    // Whoever asked may have stopped waiting.
                    let _ = waiting.send(answer.clone());
                }
            }
            for effect in self.session.update(message, &now()) {
                self.perform(effect).await;
            }
        }
    }

    async fn rang(&mut self, rung: Rung) {
        if rung == Rung::Jumped {
            self.tell(Message::Resumed);
        }
        self.take(Message::Woke).await;
    }

    /// Draws what has changed since it was last drawn.
    fn draw(&mut self) {
        let ToDraw { tray, windows } = std::mem::take(&mut self.to_draw);
        if let Some(view) = tray {
            self.tray.draw(*view);
        }
        if windows {
            self.windows.redraw();
        }
    }

    /// Takes in which windows are open.
    pub(super) async fn windows_changed(&mut self) {
        self.windows.drop_gone();
        let open = self.windows.open_ones();
        self.take(Message::Windows(open)).await;
    }

    async fn end(mut self) {
        self.windows.end().await;
        self.close_store().await;
        if !self.departures.end().await {
            tracing::warn!(
                "a server did not hear in time of a sign-out and of what was done before it"
            );
        }
        tracing::info!("the desk has ended");
    }

    /// Takes what came in by the socket.
    async fn answer(&mut self, asked: Asked) {
        match asked {
            Asked::Question(question, reply) => self.answer_question(question, reply).await,
            Asked::Watch { window, pushes } => {
                self.windows.add(window, pushes);
                self.windows_changed().await;
                for part in PARTS_THAT_KEEP_QUIET {
                    self.check(*part);
                }
            }
            Asked::Left => self.windows_changed().await,
        }
    }
}

/// Returns the present.
pub fn now() -> Now {
    Now { wall: alarm::now() }
}
