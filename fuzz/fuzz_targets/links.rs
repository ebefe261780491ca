//! A link that may be opened is a page of the web on a plain host, as one word that every reader takes in the same way.
#![no_main]

use campanile_protocol::web_link;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|input: &str| {
    if let Ok(url) = Url::parse(input) {
        assert!(web_link::check(&url).is_ok() || web_link::read(input).is_err());
    }
    let Ok(url) = web_link::read(input) else {
        return;
    };
    let text = url.as_str();
    assert!(text.starts_with("https://") || text.starts_with("http://"));
    assert!(text.bytes().all(|sign| sign.is_ascii_graphic() && sign != b'"' && sign != b'\\'));
    assert!(!url.authority().contains('@'));
    assert!(url.host_str().is_some_and(|host| !host.is_empty()));
    assert!(text.len() <= web_link::URL_MOST_BYTES);
    // Whoever reads it after us must come to the same place.
    let again = Url::parse(text).expect("a URL is one when it is read again");
    assert_eq!(again.as_str(), text);
});
