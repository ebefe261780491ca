//! The bell, drawn from the session; its rows are read from the store and put into words here.

use std::collections::BTreeSet;

use campanile_core::{catalogue::Kind, change::Mark, time::Timestamp};

use super::{Now, Session, open::Way, refill::NOWHERE};
use crate::{
    effect::KeptItem,
    view::{BellView, ItemView},
};

impl Session {
    /// Returns the bell window.
    #[must_use]
    pub fn bell_view(&self, now: &Now) -> BellView {
        let groups: BTreeSet<_> = self
            .of
            .inbox
            .kinds()
            .filter_map(|kind| Some(Kind::find(kind)?.group))
            .collect();
        BellView {
            common: self.common(now),
            unread: u32::try_from(self.badge(now.wall)).unwrap_or(u32::MAX),
            filling: self.of.refill.is_some(),
            groups: groups.into_iter().collect(),
            revision: self.revision,
            ask: self.of.ask.clone(),
        }
    }

    /// Returns a notice as the bell shows it.
    #[must_use]
    pub fn item_view(&self, item: &KeptItem, now: &Now) -> ItemView {
        let notice = &item.notice;
        let kind = Kind::find(notice.kind.as_str());
        let way = notice.target().map(|url| self.way(notice, url));
        // What was done since the store was read counts already.
        let known = self.of.inbox.item(notice.id);
        let (marked, seq) =
            known.map_or((item.marked, item.seq), |known| (known.marked, known.seq));
        ItemView {
            id: notice.id,
            kind: notice.kind.as_str().to_owned(),
            group: kind.map(|kind| kind.group),
            title: self.words.title(notice),
            about: self.words.about(notice),
            text: self.words.text(notice),
            lang: notice.lang.clone(),
            time: notice.time,
            unread: marked.is_unread(now.wall),
            snoozed_until: snoozed_until(marked.mark, now.wall),
            urgent: kind.is_some_and(|kind| kind.urgent),
            not_on_server: seq == NOWHERE,
            opens: matches!(way, Some(Way::Free(_) | Way::Strange(_))),
            strange_host: match way {
                Some(Way::Strange(url)) => url.host_str().map(str::to_owned),
                _ => None,
            },
        }
    }
}

fn snoozed_until(mark: Mark, now: Timestamp) -> Option<Timestamp> {
    match mark {
        Mark::Snoozed { until } if until > now => Some(until),
        _ => None,
    }
}
