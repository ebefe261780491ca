//! The shapes of the tray's pictures, as outlines in a square of 21 units.

use tiny_skia::{Path, PathBuilder};

/// One stretch of an outline; coordinates are in units.
#[derive(Clone, Copy)]
pub enum Step {
    /// Begin here.
    At(f32, f32),
    /// A straight line.
    Line(f32, f32),
    /// A curve with one control point.
    Bend(f32, f32, f32, f32),
    /// A curve with two control points.
    Curve(f32, f32, f32, f32, f32, f32),
    /// Back to where it began.
    Close,
}
use Step::{At, Bend, Close, Curve, Line};

/// The body of the bell.
pub const BELL: &[Step] = &[
    At(10.0, 1.0),
    Curve(13.9, 1.0, 15.3, 3.8, 15.5, 7.0),
    Curve(15.7, 10.4, 16.5, 12.0, 18.5, 14.0),
    Line(18.5, 16.0),
    Line(1.5, 16.0),
    Line(1.5, 14.0),
    Curve(3.5, 12.0, 4.3, 10.4, 4.5, 7.0),
    Curve(4.7, 3.8, 6.1, 1.0, 10.0, 1.0),
    Close,
];

/// The clapper below it.
pub const CLAPPER: &[Step] = &[
    At(7.0, 17.0),
    Line(13.0, 17.0),
    Curve(13.0, 18.8, 11.7, 20.0, 10.0, 20.0),
    Curve(8.3, 20.0, 7.0, 18.8, 7.0, 17.0),
    Close,
];

/// A crescent in the upper right corner.
pub const MOON: &[Step] = &[
    At(15.4, 1.0),
    Curve(13.0, 1.2, 11.4, 2.8, 11.4, 4.8),
    Curve(11.4, 7.0, 13.1, 8.6, 15.5, 8.6),
    Curve(17.6, 8.6, 19.4, 7.4, 20.0, 5.4),
    Curve(19.2, 5.9, 18.4, 6.1, 17.6, 6.0),
    Curve(15.7, 5.8, 14.4, 4.6, 14.4, 3.0),
    Curve(14.4, 2.2, 14.8, 1.5, 15.4, 1.0),
    Close,
];

/// The line that strikes through what is offline.
pub const STRIKE: &[Step] = &[At(2.5, 2.0), Line(17.5, 17.0)];

/// What swings about a bell that rings: an arc on each side.
pub const RINGS: &[Step] = &[
    At(4.4, 2.0),
    Bend(2.2, 4.2, 2.0, 8.0),
    At(15.6, 2.0),
    Bend(17.8, 4.2, 18.0, 8.0),
];

/// A triangle in the lower right corner.
pub const TRIANGLE: &[Step] = &[At(14.5, 9.0), Line(21.0, 21.0), Line(8.0, 21.0), Close];

/// The exclamation mark within it.
pub const EXCLAMATION: &[Step] = &[
    At(14.5, 13.0),
    Line(14.5, 16.6),
    At(14.5, 19.0),
    Line(14.5, 19.0),
];

/// The digits 0 to 9, to be drawn with a pen of two units, in a box of 6 × 8.
pub const DIGITS: [&[Step]; 10] = [
    &[
        At(3.0, 1.0),
        Bend(5.0, 1.0, 5.0, 4.0),
        Bend(5.0, 7.0, 3.0, 7.0),
        Bend(1.0, 7.0, 1.0, 4.0),
        Bend(1.0, 1.0, 3.0, 1.0),
        Close,
    ],
    &[At(1.4, 2.0), Line(3.0, 1.0), Line(3.0, 7.0)],
    &[
        At(1.0, 2.2),
        Bend(1.3, 1.0, 3.0, 1.0),
        Bend(5.0, 1.0, 5.0, 2.6),
        Bend(5.0, 3.6, 3.6, 4.6),
        Line(1.0, 7.0),
        Line(5.2, 7.0),
    ],
    &[
        At(1.0, 1.0),
        Line(3.0, 1.0),
        Bend(5.0, 1.0, 5.0, 2.5),
        Bend(5.0, 4.0, 3.0, 4.0),
        Bend(5.0, 4.0, 5.0, 5.5),
        Bend(5.0, 7.0, 3.0, 7.0),
        Line(1.0, 7.0),
    ],
    &[At(4.0, 7.0), Line(4.0, 1.0), Line(0.8, 5.2), Line(5.6, 5.2)],
    &[
        At(4.9, 1.0),
        Line(1.3, 1.0),
        Line(1.1, 3.8),
        Line(3.0, 3.6),
        Bend(5.0, 3.6, 5.0, 5.3),
        Bend(5.0, 7.0, 3.0, 7.0),
        Line(1.0, 7.0),
    ],
    &[
        At(4.4, 1.0),
        Bend(1.0, 1.0, 1.0, 5.0),
        Bend(1.0, 7.0, 3.0, 7.0),
        Bend(5.0, 7.0, 5.0, 5.4),
        Bend(5.0, 3.8, 3.0, 3.8),
        Bend(1.4, 3.8, 1.0, 5.0),
    ],
    &[At(0.9, 1.0), Line(5.0, 1.0), Line(2.6, 7.0)],
    &[
        At(3.0, 4.0),
        Bend(1.2, 4.0, 1.2, 2.5),
        Bend(1.2, 1.0, 3.0, 1.0),
        Bend(4.8, 1.0, 4.8, 2.5),
        Bend(4.8, 4.0, 3.0, 4.0),
        Bend(5.0, 4.0, 5.0, 5.5),
        Bend(5.0, 7.0, 3.0, 7.0),
        Bend(1.0, 7.0, 1.0, 5.5),
        Bend(1.0, 4.0, 3.0, 4.0),
        Close,
    ],
    &[
        At(1.6, 7.0),
        Bend(5.0, 7.0, 5.0, 3.0),
        Bend(5.0, 1.0, 3.0, 1.0),
        Bend(1.0, 1.0, 1.0, 2.6),
        Bend(1.0, 4.2, 3.0, 4.2),
        Bend(4.6, 4.2, 5.0, 3.0),
    ],
];

/// The plus sign of "9+", in a box of 5 × 8.
pub const PLUS: &[Step] = &[At(0.5, 4.0), Line(4.5, 4.0), At(2.5, 2.0), Line(2.5, 6.0)];

/// Returns the outline as a path; `None` where it has no extent.
pub fn path(steps: &[Step]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for step in steps {
        match *step {
            At(x, y) => path.move_to(x, y),
            Line(x, y) => path.line_to(x, y),
            Bend(x1, y1, x, y) => path.quad_to(x1, y1, x, y),
            Curve(x1, y1, x2, y2, x, y) => path.cubic_to(x1, y1, x2, y2, x, y),
            Close => path.close(),
        }
    }
    path.finish()
}

/// Returns a rectangle with round ends.
pub fn pill(x: f32, y: f32, width: f32, height: f32) -> Option<Path> {
    // A quarter of a circle is a cubic whose control points stand at this share of the radius.
    const ROUND: f32 = 0.552_285;
    let r = height / 2.0;
    let k = r * ROUND;
    let (right, bottom) = (x + width, y + height);
    path(&[
        At(x + r, y),
        Line(right - r, y),
        Curve(right - r + k, y, right, y + r - k, right, y + r),
        Curve(right, y + r + k, right - r + k, bottom, right - r, bottom),
        Line(x + r, bottom),
        Curve(x + r - k, bottom, x, y + r + k, x, y + r),
        Curve(x, y + r - k, x + r - k, y, x + r, y),
        Close,
    ])
}
