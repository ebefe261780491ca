//! The server's clock, read anew when somebody asks for it; each new stream tells it as well.

use campanile_protocol::{health::Health, routes};
use reqwest::Method;
use url::Url;

use super::{
    End, Token,
    http::{Fault, Server},
    state::State,
};
use crate::message::Message;

/// Reads the clock whenever it is asked for; `None` when the desk is gone.
pub async fn run(state: &State, base: &Url, token: &Token) -> Option<End> {
    loop {
        state.until_measure().await;
        match measure(state, base, token).await {
            Ok(offset_ms) => state.tell(Message::Measured { offset_ms }).await.ok()?,
            Err(Fault::SignedOut) => return Some(End::SignedOut),
            // That there is no answer is told by the stream, which tries on.
            Err(Fault::Offline { .. } | Fault::Gone | Fault::Refused(_)) => {}
        }
    }
}

/// Returns the server's clock less ours: it was read halfway between question and answer, as far as anybody knows.
async fn measure(state: &State, base: &Url, token: &Token) -> Result<i64, Fault> {
    let wall = &state.surroundings.wall;
    let server = Server::new(base, Some(token), &state.surroundings)?;
    let asked_at = wall();
    let health: Health = server
        .ask(server.request(Method::GET, routes::HEALTHZ, &[]))
        .await?;
    let took_ms = wall().since_ms(asked_at);
    Ok(health.now.since_ms(asked_at.plus_ms(took_ms / 2)))
}
