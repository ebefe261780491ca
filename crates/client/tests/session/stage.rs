//! One desk on a stage: what it is told and what it does, written down line by line.

use std::collections::BTreeMap;

use campanile_client::{
    act::{Action, What},
    effect::{Effect, ToastKey},
    message::{Account, Link, Loaded, Message},
    session::{Ids, Now, Session, SessionConfig},
    view::Part,
};
use campanile_core::{
    catalogue::Role,
    change::{Change, Entry, Place, Scopes, Seq, SourceFacts},
    event::{Because, Conversation, Link as EventLink, Notice, Reference},
    ids::{AgentId, ChangeId, Epoch, EventId, KindId, SourceId},
    policy::Policy,
    preferences::{ANY_KIND, Cell, Scope},
    time::Timestamp,
    zone::Rules,
};
use campanile_protocol::changes::{Outcome, PushedChange};
use expect_test::Expect;
use serde_json::Value;
use uuid::Uuid;

/// Tells one story on a desk that is signed in and connected, and compares what is written down.
pub fn check(story: impl FnOnce(&mut Stage), expected: Expect) {
    let mut stage = Stage::signed_in();
    story(&mut stage);
    expected.assert_eq(&stage.written);
}

/// A desk, its clock, and what was written down of it.
pub struct Stage {
    pub session: Session,
    pub now: Timestamp,
    pub written: String,
    /// What it pushed and nobody has answered.
    pub pushed: Vec<PushedChange>,
    /// Whether the turns of day and night are written down: they are no story's but their own.
    pub writes_turns: bool,
    seq: i64,
    names: BTreeMap<ChangeId, usize>,
}

/// A moment on Saturday, 21 November 2026, by the wall in Kyiv; or any RFC 3339 time.
pub fn at(text: &str) -> Timestamp {
    let full = if text.len() <= 12 {
        let seconds = if text.len() == 5 { ":00" } else { "" };
        format!("2026-11-21T{text}{seconds}+02:00")
    } else {
        text.to_owned()
    };
    Timestamp::parse(&full).expect("a time")
}

pub fn id(n: u64) -> EventId {
    EventId(Uuid::from_u64_pair(
        0x0193_490f_7b21_7cc3,
        0x8000_0000_0000_0000 | n,
    ))
}

pub fn number(id: EventId) -> u64 {
    id.0.as_u64_pair().1 & 0xffff_ffff
}

pub fn account(name: &str) -> Account {
    Account {
        id: name.to_owned(),
        server: "https://desk.example.org/".parse().expect("a URL"),
        name: name.to_owned(),
        session_only: false,
    }
}

/// A notice of `kind` about the conversation `n`.
pub fn notice(n: u64, kind: &str, time: Timestamp) -> Notice {
    Notice {
        id: id(n),
        source: SourceId::new("acme").expect("a name"),
        kind: KindId::new(kind).expect("a name"),
        time,
        because: Because::Assigned,
        cause: None,
        actor: Some(Reference {
            id: "7".into(),
            name: Some("Ana Admin".into()),
        }),
        conversation: Some(Conversation {
            id: format!("c{n}"),
            number: Some(n.to_string()),
            title: None,
            url: None,
        }),
        contact: None,
        line: None,
        inbox: None,
        team: None,
        title: None,
        body: None,
        lang: None,
        links: vec![EventLink {
            rel: "open".into(),
            label: None,
            url: format!("https://app.acme.example/c/{n}"),
        }],
        collapse: None,
        expires_at: None,
        data: serde_json::Map::new(),
    }
}

pub fn scopes(name: &str) -> Scopes {
    Scopes {
        agent: AgentId(Uuid::nil()),
        name: name.to_owned(),
        roles: vec![Role::Agent],
        places: vec![Place {
            scope: Scope::parse("line:acme/l1").expect("a scope"),
            reference: Reference {
                id: "l1".into(),
                name: Some("Support".into()),
            },
            follow: Some(true),
        }],
        sources: vec![SourceFacts {
            id: SourceId::new("acme").expect("a name"),
            name: "Acme".into(),
            link_origins: vec!["https://app.acme.example".into()],
            kinds: Vec::new(),
        }],
    }
}

pub fn cell(kind: &str, facet: &str, value: Value) -> Cell {
    Cell {
        scope: Scope::Everything,
        kind: kind.into(),
        facet: facet.into(),
        value: Some(value),
    }
}

pub fn hours(windows: Value) -> Cell {
    let hours = serde_json::json!({ "on": true, "zone": "Europe/Kyiv", "windows": windows });
    cell(ANY_KIND, "quiet_hours", hours)
}

/// Quiet hours from 19:00 to 08:00 on every day.
pub fn nights() -> Cell {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    hours(serde_json::json!([{ "days": days, "start": "19:00", "end": "08:00" }]))
}

/// A link to a server whose clock is so far from ours, and whose log ends beyond all that a story tells.
pub fn up(offset_ms: i64) -> Link {
    let last = Seq(i64::MAX);
    Link::Connected { offset_ms, last }
}

impl Stage {
    /// Returns a desk that has just started, with an English system in Kyiv.
    pub fn new() -> Self {
        let config = SessionConfig {
            build: "test".into(),
            system_language: "en_GB.UTF-8".into(),
            system_zone: "Europe/Kyiv".parse().expect("a zone"),
            zones: Rules::built_in(),
            ids: Ids::seeded(1),
            desk: Default::default(),
        };
        Self {
            session: Session::new(config),
            now: at("10:00"),
            written: String::new(),
            pushed: Vec::new(),
            writes_turns: false,
            seq: 0,
            names: BTreeMap::new(),
        }
    }

