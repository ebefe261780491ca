//! Text as it must be written where markup is read.

/// Returns `text` so that a reader of markup shows it letter by letter.
///
/// For the body of a toast where the daemon takes markup (every daemon tried draws links otherwise), and for XML.
/// The summary is never escaped: all daemons show it as it is.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_daemon_would_draw_as_a_link_stays_text() {
        let table = [
            ("plain, with Ünïcode ї", "plain, with Ünïcode ї"),
            (
                r#"<a href="file:///etc/passwd">x</a>"#,
                "&lt;a href=&quot;file:///etc/passwd&quot;&gt;x&lt;/a&gt;",
            ),
            (
                "<img src='http://canary/'>",
                "&lt;img src=&apos;http://canary/&apos;&gt;",
            ),
            ("<b>unclosed & bare", "&lt;b&gt;unclosed &amp; bare"),
            ("&#0; &amp;", "&amp;#0; &amp;amp;"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(escaped(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_reader_of_markup_gets_the_text_back(text in ".*") {
            let written = escaped(&text);
            prop_assert!(!written.contains(['<', '>', '"', '\'']));
            let read = written
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&apos;", "'")
                .replace("&amp;", "&");
            prop_assert_eq!(read, text);
        }
    }
}
