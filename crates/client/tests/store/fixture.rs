//! Notices and stores to try things with.

use campanile_client::{
    effect::{Kept, KeptItem},
    message::Loaded,
    store::Store,
};
use campanile_core::{
    change::{Mark, Seq},
    event::{Because, Contact, Conversation, Notice},
    ids::{ChangeId, EventId, KindId, SourceId},
    inbox::Marked,
    time::Timestamp,
};
use campanile_protocol::changes::{Deed, PushedChange};
use tempfile::TempDir;
use uuid::Uuid;

/// 2026-11-21T08:30:00Z.
pub const NOW: Timestamp = Timestamp::from_ms(1_795_249_800_000);

/// A folder that goes away, with a store in it that can be closed and opened again.
pub struct Desk {
    pub folder: TempDir,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a folder"),
        }
    }

    /// A desk that has kept these and was closed.
    pub fn with(items: Vec<KeptItem>) -> Self {
        let desk = Self::new();
        desk.keep(&Kept {
            items,
            cursor: Some("c1".to_owned()),
            ..Kept::default()
        });
        desk
    }

    pub fn open(&self) -> (Store, Loaded) {
        Store::open(self.folder.path(), NOW).expect("opens")
    }

    pub fn keep(&self, kept: &Kept) {
        self.open().0.keep(kept).expect("keeps");
    }

    pub fn load(&self) -> Loaded {
        self.open().1
    }

    pub fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// The files that were set aside, without their companions.
    pub fn set_aside(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.folder.path())
            .expect("a folder")
            .map(|found| {
                found
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("plain")
            })
            .filter(|name| {
                name.contains(".corrupt-") && !name.ends_with("-wal") && !name.ends_with("-shm")
            })
            .collect();
        names.sort();
        names
    }
}

pub fn event(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

/// The notice `number`, of that minute, in the conversation `number % 7`.
pub fn item(number: u32) -> KeptItem {
    let at = NOW.plus_ms(i64::from(number) * 60_000 - 86_400_000);
    KeptItem {
        notice: Notice {
            id: event(u128::from(number) + 1),
            source: SourceId::new("desk").expect("a name"),
            kind: KindId::new("ticket_message").expect("a name"),
            time: at,
            because: Because::Assigned,
            cause: Some(format!("message-{number}")),
            actor: None,
            conversation: Some(Conversation {
                id: format!("{}", number % 7),
                number: Some(format!("{}", 400 + number % 7)),
                title: Some("Parcel late".to_owned()),
                url: None,
            }),
            contact: Some(Contact {
                id: "c".to_owned(),
                name: Some("Tomas Reed".to_owned()),
                saved: true,
            }),
            line: None,
            inbox: None,
            team: None,
            title: None,
            body: Some(format!("Where is parcel {number}?")),
            lang: Some("en".to_owned()),
            links: Vec::new(),
            collapse: None,
            expires_at: None,
            data: serde_json::Map::new(),
        },
        seq: Seq(i64::from(number) + 1),
        bell: true,
        marked: Marked {
            mark: Mark::Unread,
            at,
        },
    }
}

pub fn marked(item: KeptItem, mark: Mark) -> KeptItem {
    KeptItem {
        marked: Marked {
            mark,
            ..item.marked
        },
        ..item
    }
}

pub fn change(number: u128, deed: Deed) -> PushedChange {
    PushedChange {
        id: ChangeId(Uuid::from_u128(number)),
        at: NOW,
        deed,
    }
}

pub fn read_of(number: u128) -> Deed {
    Deed::Marked {
        ids: vec![event(number)],
        mark: Mark::Read,
    }
}

/// In one order, to be compared.
pub fn sorted(mut items: Vec<KeptItem>) -> Vec<KeptItem> {
    items.sort_by_key(|item| item.notice.id);
    items
}
