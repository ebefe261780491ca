//! The configuration: a TOML file, then the environment, and an error that names what it does not know.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Data, Env, Format as _, Serialized, Toml},
};
use serde::{Deserialize, Serialize};
use url::Url;

/// What the environment's keys begin with; `__` stands for the dot of a section.
pub const ENVIRONMENT: &str = "CAMPANILE_SERVER_";
/// The keys of the environment that say where things are, and so cannot stand in the file.
const NOT_SETTINGS: &[&str] = &["config"];

/// Everything that can be set. `docs/operations.md` describes each key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to tell metrics; nowhere if it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_listen: Option<SocketAddr>,
    /// The folder of the database, its lock and the admin socket.
    pub data: PathBuf,
    /// How desks reach this server; told in pairing links. Made of `listen` if it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<Url>,
    /// Host names that requests may name, besides loopback and that of `public_url`.
    pub hosts: Vec<String>,
    /// After so many days what was read is forgotten. What is unread stays.
    pub retention_days: u32,
    /// What is logged, such as `info` or `campanile_server=debug`.
    pub log: String,
    /// The streams to the desks.
    pub stream: Stream,
    /// How often an address may ask to be paired.
    pub pairing: Pairing,
    /// How many connections there may be.
    pub connections: Connections,
}

/// The streams to the desks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Stream {
    /// A sign of life after so many milliseconds.
    pub heartbeat_ms: u64,
    /// A reader that takes nothing for so many milliseconds is cut off.
    pub stalled_ms: u64,
    /// So many streams may one device have; the oldest gives way.
    pub most_per_device: usize,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            heartbeat_ms: 15_000,
            stalled_ms: 60_000,
            most_per_device: 3,
        }
    }
}

/// How often pairing may be tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pairing {
    /// So many tries a minute from one address.
    pub tries_per_minute: u32,
}

impl Default for Pairing {
    fn default() -> Self {
        Self {
            tries_per_minute: 10,
        }
    }
}

/// How many connections there may be at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Connections {
    /// So many in all.
    pub most: usize,
    /// So many from one address; those from this machine are not counted so.
    pub most_per_address: usize,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            most: 20_000,
            most_per_address: 2_000,
        }
    }
}

/// Why the configuration cannot be used, in one line.
#[derive(Debug, thiserror::Error)]
pub enum BadConfig {
    /// A key or value is wrong.
    #[error("{0}")]
    Wrong(String),
    /// The file is not there.
    #[error("there is no configuration file {}; leave out --config to do without one", .0.display())]
    NoFile(PathBuf),
    /// There is no home to keep data in.
    #[error(
        "set `data` to the folder that shall hold the database: neither XDG_DATA_HOME nor HOME is set"
    )]
    NoHome,
    /// The server could be reached from other machines, but does not know its name.
    #[error("set `public_url`: with listen = \"{0}\" desks cannot know how to reach this server")]
    NoPublicUrl(SocketAddr),
}

impl Config {
    /// Returns what holds where nothing is set, with its data in `data`.
    #[must_use]
    pub fn new(data: PathBuf) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7440)),
            metrics_listen: None,
            data,
            public_url: None,
            hosts: Vec::new(),
            retention_days: 90,
            log: "info".to_owned(),
            stream: Stream::default(),
            pairing: Pairing::default(),
            connections: Connections::default(),
        }
    }

    /// Reads the file, if one is named, and the environment, which wins.
    ///
    /// # Errors
    /// [`BadConfig`], which names the key.
    pub fn read(file: Option<&Path>) -> Result<Self, BadConfig> {
        match file {
            Some(file) if !file.is_file() => Err(BadConfig::NoFile(file.to_owned())),
            Some(file) => Self::of(Some(Toml::file(file))),
            None => Self::of(None),
        }
    }

    /// The same for the text of such a file.
    ///
    /// # Errors
    /// [`BadConfig`], which names the key.
    pub fn parse(toml: &str) -> Result<Self, BadConfig> {
        Self::of(Some(Toml::string(toml)))
    }

    fn of(toml: Option<Data<Toml>>) -> Result<Self, BadConfig> {
        let home = data_home();
        let defaults = Self::new(home.clone().unwrap_or_default());
        let mut figment = Figment::from(Serialized::defaults(defaults));
        if let Some(toml) = toml {
            figment = figment.merge(toml);
        }
        let config: Self = figment
            .merge(Env::prefixed(ENVIRONMENT).ignore(NOT_SETTINGS).split("__"))
            .extract()
            .map_err(|error| BadConfig::Wrong(told(&error)))?;
        if home.is_none() && config.data.as_os_str().is_empty() {
            return Err(BadConfig::NoHome);
        }
        config.checked()
    }

    fn checked(self) -> Result<Self, BadConfig> {
        if self.public_url.is_none() && !self.listen.ip().is_loopback() {
            return Err(BadConfig::NoPublicUrl(self.listen));
        }
        if self.retention_days == 0 {
            return Err(BadConfig::Wrong(
                "`retention_days` must be 1 or more".into(),
            ));
        }
        for (key, value) in [
            ("stream.heartbeat_ms", self.stream.heartbeat_ms),
            ("stream.stalled_ms", self.stream.stalled_ms),
            ("stream.most_per_device", self.stream.most_per_device as u64),
            (
                "pairing.tries_per_minute",
                u64::from(self.pairing.tries_per_minute),
            ),
            ("connections.most", self.connections.most as u64),
            (
                "connections.most_per_address",
                self.connections.most_per_address as u64,
            ),
        ] {
            if value == 0 {
                return Err(BadConfig::Wrong(format!("`{key}` must be 1 or more")));
            }
        }
        Ok(self)
    }

    /// Returns how desks reach the server that listens on `address`.
    #[must_use]
    pub fn base(&self, address: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{address}"),
        }
    }

    /// Returns the configuration as a file that can be read again.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }
}

