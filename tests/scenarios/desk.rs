//! A desk without a desktop: the real session, store and sync; its outlets write down what they were given.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use campanile_client::{
    act::Action,
    effect::{DeskSettings, Effect, KeptItem, Press, Toast, ToastKey},
    message::{Account, Message},
    session::{Ids, Now, Session, SessionConfig},
    store::Store,
    sync::{self, Command, Token},
    view::{BellView, LinkView, PageFilter, Part, PartView, ServerPart, Tab, TrayView},
};
use campanile_core::{
    change::Seq, event::Notice, ids::EventId, preferences::Scope, time::Timestamp, zone::Rules,
};
use tokio::sync::mpsc::{self, error::TrySendError};

use crate::world::{Wall, World};

/// No wait in a scenario is longer: everything is on this machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// One desk, turned by hand: it takes messages only while the scenario waits for something.
pub struct Desk {
    session: Session,
    store: Store,
    folder: PathBuf,
    account: Account,
    token: Token,
    pub wall: Wall,
    mailbox: (mpsc::Sender<Message>, mpsc::Receiver<Message>),
    commands: Option<mpsc::Sender<Command>>,
    wake_at: Option<Timestamp>,
    /// For how long nobody has touched its machine, as its system tells.
    pub idle_ms: Option<i64>,
    /// Until when the server holds the agent for active at some desk.
    pub active_until: Option<Timestamp>,
    /// Whether it has a place in the log to go on from.
    is_placed: bool,
    /// Everything the outlets were given, in order, as one line each.
    pub written: Vec<String>,
    pub toasts: Vec<Toast>,
    pub tray: Option<TrayView>,
}

/// A desk that is turned off: what it kept.
pub struct Off {
    folder: PathBuf,
    account: Account,
    token: Token,
    wall: Wall,
}

impl Off {
    /// Starts it.
    pub fn turned_on(self) -> Result<Desk> {
        Desk::opened(&self.folder, self.account, self.token, self.wall)
    }
}

impl Desk {
    pub async fn paired(link: &str, folder: &Path, wall: Wall) -> Result<Self> {
        let paired = sync::pair(link, "a desk", &World::surroundings(&wall)).await;
        let (account, token) = paired.map_err(|fault| anyhow::anyhow!("pairing: {fault:?}"))?;
        Self::opened(folder, account, token, wall)
    }

    fn opened(folder: &Path, account: Account, token: Token, wall: Wall) -> Result<Self> {
        let (store, mut loaded) = Store::open(folder, wall.now())?;
        loaded.account = Some(account.clone());
        let session = Session::new(SessionConfig {
            build: "test".into(),
            system_language: "en".into(),
            system_zone: "Europe/Kyiv".parse().ok().context("a zone")?,
            zones: Rules::built_in(),
            ids: Ids::seeded(
                u128::from(folder.as_os_str().len() as u64) << 64
                    | u128::try_from(wall.now().ms())?,
            ),
            desk: DeskSettings::default(),
        });
        let mut desk = Self {
            session,
            store,
            folder: folder.to_owned(),
            account,
            token,
            wall,
            mailbox: mpsc::channel(64),
            commands: None,
            wake_at: None,
            idle_ms: None,
            active_until: None,
            is_placed: loaded.cursor.is_some(),
            written: Vec::new(),
            toasts: Vec::new(),
            tray: None,
        };
        desk.take(Message::Loaded(Box::new(loaded)))?;
        Ok(desk)
    }

    /// Ends as a crash does, and starts anew from what was kept.
    pub fn restart(self) -> Result<Self> {
        self.turned_off().turned_on()
    }

    /// Ends as a crash does.
    pub fn turned_off(self) -> Off {
        Off {
            folder: self.folder,
            account: self.account,
            token: self.token,
            wall: self.wall,
        }
    }

