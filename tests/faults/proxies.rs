//! F21: proxies and captive portals: a desk goes through what its environment names, and tells nobody else its token.

use std::{net::TcpListener, sync::Arc};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{app::App, server::Server, surroundings::Surroundings};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::{
    front::{Address, Face, Front},
    proxy::{Manner, Proxy},
    row::{Course, Row},
    tap::{stands_in_no_file, stands_not_in},
};

pub const ROW: Row = Row {
    id: "F21",
    fault: "round of proxies and captive portals",
    full: 5,
    run: rounds,
};

const PASSWORD: &str = "proxy-canary-37c1";
/// `mira` and the password, as `Basic` has them.
const PROOF: &str = "bWlyYTpwcm94eS1jYW5hcnktMzdjMQ==";

/// One kind of proxy or portal.
struct Kind {
    what: &'static str,
    /// The variables of the desk; `PORT` stands for the proxy's.
    variables: &'static [(&'static str, &'static str)],
    proxy: Option<Manner>,
    face: Face,
    /// Why there is no link; none where there is one.
    why: Option<&'static str>,
}

const KINDS: &[Kind] = &[
    kind(
        "HTTPS_PROXY",
        &[("HTTPS_PROXY", "http://127.0.0.1:PORT")],
        Manner::Connects,
        None,
    ),
    kind(
        "https_proxy",
        &[("https_proxy", "http://127.0.0.1:PORT")],
        Manner::Connects,
        None,
    ),
    kind(
        "socks5h",
        &[("ALL_PROXY", "socks5h://127.0.0.1:PORT")],
        Manner::Socks,
        None,
    ),
    kind(
        "a password that is right",
        &[(
            "HTTPS_PROXY",
            "http://mira:proxy-canary-37c1@127.0.0.1:PORT",
        )],
        Manner::Asks(PROOF),
        None,
    ),
    kind(
        "a password that is wrong",
        &[(
            "HTTPS_PROXY",
            "http://mira:proxy-canary-37c1@127.0.0.1:PORT",
        )],
        Manner::Asks("none"),
        Some("proxy"),
    ),
    kind(
        "no password",
        &[("HTTPS_PROXY", "http://127.0.0.1:PORT")],
        Manner::Asks(PROOF),
        Some("proxy"),
    ),
    kind(
        "a page of the proxy's",
        &[("HTTPS_PROXY", "http://127.0.0.1:PORT")],
        Manner::Page,
        Some("tls"),
    ),
    kind(
        "a proxy without a way",
        &[("HTTPS_PROXY", "http://127.0.0.1:PORT")],
        Manner::Refuses,
        Some("proxy"),
    ),
    Kind {
        what: "a dead proxy",
        variables: &[("HTTPS_PROXY", "http://127.0.0.1:PORT")],
        proxy: None,
        face: Face::Server,
        why: Some("proxy"),
    },
    Kind {
        what: "a dead SOCKS proxy",
        variables: &[("ALL_PROXY", "socks5h://127.0.0.1:PORT")],
        proxy: None,
        face: Face::Server,
        why: Some("proxy"),
    },
    Kind {
        what: "NO_PROXY",
        variables: &[
            ("HTTPS_PROXY", "http://127.0.0.1:PORT"),
            ("NO_PROXY", "example.org,198.18.0.0/15"),
        ],
        proxy: None,
        face: Face::Server,
        why: None,
    },
    portal("a portal that shows a page", Face::Page, "portal"),
    portal("a portal that leads away", Face::Moved, "portal"),
    portal(
        "a portal that claims to be the server",
        Face::Forger,
        "tls_unknown_authority",
    ),
];

const fn kind(
    what: &'static str,
    variables: &'static [(&'static str, &'static str)],
    manner: Manner,
    why: Option<&'static str>,
) -> Kind {
    Kind {
        what,
        variables,
        proxy: Some(manner),
        face: Face::Server,
        why,
    }
}

const fn portal(what: &'static str, face: Face, why: &'static str) -> Kind {
    Kind {
        what,
        variables: &[],
        proxy: None,
        face,
        why: Some(why),
    }
}

fn rounds(course: &Course) -> Result<String> {
    let runtime = Runtime::new()?;
    let address = Address::take()?;
    let folder = tempfile::tempdir()?;
    let mut server = Server::start(&folder.path().join("server"))?;
    let front = runtime.block_on(Front::raise(
        &[address.ip()],
        vec![address.ip().to_string()],
        server.address(),
    ))?;
    server.kill()?;
    server
        .with(
            "CAMPANILE_SERVER_PUBLIC_URL",
            format!("https://{}:{}", address.ip(), front.port),
        )
        .resume()?;
    let mut app = App::at(&folder.path().join("desk"))?;
    let around = Surroundings::default()
        .with("CAMPANILE_CA_FILE", front.authorities())
        .with("RUST_LOG", "trace");
    app.within(around.clone()).start()?;
    app.pair(&server.pairing_link()?)?;
    app.wait_for("connected", |status| status["connected"] == true)?;
    let token = token(&front.heard())?;
    let secrets = [token.clone(), PASSWORD.to_owned(), PROOF.to_owned()];
    for round in 0..course.rounds {
        for kind in KINDS {
            app.quit()?;
            let came_to = meet(&runtime, kind, &front, &mut app, around.clone(), &token);
            came_to.with_context(|| format!("round {round}, {}", kind.what))?;
            stands_in_no_file(app.folder(), &secrets).context(kind.what)?;
            stands_not_in(app.status()?.to_string().as_bytes(), "the status", &secrets)?;
        }
    }
    Ok(format!(
        "{} kinds: each told by its name, the token told to the server alone",
        KINDS.len()
    ))
}

/// Starts the desk in such a network, and waits for what it says of it.
fn meet(
    runtime: &Runtime,
    kind: &Kind,
    front: &Front,
    app: &mut App,
    mut around: Surroundings,
    token: &str,
) -> Result<()> {
    let proxy: Option<Arc<Proxy>> = kind
        .proxy
        .map(|manner| runtime.block_on(Proxy::raise(manner)))
        .transpose()?;
    let port = match &proxy {
        Some(proxy) => proxy.port,
        // Nobody listens there any more.
        None => TcpListener::bind("127.0.0.1:0")?.local_addr()?.port(),
    };
    front.show(kind.face);
    front.heard();
    for (name, value) in kind.variables {
        around = around.with(name, value.replace("PORT", &port.to_string()));
    }
    app.within(around).start()?;
    let told = |status: &Value| match kind.why {
        None => status["connected"] == true,
        Some(why) => status["link"]["why"] == why,
    };
    app.ask_until(told)?;
    let heard = front.heard();
    if kind.why == Some("proxy") || kind.face == Face::Forger {
        ensure!(
            heard.is_empty(),
            "somebody who is not the server was spoken to"
        );
    }
    if let Some(proxy) = proxy {
        ensure!(
            (proxy.opened() > 0) == kind.why.is_none(),
            "{} ways opened",
            proxy.opened()
        );
        stands_not_in(&proxy.heard(), "what the proxy heard", &[token.to_owned()])?;
    }
    Ok(())
}

/// Returns the token that the server was shown.
fn token(heard: &[u8]) -> Result<String> {
    let heard = String::from_utf8_lossy(heard);
    let (_, rest) = heard.split_once("Bearer ").context("a token was shown")?;
    Ok(rest.lines().next().unwrap_or_default().trim().to_owned())
}
