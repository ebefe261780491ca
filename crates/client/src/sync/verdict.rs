//! How the server decided of one notice: asked when a person wants to know, and never otherwise (R1).

use std::time::Duration;

use campanile_core::{
    decide::{Ruled, Verdict},
    ids::EventId,
};
use campanile_protocol::routes;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;
use url::Url;

use super::{
    End, Token,
    http::{Fault, Server},
    state::State,
};
use crate::message::{Message, Told};

/// For so long a person waits for the server's part of the answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Asks whenever somebody wants to know; `None` when the desk is gone.
pub async fn run(state: &State, base: &Url, token: &Token) -> Option<End> {
    loop {
        let id = state.next_asked().await;
        let asked = async {
            let server = Server::new(base, Some(token), &state.surroundings)?;
            ask(&server, id).await
        };
        let told = match timeout(ANSWER_WITHIN, asked).await {
            Ok(Ok(verdict)) => Told::Verdict(verdict),
            Ok(Err(Fault::SignedOut)) => return Some(End::SignedOut),
            Ok(Err(Fault::Gone)) => Told::Lacks,
            Ok(Err(Fault::Offline { .. } | Fault::Refused(_))) | Err(_) => Told::NoAnswer,
        };
        state.tell(Message::Verdict { id, told }).await.ok()?;
    }
}

/// The answer, whose rulings may be of channels and layers that this build does not know.
#[derive(Deserialize)]
struct Answer {
    urgent: bool,
    rulings: Vec<Value>,
}

async fn ask(server: &Server, id: EventId) -> Result<Verdict, Fault> {
    let route = routes::WHY.replace("{event}", &id.to_string());
    let answer: Answer = server.ask(server.request(Method::GET, &route, &[])).await?;
    let known = answer
        .rulings
        .iter()
        .filter_map(|ruled| Ruled::deserialize(ruled).ok());
    Ok(Verdict {
        urgent: answer.urgent,
        rulings: known.collect(),
    })
}
