//! `POST /v1/pair`: a pairing code in, a device token out.

use axum::{
    Json,
    extract::{Request, State},
};
use campanile_protocol::{
    pairing::{PairAnswer, PairRequest},
    problem::Code,
};

use crate::{
    app::App,
    pairing,
    refusal::Refusal,
    routes::{
        body::{self, Sender},
        caller::Connection,
    },
};

/// Turn a pairing code into the token of a desk.
#[utoipa::path(
    post,
    path = "/v1/pair",
    request_body = PairRequest,
    responses((status = 200, body = PairAnswer, description = "Paired. The token is told this once.")),
    security(()),
)]
pub async fn post(
    State(app): State<App>,
    connection: Connection,
    request: Request,
) -> Result<Json<PairAnswer>, Refusal> {
    app.pairing_tries
        .one(connection.address, app.clock.now())
        .map_err(|seconds| {
            Refusal::told(Code::TooMany, format!("Try again in {seconds} seconds."))
        })?;
    let request: PairRequest = body::request(request, &app.rooms, Sender::Stranger).await?;
    app.writer
        .write(move |writing| pairing::redeem(writing, &request.code, &request.device_name))
        .await
        .map(Json)
}