/// `campanile-server` in the user's data folder (XDG base directories).
fn data_home() -> Option<PathBuf> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base =
        absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))?;
    Some(base.join("campanile-server"))
}

fn told(error: &figment::Error) -> String {
    let key = error.path.join(".");
    let origin = match error.metadata.as_ref() {
        Some(from) if from.name.contains("environment") => " in the environment".to_owned(),
        Some(from) => from
            .source
            .as_ref()
            .map_or_else(String::new, |source| format!(" in {source}")),
        None => String::new(),
    };
    match &error.kind {
        figment::error::Kind::UnknownField(_, known) => {
            format!(
                "unknown key `{key}`{origin}; known are {}",
                known.join(", ")
            )
        }
        kind => format!("`{key}`{origin}: {kind}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        clippy::result_large_err,
        reason = "figment's jail wants its own error"
    )]
    /// Reads `toml` with `env` set; figment's jail keeps both from other tests.
    fn read(toml: &str, env: &[(&str, &str)]) -> Result<Config, String> {
        let mut read = Err(String::new());
        figment::Jail::expect_with(|jail| {
            jail.clear_env();
            jail.set_env("HOME", "/home/mira");
            jail.create_file("campanile.toml", toml)?;
            for (key, value) in env {
                jail.set_env(key, value);
            }
            read =
                Config::read(Some(Path::new("campanile.toml"))).map_err(|error| error.to_string());
            Ok(())
        });
        read
    }

    #[test]
    fn without_a_word_it_listens_on_loopback_and_keeps_its_data_at_home() {
        let config = read("", &[]).expect("reads");
        assert_eq!(
            config,
            Config::new("/home/mira/.local/share/campanile-server".into())
        );
        assert!(config.listen.ip().is_loopback());
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let file = "listen = \"127.0.0.1:1\"\n[stream]\nheartbeat_ms = 7\n";
        let config = read(file, &[("CAMPANILE_SERVER_STREAM__HEARTBEAT_MS", "9")]).expect("reads");
        assert_eq!((config.listen.port(), config.stream.heartbeat_ms), (1, 9));
        assert_eq!(config.stream.most_per_device, 3);
    }

    #[test]
    fn a_wrong_key_or_value_is_named() {
        let known = "listen, metrics_listen, data, public_url, hosts, retention_days, log, stream, pairing, connections";
        type Environment = &'static [(&'static str, &'static str)];
        let table: [(&str, Environment, String); 4] = [
            ("lisen = 1", &[], format!("unknown key `lisen` in campanile.toml; known are {known}")),
            (
                "[stream]\nheartbeat = 1",
                &[],
                "unknown key `stream.heartbeat` in campanile.toml; known are heartbeat_ms, stalled_ms, most_per_device".into(),
            ),
            (
                "",
                &[("CAMPANILE_SERVER_LISEN", "x")],
                format!("unknown key `lisen` in the environment; known are {known}"),
            ),
            ("retention_days = 0", &[], "`retention_days` must be 1 or more".into()),
        ];
        for (toml, env, expected) in &table {
            let error = read(toml, env)
                .expect_err("refused")
                .replace(&std::env::temp_dir().display().to_string(), "");
            let tail = error
                .split_once(" in /")
                .map_or(error.clone(), |(head, rest)| {
                    let file = rest.find("campanile.toml").map_or(rest, |at| &rest[at..]);
                    format!("{head} in {file}")
                });
            assert_eq!(tail, *expected);
        }
        assert!(
            read("listen = \"here\"", &[])
                .expect_err("refused")
                .contains("`listen`")
        );
    }

    #[test]
    fn every_key_is_described() {
        let described = include_str!("../../docs/operations.md");
        let everything = Config {
            metrics_listen: Some(([127, 0, 0, 1], 1).into()),
            public_url: Url::parse("https://bell.example.org").ok(),
            ..Config::new("/data".into())
        };
        let table: toml::Table = everything.to_toml().parse().expect("reads");
        for (key, value) in &table {
            let keys = match value {
                toml::Value::Table(section) => {
                    section.keys().map(|part| format!("{key}.{part}")).collect()
                }
                _ => vec![key.clone()],
            };
            for key in keys {
                assert!(described.contains(&format!("| `{key}` |")), "{key}");
            }
        }
    }

    #[test]
    fn what_is_printed_can_be_read_again() {
        let config = Config {
            hosts: vec!["desk.example.org".into()],
            ..Config::new("/data".into())
        };
        assert_eq!(read(&config.to_toml(), &[]).as_ref(), Ok(&config));
    }

    #[test]
    fn a_server_that_others_can_reach_must_know_its_name() {
        assert!(
            read("listen = \"0.0.0.0:80\"", &[])
                .expect_err("refused")
                .contains("public_url")
        );
        assert!(
            read(
                "listen = \"0.0.0.0:80\"\npublic_url = \"https://bell.example.org\"",
                &[]
            )
            .is_ok()
        );
    }
}