    /// Takes messages until `done` holds.
    pub async fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) -> Result<()> {
        self.wake()?;
        while !done(self) {
            let Ok(message) = tokio::time::timeout(PATIENCE, self.mailbox.1.recv()).await else {
                bail!(
                    "waited for {what}; {:#?}; tray {:?}",
                    self.written,
                    self.tray
                );
            };
            self.take(message.context("the mailbox stays open")?)?;
        }
        Ok(())
    }

    /// Takes messages until so many rows are unread.
    pub async fn until_unread(&mut self, rows: u32) -> Result<()> {
        self.until(&format!("{rows} unread"), |desk| {
            desk.bell().unread == rows && !desk.bell().filling
        })
        .await
    }

    pub async fn until_connected(&mut self) -> Result<()> {
        self.until("a link", Self::is_connected).await
    }

    pub fn is_connected(&self) -> bool {
        let bell = self.bell();
        bell.common.link == LinkView::Connected && !bell.filling && self.is_placed
    }

    /// Does what a person does.
    pub fn act(&mut self, action: Action) -> Result<()> {
        self.take(Message::Act(action))
    }

    /// Presses a toast.
    pub fn press(&mut self, key: ToastKey, press: Press) -> Result<()> {
        self.take(Message::Pressed {
            key,
            press,
            activation: None,
        })
    }

    /// Wakes it if the moment that it asked for has come; the clock was turned.
    pub fn wake(&mut self) -> Result<()> {
        while self.wake_at.is_some_and(|at| at <= self.wall.now()) {
            self.wake_at = None;
            self.take(Message::Woke)?;
        }
        Ok(())
    }

    pub fn bell(&self) -> BellView {
        self.session.bell_view(&self.now())
    }

    /// Returns the list as it is kept, removed rows aside: a line for each notice, the newest first. What the server lost
    /// is stranded.
    pub fn listed(&self) -> Result<Vec<String>> {
        let items = self.items("")?.into_iter();
        let line = |item: KeptItem| {
            let (notice, mark) = (item.notice, item.marked.mark);
            let text = notice.title.or(notice.body).unwrap_or_default();
            let stranded = if item.seq == Seq(0) { "Stranded " } else { "" };
            format!("{stranded}{mark:?} {} {text}", notice.kind)
        };
        Ok(items.map(line).collect())
    }

    /// Returns the notices that a search finds.
    pub fn found(&self, search: &str) -> Result<HashSet<EventId>> {
        let items = self.items(search)?.into_iter();
        Ok(items.map(|item| item.notice.id).collect())
    }

    /// Returns a notice as it is kept.
    pub fn kept(&self, id: EventId) -> Result<Notice> {
        let items = self.store.items(&[id]);
        let items = items.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
        let item = items.into_iter().next();
        Ok(item.context("it is kept")?.notice)
    }

    fn items(&self, search: &str) -> Result<Vec<KeptItem>> {
        let filter = PageFilter {
            tab: Tab::All,
            search: search.to_owned(),
            ..PageFilter::default()
        };
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = self
                .store
                .page(&filter, after.as_deref(), self.wall.now(), 50);
            let page = page.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(rows.into_iter().flat_map(|row| row.items).collect())
    }

    /// Says whether the desks wait for the one where the agent is.
    pub fn others_wait(&self) -> bool {
        let view = self
            .session
            .preferences_view(&Scope::Everything, &self.now());
        view.others_wait
    }

    /// Returns the volume of everything.
    pub fn volume(&self) -> u32 {
        let view = self
            .session
            .preferences_view(&Scope::Everything, &self.now());
        view.volume
    }

    /// Returns whether the agent follows a line, as the preferences show it.
    pub fn follows(&self, scope: &str) -> Result<Option<bool>> {
        let scope = Scope::parse(scope).context("a scope")?;
        Ok(self.session.preferences_view(&scope, &self.now()).follow)
    }

    /// Returns a part as the health page shows it.
    pub fn part(&self, part: Part) -> Result<PartView> {
        let parts = self.bell().common.parts;
        let found = parts.into_iter().find(|view| view.part == part);
        found.context("a part of the desk")
    }

    /// Asks why a notice rang or did not, and returns what the window shows once the server has told or cannot: a line each.
    pub async fn why(&mut self, key: &ToastKey) -> Result<Vec<String>> {
        let ToastKey::Notice(id) = *key else {
            bail!("a toast of one notice");
        };
        let item = self
            .store
            .items(&[id])
            .map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
        let notice = item
            .into_iter()
            .next()
            .context("the notice is kept")?
            .notice;
        self.act(Action::Why { id })?;
        self.until("the server's part", |desk| {
            desk.session.why(&notice, &desk.now()).server != ServerPart::Asking
        })
        .await?;
        let why = self.session.why(&notice, &self.now());
        let lines = why
            .lines
            .into_iter()
            .map(|line| format!("{} {}", line.channel, line.reason));
        let not_offered = match why.not_offered.as_slice() {
            [] => None,
            some => Some(format!("not offered: {}", some.join(", "))),
        };
        let server = format!("server {:?}", why.server);
        Ok(lines.chain(not_offered).chain([server]).collect())
    }

    /// Returns what was written since the last look.
    pub fn read(&mut self) -> Vec<String> {
        std::mem::take(&mut self.written)
    }

    fn now(&self) -> Now {
        Now {
            wall: self.wall.now(),
        }
    }

    fn take(&mut self, message: Message) -> Result<()> {
        if let Message::From { message, .. } = &message
            && let Message::Presence(presence) = &**message
        {
            self.active_until = presence.active_until;
        }
        for effect in self.session.update(message, &self.now()) {
            self.perform(effect)?;
        }
        Ok(())
    }

    fn perform(&mut self, effect: Effect) -> Result<()> {
        match effect {
            Effect::Keep(kept) => {
                self.store
                    .keep(&kept)
                    .map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
                if let Some(cursor) = kept.cursor {
                    self.is_placed = true;
                    self.command(Command::Kept(cursor))?;
                }
            }
            Effect::Toast(toast) => {
                self.written
                    .push(format!("toast {} | {}", toast.title, toast.body));
                self.toasts.push((*toast).clone());
                self.mailbox.0.try_send(Message::ToastShown(toast.key))?;
            }
            Effect::Withdraw(key) => self.written.push(match key {
                ToastKey::Notice(_) => "withdraw a toast".into(),
                other => format!("withdraw {other:?}"),
            }),
            Effect::Play(play) => self
                .written
                .push(format!("play {} at {}", play.melody, play.volume)),
            Effect::Open { url, .. } => self.written.push(format!("open {url}")),
            Effect::OpenWindow { window, .. } => self.written.push(format!("window {window:?}")),
            Effect::Tray(tray) => self.tray = Some(*tray),
            Effect::Wake(at) => self.wake_at = Some(at),
            Effect::Follow(following) => self.follow(following),
            Effect::Push(changes) => self.command(Command::Push(changes))?,
            Effect::Resync => self.command(Command::Resync)?,
            Effect::LookForInput => {
                let idle_ms = self.idle_ms;
                self.mailbox.0.try_send(Message::Input { idle_ms })?;
            }
            Effect::AskVerdict(id) => self.command(Command::Verdict(id))?,
            Effect::Reconnect => self.command(Command::Reconnect)?,
            Effect::Prune(at) => {
                let pruned = self.store.prune(at);
                pruned.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
            }
            Effect::Recall(ids) => {
                let items = self
                    .store
                    .items(&ids)
                    .map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
                self.take(Message::Recalled { asked: ids, items })?;
            }
            Effect::Check(Part::Clock) => self.command(Command::Measure)?,
            Effect::Hush(_)
            | Effect::Redraw
            | Effect::KeepDesk(_)
            | Effect::Check(_)
            | Effect::Autostart(_) => {}
            other => bail!("no scenario asks for {other:?}"),
        }
        Ok(())
    }

    fn follow(&mut self, following: Option<campanile_client::effect::Following>) {
        self.commands = following.map(|following| {
            let (commands, obeyed) = mpsc::channel(64);
            let surroundings = World::surroundings(&self.wall);
            tokio::spawn(sync::follow(
                following,
                self.token.clone(),
                surroundings,
                obeyed,
                self.mailbox.0.clone(),
            ));
            commands
        });
    }

    fn command(&self, command: Command) -> Result<()> {
        let commands = self.commands.as_ref().context("somebody is followed")?;
        match commands.try_send(command) {
            // The link has ended for good, and has said so by a message that is still to come.
            Ok(()) | Err(TrySendError::Closed(_)) => Ok(()),
            Err(full) => Err(full).context("the link takes commands"),
        }
    }
}
