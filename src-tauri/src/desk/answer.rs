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

/// Why nothing is read.
const NOBODY: &str = "nobody is signed in";

/// What was read from a store for a question.
pub struct Read {
    /// Whose store it was.
    account: String,
    /// What was read.
    found: Result<Found, StoreFault>,
    /// Where the answer goes.
    reply: oneshot::Sender<Answer>,
}

/// What a store answers.
enum Found {
    /// A page.
    Page(Listing),
    /// A notice, if it has it.
    Notice(Option<Box<KeptItem>>),
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
            Question::Page { .. } if self.signed_in.is_none() => Answer::Page(Page::default()),
            Question::Page { filter, after } => {
                return self.read(reply, |store| async move {
                    let listing = store.page(filter, after, alarm::now(), MOST_ROWS).await?;
                    Ok(Found::Page(listing))
                });
            }
            Question::Why { id } => {
                return self.read(reply, |store| async move {
                    let items = store.items(vec![id]).await?;
                    Ok(Found::Notice(items.into_iter().next().map(Box::new)))
                });
            }
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

    /// Lets the store be read; [`Resident::answer_read`] answers.
    fn read<F>(&self, reply: oneshot::Sender<Answer>, ask: impl FnOnce(Arc<StoreHandle>) -> F)
    where
        F: Future<Output = Result<Found, StoreFault>> + Send + 'static,
    {
        let Some(signed_in) = &self.signed_in else {
            // Whoever asked may have stopped waiting.
            let _ = reply.send(Answer::Refused(NOBODY.into()));
            return;
        };
        let (read, account) = (self.read.clone(), signed_in.account.id.clone());
        let asked = ask(Arc::clone(&signed_in.store));
        tokio::spawn(async move {
            let found = asked.await;
            let answer = Read {
                account,
                found,
                reply,
            };
            read.send(answer).await
        });
    }

    /// Puts what was read into words. What was read for somebody who has signed out since is nobody's (F42).
    pub(super) fn answer_read(&self, read: Read) {
        let now = now();
        let signed_in = self.signed_in.as_ref();
        let is_theirs = signed_in.is_some_and(|present| present.account.id == read.account);
        let answer = match read.found {
            _ if !is_theirs => Answer::Refused(NOBODY.into()),
            Ok(Found::Page(listing)) => Answer::Page(self.page(listing, &now)),
            Ok(Found::Notice(Some(item))) => {
                Answer::Why(Box::new(self.session.why(&item.notice, &now)))
            }
            Ok(Found::Notice(None)) => Answer::Refused("there is no such notice".into()),
            Err(fault) => Answer::Refused(format!(
                "the store cannot be read ({fault:?}); see the health page"
            )),
        };
        let _ = read.reply.send(answer);
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
