//! What was done here goes to the server: in order, in batches, and until each change is answered.

use std::collections::HashSet;

use campanile_protocol::{
    changes::{Answer, Outcome as Became, PUSH_MOST, Push, Pushed, PushedChange},
    routes,
};
use reqwest::Method;
use tokio::time::sleep;
use url::Url;

use super::{
    End, Token,
    backoff::{Backoff, Outcome},
    http::{Fault, Server},
    state::State,
};
use crate::message::Message;

/// Well below what the server takes at once.
const BATCH_MOST_BYTES: usize = 256 * 1024;
/// After so many failures that the server calls its own, something in the batch may be what breaks it.
const BROKEN_MOST: u32 = 3;

/// Pushes whatever is given to push; `None` when the desk is gone.
pub async fn run(state: &State, base: &Url, token: &Token) -> Option<End> {
    let mut backoff = Backoff::new();
    let mut most = PUSH_MOST;
    let mut broken = 0;
    // Kept from one push to the next, so that a click does not cost a handshake.
    let mut server = None;
    let mut age = state.age();
    loop {
        let batch = state.next_changes(most, BATCH_MOST_BYTES).await;
        state.until_online().await;
        if age.has_changed().unwrap_or_default() {
            age.mark_unchanged();
            server = None;
        }
        let pushed = async {
            let server = match &mut server {
                Some(server) => server,
                none => none.insert(Server::new(base, Some(token), &state.surroundings)?),
            };
            push(server, &batch).await
        };
        let pushed = tokio::select! {
            pushed = pushed => pushed,
            // Over a connection from before a sleep the answer would be waited for in vain.
            _ = age.changed() => {
                server = None;
                continue;
            }
        };
        let fault = match pushed {
            Ok(answers) if !answers.is_empty() => {
                settle(state, answers).await?;
                backoff.reset();
                broken = 0;
                most = most.saturating_mul(2).min(PUSH_MOST);
                continue;
            }
            // An answer to nothing that was asked.
            Ok(_) => Fault::offline(super::Why::Server),
            Err(fault) => fault,
        };
        match fault {
            Fault::SignedOut => return Some(End::SignedOut),
            // One bad change must not hold up the others: the batch is halved until it stands alone.
            Fault::Refused(_) if batch.len() > 1 => {
                most = batch.len() / 2;
                continue;
            }
            Fault::Refused(problem) => {
                let answer = |change: &PushedChange| Answer {
                    id: change.id,
                    outcome: Became::Refused {
                        problem: problem.clone(),
                    },
                };
                settle(state, batch.iter().map(answer).collect()).await?;
                continue;
            }
            Fault::Offline { broken: true, .. } => {
                broken += 1;
                if broken >= BROKEN_MOST {
                    most = (batch.len() / 2).max(1);
                    if let [change] = batch.as_slice() {
                        state.put_last(change.id);
                    }
                }
            }
            Fault::Offline { .. } | Fault::Gone => {}
        }
        server = None;
        let outcome = match fault {
            Fault::Offline {
                asked: Some(asked), ..
            } => Outcome::Asked(asked),
            _ => Outcome::Failed,
        };
        sleep(backoff.next(outcome, (state.surroundings.chance)())).await;
    }
}

/// Tells the server of all that is left, once. What it refuses is let be: nobody is there to be told.
///
/// # Errors
/// Why the rest could not be told.
pub async fn deliver(server: &Server, mut changes: &[PushedChange]) -> Result<(), Fault> {
    let mut most = PUSH_MOST;
    while !changes.is_empty() {
        let batch = first_of(changes, most, BATCH_MOST_BYTES);
        match push(server, &batch).await {
            Err(Fault::Refused(_)) if batch.len() > 1 => most = batch.len() / 2,
            Ok(_) | Err(Fault::Refused(_)) => changes = &changes[batch.len()..],
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// Returns the first of `changes`: so many at most, of so many bytes as JSON, and always one.
pub fn first_of<'a>(
    changes: impl IntoIterator<Item = &'a PushedChange>,
    most: usize,
    most_bytes: usize,
) -> Vec<PushedChange> {
    let mut bytes = 0;
    let fitting = changes
        .into_iter()
        .take(most)
        .enumerate()
        .take_while(|(place, change)| {
            bytes += serde_json::to_vec(change).map_or(0, |json| json.len() + 1);
            *place == 0 || bytes <= most_bytes
        });
    fitting.map(|(_, change)| change.clone()).collect()
}

/// Returns the answers to changes of `batch`, whatever else came.
async fn push(server: &Server, batch: &[PushedChange]) -> Result<Vec<Answer>, Fault> {
    let request = server
        .request(Method::POST, routes::CHANGES, &[])
        .json(&Push {
            changes: batch.to_vec(),
        });
    let pushed: Pushed = server.ask(request).await?;
    let asked: HashSet<_> = batch.iter().map(|change| change.id).collect();
    Ok(pushed
        .answers
        .into_iter()
        .filter(|answer| asked.contains(&answer.id))
        .collect())
}

async fn settle(state: &State, answers: Vec<Answer>) -> Option<()> {
    state.settle(&answers.iter().map(|answer| answer.id).collect());
    let settled = answers
        .into_iter()
        .map(|answer| (answer.id, answer.outcome))
        .collect();
    state.tell(Message::Settled(settled)).await.ok()
}
