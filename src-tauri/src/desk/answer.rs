//! Answers what windows and the command line ask.

use std::sync::Arc;

use campanile_client::{
    act::Action,
    effect::KeptItem,
    message::{Message, StoreFault},
    session::Now,
    store::{Listing, MOST_ROWS, StoreHandle},
    view::{LinkView, Page, Part, PartState, RowView, Window},
};
use campanile_core::{preferences::Scope, zone::Zone};
use tokio::sync::oneshot;

use super::{
    alarm,
    resident::{Resident, now},
};
use crate::{
    link::words::{Answer, Question, Status},
    stamp, toast,
};

/// What was read from the store for a question, and where the answer goes.
pub enum Read {
    /// A page.
    Page(Result<Listing, StoreFault>, oneshot::Sender<Answer>),
    /// A notice.
    Notice(
        Result<Option<Box<KeptItem>>, StoreFault>,
        oneshot::Sender<Answer>,
    ),
}

impl Resident {
    /// Answers at once, or lets the store be read first: a search is not waited for.
    pub(super) async fn answer_question(
        &mut self,
        question: Question,
        reply: oneshot::Sender<Answer>,
    ) {
        let answer = match question {
            Question::Look {
                window: Window::Bell,
                ..
            } => Answer::Bell(Box::new(self.session.bell_view(&now()))),
            Question::Look {
                window: Window::Preferences,
                scope,
            } => {
                let scope = scope.unwrap_or(Scope::Everything);
                Answer::Preferences(Box::new(self.session.preferences_view(&scope, &now())))
            }
            Question::Act { action } => {
                self.take(Message::Act(action)).await;
                Answer::Done
            }
            Question::Page { filter, after } => match self.store() {
                Some(store) => {
                    let read = self.read.clone();
                    tokio::spawn(async move {
                        let listing = store.page(filter, after, alarm::now(), MOST_ROWS).await;
                        read.send(Read::Page(listing, reply)).await
                    });
                    return;
                }
                None => Answer::Page(Page::default()),
            },
            Question::Why { id } => match self.store() {
                Some(store) => {
                    let read = self.read.clone();
                    tokio::spawn(async move {
                        let found = store
                            .items(vec![id])
                            .await
                            .map(|items| items.into_iter().next().map(Box::new));
                        read.send(Read::Notice(found, reply)).await
                    });
                    return;
                }
                None => Answer::Refused("nobody is signed in".into()),
            },
            Question::Zones => Answer::Zones(Zone::names().into_iter().map(Into::into).collect()),
            Question::Melodies => {
                let listed = self.list_melodies();
                tokio::spawn(async move {
                    listed.await;
                    reply.send(Answer::Done)
                });
                return;
            }
            Question::Status => Answer::Status(Box::new(self.status())),
            Question::Pair {
                link,
                offered: true,
            } => {
                self.take(Message::Act(Action::OfferPair { link })).await;
                Answer::Done
            }
            Question::Pair { .. } if self.session.is_pairing() => Answer::Refused(
                "a pairing link is being tried already; wait until that has ended".into(),
            ),
            Question::Pair {
                link,
                offered: false,
            } => {
                self.pairing = Some(reply);
                return self.take(Message::Act(Action::Pair { link })).await;
            }
            Question::Pressed { link } => match toast::pressed(&link) {
                Some((key, press)) => {
                    self.take(Message::Pressed {
                        key,
                        press,
                        activation: None,
                    })
                    .await;
                    Answer::Done
                }
                // Of an earlier run of the desk, or of somebody else: it shows, and does nothing.
                None => {
                    self.windows.open(Window::Bell, None);
                    Answer::Done
                }
            },
            Question::Open { window, activation } => {
                self.windows.open(window, activation);
                Answer::Done
            }
            Question::Seen { window, is_seen } => {
                self.windows.seen(window, is_seen);
                self.windows_changed().await;
                Answer::Done
            }
            Question::Leave { window } if self.windows.leave(window) => Answer::Done,
            Question::Leave { .. } => Answer::Refused("the window is wanted".into()),
            Question::Quit => {
                self.is_ending = true;
                Answer::Done
            }
            Question::Hello { .. } | Question::Watch { .. } => {
                Answer::Refused("this was said before".into())
            }
        };
        // Whoever asked may have stopped waiting.
        let _ = reply.send(answer);
    }

    /// Puts what was read into words.
    pub(super) fn answer_read(&self, read: Read) {
        let now = now();
        let (answer, reply) = match read {
            Read::Page(Ok(listing), reply) => (Answer::Page(self.page(listing, &now)), reply),
            Read::Notice(Ok(Some(item)), reply) => {
                let why = self.session.why(&item.notice, &now);
                (Answer::Why(Box::new(why)), reply)
            }
            Read::Notice(Ok(None), reply) => {
                (Answer::Refused("there is no such notice".into()), reply)
            }
            Read::Page(Err(fault), reply) | Read::Notice(Err(fault), reply) => (
                Answer::Refused(format!(
                    "the store cannot be read ({fault:?}); see the health page"
                )),
                reply,
            ),
        };
        let _ = reply.send(answer);
    }

    fn store(&self) -> Option<Arc<StoreHandle>> {
        self.signed_in
            .as_ref()
            .map(|signed_in| Arc::clone(&signed_in.store))
    }

    fn page(&self, listing: Listing, now: &Now) -> Page {
        let rows = listing.rows.into_iter().map(|row| RowView {
            key: row.key,
            items: row
                .items
                .iter()
                .map(|item| self.session.item_view(item, now))
                .collect(),
            more: row.more,
        });
        Page {
            rows: rows.collect(),
            next: listing.next,
        }
    }

    fn status(&self) -> Status {
        let bell = self.session.bell_view(&now());
        let common = bell.common;
        let of_link = match &common.link {
            LinkView::Offline { why, .. } => Some(format!("offline-{why}")),
            LinkView::SignedOut => Some("signed_out".into()),
            LinkView::TooOld => Some("too_old".into()),
            LinkView::NoAccount | LinkView::Connecting | LinkView::Connected => None,
        };
        let of_a_part = common.parts.iter().find_map(|part| match &part.is {
            // That the system is to be quiet is a wish and no error.
            PartState::Fails { code } if part.part != Part::SystemQuiet => {
                Some(format!("{}-{code}", part.part.id()))
            }
            _ => None,
        });
        Status {
            build: stamp::build().into(),
            connected: common.link == LinkView::Connected,
            last_error: of_link.or(common.problem).or(of_a_part),
            link: common.link,
            account: common.account,
            cursor: self.cursor.clone(),
            unread: bell.unread,
            quiet: common.quiet,
            waiting: common.waiting,
            parts: common.parts,
            windows: self.windows.open_ones(),
        }
    }
}