    /// Returns a desk that followed before, is signed in as Mira and connected; of that nothing is written down.
    pub fn signed_in() -> Self {
        let mut stage = Self::new();
        stage.load(Loaded::default());
        stage.connect();
        stage.written.clear();
        stage
    }

    /// Starts the desk over what its store holds, as Mira.
    pub fn load(&mut self, loaded: Loaded) {
        let loaded = Loaded {
            account: loaded.account.or_else(|| Some(account("mira"))),
            policy: loaded.policy.or_else(|| Some(Policy::default())),
            scopes: Some(scopes("Mira Oak")),
            epoch: Some(Epoch(Uuid::nil())),
            cursor: loaded.cursor.or_else(|| Some("start".into())),
            ..loaded
        };
        self.tell(Message::Loaded(Box::new(loaded)));
    }

    pub fn connect(&mut self) {
        self.tell(Message::Link(up(0)));
    }

    /// Sets the clock.
    pub fn clock(&mut self, text: &str) -> &mut Self {
        self.now = at(text);
        self
    }

    /// Tells the desk something, and writes down what it does.
    pub fn tell(&mut self, message: Message) -> Vec<Effect> {
        let effects = self.session.update(message, &Now { wall: self.now });
        for effect in &effects {
            if !self.writes_turns && is_turn(effect) {
                continue;
            }
            let line = crate::text::effect(effect, &mut |id| self.name(id));
            self.written.extend(["  ", &line, "\n"]);
            if let Effect::Push(changes) = effect {
                self.pushed.extend(changes.iter().cloned());
            }
        }
        effects
    }

    /// Writes a heading, then tells.
    pub fn say(&mut self, heading: &str, message: Message) -> Vec<Effect> {
        self.written.extend([heading, "\n"]);
        self.tell(message)
    }

    pub fn act(&mut self, heading: &str, action: Action) {
        self.say(heading, Message::Act(action));
    }

    /// Lets the clock come to a moment at which the desk asked to be woken.
    pub fn wake(&mut self, text: &str) {
        self.clock(text);
        self.say(&format!("{text} woke"), Message::Woke);
    }

    pub fn entry(&mut self, change: Change) -> Entry {
        self.seq += 1;
        Entry {
            seq: Seq(self.seq),
            at: self.now,
            change,
        }
    }

    pub fn arrival(&mut self, n: u64, kind: &str) -> Entry {
        let notice = notice(n, kind, self.now);
        self.entry(Change::Arrived {
            notice: Box::new(notice),
            bell: true,
            replaces: None,
        })
    }

    /// Entries, as the stream brings them.
    pub fn heard(&mut self, entries: Vec<Entry>) -> Message {
        Message::Heard {
            entries,
            cursor: format!("at {}", self.seq),
            catching_up: false,
            more: false,
        }
    }

    /// Entries, as a catch-up brings them.
    pub fn caught_up(&mut self, entries: Vec<Entry>) -> Message {
        Message::Heard {
            entries,
            cursor: format!("at {}", self.seq),
            catching_up: true,
            more: false,
        }
    }

    /// A page of a catch-up that is not its last.
    pub fn caught_up_with_more(&mut self, entries: Vec<Entry>) -> Message {
        Message::Heard {
            entries,
            cursor: format!("at {}", self.seq),
            catching_up: true,
            more: true,
        }
    }

    /// A notice arrives as it happens.
    pub fn arrives(&mut self, n: u64, kind: &str) {
        let entry = self.arrival(n, kind);
        let heard = self.heard(vec![entry]);
        self.say(&format!("{} {kind} n{n} arrives", self.wall()), heard);
    }

    /// The agent's choices come from the server.
    pub fn prefers(&mut self, cells: Vec<Cell>) {
        let entry = self.entry(Change::Preferred { cells });
        let heard = self.heard(vec![entry]);
        self.say("preferences arrive", heard);
    }

    /// The server answers all that was pushed.
    pub fn answers(&mut self, outcome: &Outcome) {
        let answers = self
            .pushed
            .drain(..)
            .map(|change| (change.id, outcome.clone()))
            .collect();
        self.say("the server answers", Message::Settled(answers));
    }

    /// Forgets what was written down so far: it is not what the story is about.
    pub fn so_far(&mut self) -> &mut Self {
        self.written.clear();
        self
    }

    pub fn wall(&self) -> String {
        crate::text::wall(self.now)
    }

    fn name(&mut self, id: ChangeId) -> String {
        let next = self.names.len() + 1;
        format!("c{}", self.names.entry(id).or_insert(next))
    }
}

fn is_turn(effect: &Effect) -> bool {
    match effect {
        Effect::Prune(_) | Effect::Check(Part::Clock) => true,
        Effect::Wake(at) => ["00:00", "04:00"]
            .iter()
            .any(|turn| crate::text::wall(*at).ends_with(turn)),
        _ => false,
    }
}

pub fn one(n: u64) -> What {
    What::Notice(id(n))
}

pub fn toast(n: u64) -> ToastKey {
    ToastKey::Notice(id(n))
}
