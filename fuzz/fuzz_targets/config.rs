//! A configuration that is taken is the same when it is written and read again; one that is not says why.
#![no_main]

use libfuzzer_sys::fuzz_target;

use crate::config::Config;

// By its file: it needs none of the server's crates, which take minutes to build instrumented.
#[path = "../../server/src/config.rs"]
#[expect(dead_code, reason = "nothing is served here")]
mod config;

fuzz_target!(|input: &str| {
    match Config::parse(input) {
        Ok(config) => {
            let again = Config::parse(&config.to_toml()).expect("what is printed can be read");
            assert_eq!(again, config);
            assert!(config.retention_days > 0 && config.connections.most > 0);
            assert!(config.public_url.is_some() || config.listen.ip().is_loopback());
        }
        Err(wrong) => assert!(!wrong.to_string().is_empty()),
    }
});
