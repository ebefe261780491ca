//! The description of the HTTP interface (OpenAPI), made of the routes and the types themselves.

use std::sync::LazyLock;

use campanile_protocol::{
    event::NewEvent,
    frame::{Entries, Hello, Presence},
    problem::{self, Problem},
};
use serde::Serialize;
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::{
        self, ContentBuilder, Ref, RefOr, ResponseBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::routes;

/// What surrounds the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Campanile",
        description = "Events in, decided for each agent, and the log that the desks follow. docs/protocol.md tells what the forms cannot."
    ),
    components(schemas(Problem, Hello, Entries, Presence)),
    modifiers(&Keys)
)]
pub struct Around;

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let bearer = |told: &str| {
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some(told))
                    .build(),
            )
        };
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "desk",
            bearer("The token that a desk got when it was paired."),
        );
        components.add_security_scheme(
            "source",
            bearer(
                "The token of a source; a signature as Standard Webhooks makes it serves as well.",
            ),
        );
    }
}

/// One event, or several that are taken together.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its form is used")]
pub enum OneOrMany {
    /// One.
    One(Box<NewEvent>),
    /// All of them, or none.
    Many(Vec<NewEvent>),
}

/// Adds to every operation that it may answer with a problem.
pub fn with_problems(mut document: openapi::OpenApi) -> openapi::OpenApi {
    let form = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let answer = ResponseBuilder::new()
        .description("A problem: its code is stable, its detail says what to change.")
        .content(problem::MEDIA_TYPE, form)
        .build();
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            operation
                .responses
                .responses
                .insert("default".into(), RefOr::T(answer.clone()));
        }
    }
    document
}

/// Returns the description as JSON.
pub fn json() -> &'static str {
    static JSON: LazyLock<String> =
        LazyLock::new(|| routes::described().1.to_pretty_json().unwrap_or_default());
    &JSON
}
