//! What must always hold of a session, looked at the slow way.

use std::collections::HashSet;

use super::{Now, Session, heard};

impl Session {
    /// Checks what must always hold, the slow way; for tests.
    ///
    /// # Panics
    /// Where it does not hold.
    #[doc(hidden)]
    pub fn verify(&self, now: &Now) {
        let inbox = &self.of.inbox;
        let unread = || inbox.unread(now.wall);
        let rows: HashSet<_> = unread().map(|(_, item)| item.row).collect();
        assert_eq!(self.badge(now.wall), rows.len(), "the badge");
        let urgent: HashSet<_> = unread()
            .filter(|(_, item)| heard::is_urgent(inbox, item))
            .map(|(id, _)| id)
            .collect();
        assert_eq!(self.of.urgent, urgent, "what is urgent");
        assert!(
            self.next_moment(now.wall).is_none_or(|at| at > now.wall),
            "a moment that has passed"
        );
        assert_eq!(inbox.returned(now.wall).count(), 0, "a snooze that is over");
    }
}
