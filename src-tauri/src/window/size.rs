//! The sizes of the windows, as the person left them.

use std::{fs, path::PathBuf};

use campanile_client::view::Window;

use super::word;
use crate::places::Places;

/// The least width and height of a window, in logical pixels.
pub const LEAST: (f64, f64) = (320.0, 400.0);
/// The most; a larger one was read from a damaged file.
const MOST: (f64, f64) = (8192.0, 8192.0);

/// Returns the size in which a window is opened.
pub fn read(places: &Places, window: Window) -> (f64, f64) {
    let text = fs::read_to_string(file(places, window)).unwrap_or_default();
    let mut numbers = text.split_whitespace().map(|number| {
        number
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
    });
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(width), Some(height)) => {
            (width.clamp(LEAST.0, MOST.0), height.clamp(LEAST.1, MOST.1))
        }
        _ => match window {
            Window::Bell => (400.0, 600.0),
            Window::Preferences => (900.0, 640.0),
        },
    }
}

/// Keeps a size for the next time. Where that fails, the window opens as it did before.
pub fn write(places: &Places, window: Window, (width, height): (f64, f64)) {
    let _ = fs::write(file(places, window), format!("{width} {height}\n"));
}

fn file(places: &Places, window: Window) -> PathBuf {
    places.state.join(format!("{}.size", word(window)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_remembered_within_reason() {
        let folder = tempfile::tempdir().expect("a folder");
        let places = Places::below(folder.path());
        assert_eq!(read(&places, Window::Bell), (400.0, 600.0));
        write(&places, Window::Bell, (512.0, 700.5));
        assert_eq!(read(&places, Window::Bell), (512.0, 700.5));
        assert_eq!(read(&places, Window::Preferences), (900.0, 640.0));
        for (text, size) in [
            ("1 1", LEAST),
            ("1e9 1e9", MOST),
            ("NaN 600", (400.0, 600.0)),
            ("500", (400.0, 600.0)),
        ] {
            fs::write(file(&places, Window::Bell), text).expect("written");
            assert_eq!(read(&places, Window::Bell), size, "{text}");
        }
    }
}
