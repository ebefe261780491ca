//! What the parts of following share: where to go on, what waits to be pushed, and whether there is a link.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use campanile_core::ids::{ChangeId, EventId};
use campanile_protocol::changes::PushedChange;
use tokio::{
    sync::{Notify, mpsc, watch},
    time::{sleep, timeout},
};

use super::{Surroundings, push};
use crate::{effect::Following, message::Message};

/// For so long the desk may take to hand a snapshot to its store.
const KEPT_WITHIN: Duration = Duration::from_secs(60);

/// So many messages may wait in the mailbox before a page joins them.
const WAITING_MOST: usize = 4;
/// How soon a page looks again whether they were taken; a mailbox does not tell.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// The desk is gone: there is nobody to follow for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// What the parts of following share.
pub struct State {
    /// The machine.
    pub surroundings: Surroundings,
    account: String,
    mailbox: mpsc::Sender<Message>,
    cursor: watch::Sender<Option<String>>,
    online: watch::Sender<bool>,
    nudge: Notify,
    /// How often a connection was asked for at once.
    age: watch::Sender<u64>,
    queue: Mutex<Queue>,
    queued: Notify,
    measure: Notify,
    /// The notice of which somebody wants to know how the server decided.
    asked: watch::Sender<Option<EventId>>,
}

#[derive(Default)]
struct Queue {
    changes: VecDeque<PushedChange>,
    ids: HashSet<ChangeId>,
    /// Until a snapshot has come no cursor is good, whatever the desk still reports of an earlier one.
    resync: bool,
}

impl State {
    pub fn new(
        following: &Following,
        surroundings: Surroundings,
        mailbox: mpsc::Sender<Message>,
    ) -> Self {
        Self {
            surroundings,
            account: following.account.clone(),
            mailbox,
            cursor: watch::Sender::new(following.cursor.clone()),
            online: watch::Sender::new(false),
            nudge: Notify::new(),
            age: watch::Sender::new(0),
            queue: Mutex::default(),
            queued: Notify::new(),
            measure: Notify::new(),
            asked: watch::Sender::new(None),
        }
    }

    /// Tells the desk, as soon as its mailbox has room.
    pub async fn tell(&self, message: Message) -> Result<(), Gone> {
        let message = Message::From {
            account: self.account.clone(),
            message: Box::new(message),
        };
        self.mailbox.send(message).await.map_err(|_| Gone)
    }

    /// Tells the desk of entries, as soon as it has taken in those before: a mailbox full of pages would be most of a
    /// gigabyte (F25).
    pub async fn tell_entries(&self, entries: Message) -> Result<(), Gone> {
        while self.mailbox.max_capacity() - self.mailbox.capacity() > WAITING_MOST {
            if self.mailbox.is_closed() {
                return Err(Gone);
            }
            sleep(LOOK_AGAIN).await;
        }
        self.tell(entries).await
    }

    /// Goes on from here at the next connection.
    pub fn kept(&self, cursor: String) {
        self.cursor.send_replace(Some(cursor));
    }

    /// Asks for a snapshot, at once.
    pub fn resync(&self) {
        self.forget_cursor();
        self.reconnect();
    }

    /// Asks for a snapshot at the next connection.
    pub fn forget_cursor(&self) {
        self.lock().resync = true;
    }

    /// Notes that a snapshot came: cursors are good again.
    pub fn snapshot_came(&self) {
        self.lock().resync = false;
    }

    /// Connects at once: the machine has slept, or the network is another.
    pub fn reconnect(&self) {
        self.age.send_modify(|age| *age += 1);
        self.nudge.notify_one();
    }

    /// Waits until somebody asks for a connection at once.
    pub async fn nudged(&self) {
        self.nudge.notified().await;
    }

    /// Returns what changes whenever the connections that stand may have died without a word.
    pub fn age(&self) -> watch::Receiver<u64> {
        self.age.subscribe()
    }

    /// Returns where to go on; `None` asks for a snapshot.
    pub fn cursor(&self) -> Option<String> {
        if self.lock().resync {
            None
        } else {
            self.cursor.borrow().clone()
        }
    }

    /// Waits until the desk has handed everything up to `cursor` to its store. A desk that never says so is not waited for.
    pub async fn until_kept(&self, cursor: &str) {
        let mut kept = self.cursor.subscribe();
        let _ = timeout(
            KEPT_WITHIN,
            kept.wait_for(|kept| kept.as_deref() == Some(cursor)),
        )
        .await;
    }

    /// Says whether there is a link, to those who wait for it.
    pub fn set_online(&self, online: bool) {
        self.online
            .send_if_modified(|known| std::mem::replace(known, online) != online);
    }

    /// Waits until there is a link.
    pub async fn until_online(&self) {
        // The sender lives in `self`, so that this cannot fail.
        let _ = self.online.subscribe().wait_for(|online| *online).await;
    }

    /// Asks for the server's clock.
    pub fn measure(&self) {
        self.measure.notify_one();
    }

    /// Waits until somebody asks for the server's clock.
    pub async fn until_measure(&self) {
        self.measure.notified().await;
    }

    /// Asks how the server decided of a notice, in place of one that waits.
    pub fn ask(&self, id: EventId) {
        self.asked.send_replace(Some(id));
    }

    /// Waits until a notice is asked about, and takes it.
    pub async fn next_asked(&self) -> EventId {
        loop {
            let mut asked = self.asked.subscribe();
            if let Some(id) = self.asked.send_replace(None) {
                return id;
            }
            // The sender lives in `self`, so that this cannot fail.
            let _ = asked.wait_for(Option::is_some).await;
        }
    }

    /// Adds changes to those that wait.
    pub fn queue(&self, changes: Vec<PushedChange>) {
        let mut queue = self.lock();
        for change in changes {
            if queue.ids.insert(change.id) {
                queue.changes.push_back(change);
            }
        }
        drop(queue);
        self.queued.notify_one();
    }

    /// Waits until something waits to be pushed, and returns the first of it: so many at most, of so many bytes as JSON.
    pub async fn next_changes(&self, most: usize, most_bytes: usize) -> Vec<PushedChange> {
        loop {
            let batch = push::first_of(&self.lock().changes, most, most_bytes);
            if !batch.is_empty() {
                return batch;
            }
            self.queued.notified().await;
        }
    }

    /// Takes away what was answered.
    pub fn settle(&self, answered: &HashSet<ChangeId>) {
        let mut queue = self.lock();
        queue
            .changes
            .retain(|change| !answered.contains(&change.id));
        queue.ids.retain(|id| !answered.contains(id));
    }

    /// Lets a change wait until all others were tried.
    pub fn put_last(&self, id: ChangeId) {
        let mut queue = self.lock();
        if let Some(place) = queue.changes.iter().position(|change| change.id == id) {
            let change = queue.changes.remove(place);
            queue.changes.extend(change);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
