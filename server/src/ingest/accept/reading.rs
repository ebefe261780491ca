//! Facts by which their actor has read a conversation (R6).

use campanile_core::change::{Change, Mark};

use super::super::{Read, audience::Told};
use crate::{
    directory::Source,
    refusal::Refusal,
    store::{
        Writing,
        log::{Stored, conversation_hash},
    },
};

/// These facts.
pub const FACTS: &[&str] = &["message.out", "conversation.read"];
/// So many ids go into one entry of the log.
const IDS_MOST: usize = 500;

/// Who read or answered a conversation has read what told of it (R6).
pub fn mark_read(
    writing: &mut Writing<'_>,
    source: &Source,
    read: &Read,
    told: &mut Told,
) -> Result<(), Refusal> {
    let (Some(actor), Some(conversation)) = (&read.event.actor, &read.event.conversation) else {
        told.warnings.push(format!(
            "`{}` needs `actor` and `conversation` to mark anything read",
            read.kind
        ));
        return Ok(());
    };
    let Some(agent) = writing
        .directory
        .person(source.no, &actor.id)
        .map(|person| person.agent)
    else {
        told.unresolved.push(actor.id.clone());
        return Ok(());
    };
    let now = writing.now;
    let read_at = read.event.time.unwrap_or(now);
    let hash = conversation_hash(source.id.as_str(), &conversation.id);
    let before = Stored::live_in(writing.db, agent, hash)?
        .into_iter()
        .filter(|item| item.time <= read_at);
    for chunk in before.collect::<Vec<_>>().chunks(IDS_MOST) {
        let by = writing.upcoming(agent);
        let mut ids = Vec::with_capacity(chunk.len());
        for item in chunk {
            let mut marked = item.marked;
            if marked.take(Mark::Read, now) {
                writing.mark(agent, item, marked, by)?;
                ids.push(item.event);
            }
        }
        if !ids.is_empty() {
            writing.append(
                agent,
                now,
                Change::Marked {
                    ids,
                    mark: Mark::Read,
                },
            )?;
        }
    }
    Ok(())
}
