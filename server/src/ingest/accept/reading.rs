//! Facts by which their actor has read a conversation (R6).

use campanile_core::{
    change::{Change, Mark},
    time::Timestamp,
};

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
    // Without a time it means all that came before it: by the order, as a clock may have been put back.
    let read_at = read.event.time;
    let hash = conversation_hash(source.id.as_str(), &conversation.id);
    let before: Vec<_> = Stored::live_in(writing.db, agent, hash)?
        .into_iter()
        .filter(|item| read_at.is_none_or(|read_at| item.time <= read_at))
        .collect();
    for chunk in before.chunks(IDS_MOST) {
        let by = writing.upcoming(agent);
        let at = chunk
            .iter()
            .map(|item| item.marked.at)
            .fold(writing.now, Timestamp::max);
        let mut ids = Vec::with_capacity(chunk.len());
        for item in chunk {
            let mut marked = item.marked;
            if marked.take(Mark::Read, at) {
                writing.mark(agent, item, marked, by)?;
                ids.push(item.event);
            }
        }
        if !ids.is_empty() {
            let mark = Mark::Read;
            writing.append(agent, at, Change::Marked { ids, mark })?;
        }
    }
    Ok(())
}
