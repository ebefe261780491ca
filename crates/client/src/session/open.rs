//! Links: the one place that judges where a click may lead (reliability S2), and what a press on a toast means.

use campanile_core::{
    event::Notice,
    ids::EventId,
    time::{HOUR_MS, Timestamp},
};
use campanile_protocol::web_link;
use url::Url;

use super::{Session, announce::How};
use crate::{
    act::What,
    effect::{Effect, KeptItem, Press, ToastKey},
    sync::is_this_machine,
    view::{AskView, Window},
};

/// Why a notice was asked of the store.
#[derive(Clone, Debug)]
pub enum Asked {
    /// To open it.
    Open {
        /// Whether its host was agreed to.
        agreed: bool,
        /// The activation token of the click.
        activation: Option<String>,
    },
    /// It returned from a snooze.
    Return {
        /// How.
        how: How,
    },
}

/// Where a link may lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nowhere: it is not a link that anybody should follow.
    Refused,
    /// To this URL at once.
    Free(Url),
    /// To this URL once a person has agreed to its host.
    Strange(Url),
}

impl Session {
    pub(super) fn open(
        &mut self,
        id: EventId,
        agreed: bool,
        activation: Option<String>,
        now: Timestamp,
    ) {
        self.of.ask = None;
        match self.of.texts.find(id).cloned() {
            Some(notice) => self.follow(&notice, agreed, activation, now),
            None => {
                self.of.asked.insert(id, Asked::Open { agreed, activation });
                self.out.push(Effect::Recall(vec![id]));
            }
        }
    }

    pub(super) fn recalled(&mut self, asked: &[EventId], items: &[KeptItem], now: Timestamp) {
        let (mut live, mut many) = (Vec::new(), Vec::new());
        for item in items {
            match self.of.asked.remove(&item.notice.id) {
                Some(Asked::Open { agreed, activation }) => {
                    self.follow(&item.notice, agreed, activation, now)
                }
                Some(Asked::Return {
                    how: How::CatchingUp,
                }) => many.push(&item.notice),
                Some(Asked::Return { .. }) => live.push(&item.notice),
                None => {}
            }
        }
        for id in asked {
            if let Some(Asked::Open { activation, .. }) = self.of.asked.remove(id) {
                self.tell_in_the_bell("not_found", activation);
            }
        }
        self.announce(&live, How::Live, now);
        if !many.is_empty() {
            self.announce(&many, How::CatchingUp, now);
        }
    }

    fn follow(
        &mut self,
        notice: &Notice,
        agreed: bool,
        activation: Option<String>,
        now: Timestamp,
    ) {
        let to = match notice.target().map(|url| self.way(notice, url)) {
            None => {
                self.tell_in_the_bell("nothing_to_open", activation);
                self.read(&What::Notice(notice.id), now);
                return;
            }
            Some(Way::Refused) => {
                self.tell_in_the_bell("unsafe_link", activation);
                return;
            }
            Some(Way::Strange(url)) if !agreed => {
                let host = url.host_str().unwrap_or_default();
                // The same host at another port is another server.
                let host = match url.port() {
                    Some(port) => format!("{host}:{port}"),
                    None => host.to_owned(),
                };
                self.of.ask = Some(AskView::Open {
                    id: notice.id,
                    host,
                });
                self.out.push(Effect::OpenWindow {
                    window: Window::Bell,
                    activation,
                });
                self.dirty = true;
                return;
            }
            Some(Way::Free(url) | Way::Strange(url)) => url,
        };
        self.read(&What::Notice(notice.id), now);
        self.out.push(Effect::Open {
            url: to,
            activation,
        });
    }

    /// Says that a link went nowhere: its notice counts as read by now, and nothing else is to be seen of the click.
    pub(super) fn not_opened(&mut self) {
        self.tell_in_the_bell("not_opened", None);
    }

    fn tell_in_the_bell(&mut self, problem: &'static str, activation: Option<String>) {
        self.problem = Some(problem);
        self.dirty = true;
        self.out.push(Effect::OpenWindow {
            window: Window::Bell,
            activation,
        });
    }

    /// Judges a link of a notice: https only, or http where the server itself is reached so; on an origin that the
    /// source declared it is free, elsewhere a person is asked (design 10.4).
    pub(super) fn way(&self, notice: &Notice, link: &str) -> Way {
        let Ok(url) = web_link::read(link) else {
            return Way::Refused;
        };
        let server = self.of.account.as_ref().map(|account| &account.server);
        let may_be_http =
            server.is_some_and(|server| server.scheme() == "http" && is_this_machine(server));
        if url.scheme() == "http" && !may_be_http {
            return Way::Refused;
        }
        let sources = self.of.scopes.iter().flat_map(|scopes| &scopes.sources);
        let origins = sources
            .filter(|source| source.id == notice.source)
            .flat_map(|source| &source.link_origins);
        let declared = origins
            .filter_map(|origin| Url::parse(origin).ok())
            .any(|origin| origin.origin() == url.origin());
        if declared {
            Way::Free(url)
        } else {
            Way::Strange(url)
        }
    }

    pub(super) fn pressed(
        &mut self,
        key: ToastKey,
        press: Press,
        activation: Option<String>,
        now: Timestamp,
    ) {
        self.problem = None;
        match (key, press) {
            (ToastKey::Notice(id), Press::Open) => self.open(id, false, activation, now),
            (ToastKey::Notice(id), Press::Read) => self.read(&What::Notice(id), now),
            (ToastKey::Notice(id), Press::Snooze) => {
                self.snooze(&What::Notice(id), now.plus_ms(HOUR_MS), now);
            }
            (ToastKey::Summary(_) | ToastKey::More(_) | ToastKey::App(_), _) => {
                self.out.push(Effect::OpenWindow {
                    window: Window::Bell,
                    activation,
                });
            }
        }
    }
}
