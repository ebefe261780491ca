//! Accounts: what the store held is taken up, and what is one account's goes with it (F42).

use campanile_core::{change::Seq, time::Timestamp};
use campanile_protocol::changes::PushedChange;

use super::{Belongings, Session, deeds::Deeds, heard::is_urgent, refill::NOWHERE};
use crate::{
    effect::{Effect, Following, Kept, KeptItem},
    message::{Account, Loaded, PairingFault},
    sync::PairingLink,
    view::{AskView, Part, Window},
};

impl Session {
    /// Takes up what the store holds, in place of all that was known.
    pub(super) fn load(&mut self, loaded: Loaded, now: Timestamp) {
        self.leave();
        let of = &mut self.of;
        of.inbox = loaded.inbox;
        let mut items = loaded.items;
        items.sort_by_key(|item| item.seq);
        for item in &items {
            of.inbox.put(item.seq, &item.notice, item.bell, item.marked);
            of.texts.hold(&item.notice);
        }
        of.newest = of
            .inbox
            .items()
            .map(|(_, item)| item.seq)
            .max()
            .unwrap_or(Seq(0));
        of.told_up_to = of.newest;
        of.latest = of
            .inbox
            .items()
            .map(|(_, item)| item.marked.at)
            .max()
            .unwrap_or_default();
        for (cell, at) in loaded.cells {
            of.preferences.apply(&cell, at);
        }
        // Both came with the present that the log went on from: a store without them was tampered with, and what is required
        // would not be until the policy is another (S14).
        let goes_on = loaded.policy.is_some() && loaded.scopes.is_some();
        of.policy = loaded.policy.unwrap_or_default();
        of.scopes = loaded.scopes;
        of.cursor = loaded.cursor.filter(|_| goes_on);
        of.epoch = loaded.epoch;
        of.deeds = Deeds::resume(loaded.pending, loaded.answered);
        for id in loaded.toasting {
            if of.inbox.item(id).is_some() {
                of.away
                    .wait(id, of.texts.find(id).and_then(|notice| notice.expires_at));
            }
        }
        of.away.wait_for_start(now);
        self.problem = loaded.rebuilt.then_some("store_rebuilt");
        of.urgent = of
            .inbox
            .unread(now)
            .filter(|(_, item)| is_urgent(&of.inbox, item))
            .map(|(id, _)| id)
            .collect();
        let following = loaded.account.as_ref().map(|account| Following {
            server: account.server.clone(),
            account: account.id.clone(),
            cursor: self.of.cursor.clone(),
        });
        self.of.account = loaded.account;
        // After a power cut the deeds are all there, while the notices may be as they were before them.
        self.replay_choices();
        self.replay_marks(now);
        self.out.push(Effect::Follow(following));
        self.choices_changed();
        self.see_day(now);
        self.list_changed();
    }

    /// Takes in that the store was made anew while it was in use: what nobody else has goes into it once more, and the
    /// server is asked for the rest (F9).
    pub(super) fn store_rebuilt(&mut self) {
        self.problem = Some("store_rebuilt");
        let of = &mut self.of;
        let lasts = |change: &&PushedChange| !change.deed.is_for_the_moment();
        let pending = of.deeds.pending().iter().filter(lasts).cloned();
        self.kept.pending.extend(pending);
        self.kept
            .toasting
            .extend(of.away.ids().chain(of.held.ids()));
        let alone = of.inbox.items().filter(|(_, item)| item.seq == NOWHERE);
        let alone: Vec<_> = alone.map(|(id, item)| (id, *item)).collect();
        for (id, item) in alone {
            match self.of.texts.find(id) {
                Some(notice) => self.kept.items.push(KeptItem {
                    notice: notice.clone(),
                    seq: item.seq,
                    bell: item.bell,
                    marked: item.marked,
                }),
                // No list could show it any more.
                None => {
                    self.of.inbox.forget(id);
                    self.of.urgent.remove(&id);
                    self.withdraw(id);
                }
            }
        }
        self.of.asked_for_present = true;
        self.out.push(Effect::Resync);
        self.list_changed();
    }

    /// Signs in by a link that the person gave themselves.
    pub(super) fn pair(&mut self, link: String) {
        self.of.ask = None;
        if !std::mem::replace(&mut self.pairing, true) {
            self.out.push(Effect::Pair(link.into()));
        }
    }

    /// Says whether a pairing link is being tried; another one has to wait.
    #[must_use]
    pub fn is_pairing(&self) -> bool {
        self.pairing
    }

    /// Returns what whoever signs in as `account` is to know of it, if there is anything.
    #[must_use]
    pub fn note_on(&self, account: &Account) -> Option<String> {
        account
            .session_only
            .then(|| self.words.say("link-session-only"))
    }

    /// Signs in by a link that something else handed over. Any page can do that: where somebody is signed in, they are asked first.
    pub(super) fn offer_pair(&mut self, link: String) {
        if self.of.account.is_none() {
            return self.pair(link);
        }
        match PairingLink::read(&link) {
            Ok(read) => {
                let host = read.server.host_str().unwrap_or_default().to_owned();
                self.of.ask = Some(AskView::Pair { link, host });
            }
            Err(fault) => self.pairing_failed(&fault),
        }
        self.out.push(Effect::OpenWindow {
            window: Window::Bell,
            activation: None,
        });
    }

    pub(super) fn paired(&mut self, paired: Result<Box<Account>, PairingFault>) {
        self.dirty = true;
        self.pairing = false;
        match paired {
            Ok(account) => {
                if self
                    .of
                    .account
                    .as_ref()
                    .is_some_and(|present| present.id != account.id)
                {
                    self.sign_out();
                }
                self.problem = None;
                self.out.push(Effect::SignIn(account));
            }
            Err(fault) => self.pairing_failed(&fault),
        }
    }

    fn pairing_failed(&mut self, fault: &PairingFault) {
        self.problem = Some(match fault {
            PairingFault::NotALink => "not_a_link",
            PairingFault::Code => "pairing_code",
            PairingFault::NoAnswer => "no_answer",
            PairingFault::Busy => "too_many",
            PairingFault::DesksFull => "desks_full",
            PairingFault::Insecure => "insecure",
            PairingFault::Untrusted => "untrusted",
        });
    }

    pub(super) fn sign_out(&mut self) {
        self.let_go();
        let pending = std::mem::take(&mut self.of.deeds.pending);
        let Some(account) = self.leave() else { return };
        self.kept = Kept::default();
        self.out.push(Effect::Follow(None));
        self.out.push(Effect::SignOut {
            account: Box::new(account),
            pending,
        });
        self.list_changed();
    }

    /// Forgets everything of the account, on the screen too, and returns it.
    fn leave(&mut self) -> Option<Account> {
        self.withdraw_all();
        self.let_go();
        self.parts.remove(&Part::Server);
        self.parts.remove(&Part::Store);
        let of = std::mem::take(&mut self.of);
        self.of.toasts.sitting = of.toasts.sitting + u32::from(of.account.is_some());
        of.account
    }
}

impl Belongings {
    /// Returns the server's host, as people know it.
    pub(super) fn host(&self) -> String {
        let host = self
            .account
            .as_ref()
            .and_then(|account| account.server.host_str());
        host.unwrap_or_default().to_owned()
    }
}
