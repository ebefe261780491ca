//! The tray's picture: a bell with its number, drawn for a given size.

mod sheet;

use campanile_client::view::{Badge, Mood};
use sheet::{Sheet, UNITS};
use tiny_skia::{BlendMode, Color, Transform};

use super::outline::{
    self, BELL, CLAPPER, DIGITS, EXCLAMATION, MOON, PLUS, RINGS, STRIKE, TRIANGLE,
};

/// The sizes that panels draw most, in pixels; other ones are scaled from the next.
///
/// No more than these: the bus carries each picture byte by byte, and a panel asks for all of them at each change.
#[cfg(any(target_os = "linux", test))]
pub const SIZES: &[u32] = &[22, 24, 48];

/// How a picture is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// In colours that are seen on light and on dark panels.
    Color,
    /// A shape only: macOS gives it the colour of its menu bar, and writes the number beside it.
    #[cfg_attr(
        all(target_os = "linux", not(test)),
        expect(dead_code, reason = "no panel of Linux colours shapes")
    )]
    Template,
}

/// A square picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its width and height, in pixels.
    pub size: u32,
    /// Red, green, blue, opacity, row by row; colours are not multiplied by opacity.
    pub rgba: Vec<u8>,
}

/// Draws the picture of `mood` and `badge`, `size` pixels wide; `None` where `size` is zero.
#[must_use]
pub fn draw(mood: Mood, badge: Badge, size: u32, style: Style) -> Option<Picture> {
    let mut sheet = Sheet::new(size, style)?;
    sheet.bell(mood);
    match (mood, style) {
        // Whoever must act learns that first; the number stands in the tooltip.
        (Mood::Attention, _) => sheet.warning(),
        (_, Style::Color) => sheet.badge(badge, colors(mood).badge),
        (_, Style::Template) => {}
    }
    Some(sheet.finish())
}

/// What a mood is coloured with.
struct Colors {
    bell: Color,
    edge: Color,
    badge: Color,
}

fn colors(mood: Mood) -> Colors {
    let (bell, edge, badge) = match mood {
        Mood::Calm | Mood::Attention => (0xfb_f1e2, 0x33_2a1e, 0xa8_4f00),
        Mood::Urgent => (0xff_5a4d, 0x5c_0a0a, 0xb0_1217),
        Mood::Quiet => (0xd9_d9f2, 0x34_3466, 0x4b_4ba8),
        Mood::Offline => (0xa9_a6a1, 0x3c_3a37, 0x4f_4c47),
    };
    Colors {
        bell: rgb(bell),
        edge: rgb(edge),
        badge: rgb(badge),
    }
}

const WHITE: u32 = 0xff_ffff;
const MOONLIGHT: u32 = 0xff_d75e;
const NIGHT: u32 = 0x34_3466;
const ALARM: u32 = 0xff_c53d;
const INK: u32 = 0x24_1a0c;

fn rgb(color: u32) -> Color {
    let [_, red, green, blue] = color.to_be_bytes();
    Color::from_rgba8(red, green, blue, 255)
}

/// What a picture shows.
impl Sheet {
    fn bell(&mut self, mood: Mood) {
        let Colors { bell, edge, .. } = colors(mood);
        let straight = self.place;
        if mood == Mood::Urgent {
            self.line(RINGS, 4.0, edge);
            self.line(RINGS, 2.0, bell);
            // Swung to one side and a little smaller, so that there is room for the arcs.
            self.place = straight.pre_concat(Transform::from_row(0.86, 0.0, 0.0, 0.86, 1.4, 2.6));
        }
        for shape in [BELL, CLAPPER] {
            self.edged(shape, edge);
        }
        for shape in [BELL, CLAPPER] {
            self.fill(shape, bell);
        }
        self.place = straight;
        match mood {
            Mood::Calm | Mood::Urgent | Mood::Attention => {}
            Mood::Quiet => {
                self.cut(MOON, 2.0);
                self.edged(MOON, rgb(NIGHT));
                self.fill(MOON, rgb(MOONLIGHT));
            }
            Mood::Offline => {
                self.cut(STRIKE, 6.0);
                self.line(STRIKE, 4.0, edge);
                self.line(STRIKE, 2.0, rgb(WHITE));
            }
        }
    }

    fn warning(&mut self) {
        self.cut(TRIANGLE, 5.0);
        self.line(TRIANGLE, 1.0, rgb(ALARM));
        self.fill(TRIANGLE, rgb(ALARM));
        match self.style {
            Style::Color => self.line(EXCLAMATION, 2.0, rgb(INK)),
            Style::Template => self.cut(EXCLAMATION, 2.0),
        }
    }

    fn badge(&mut self, badge: Badge, color: Color) {
        let (digit, width) = match badge {
            Badge::None => return,
            Badge::Digit(digit) => (usize::from(digit.clamp(1, 9)), 12.0),
            Badge::Many => (9, 17.0),
        };
        let (left, top, height) = (UNITS - width, UNITS - 12.0, 12.0);
        let Some(pill) = outline::pill(left, top, width, height) else {
            return;
        };
        self.stroke_path(&pill, 2.0, rgb(WHITE), BlendMode::Clear);
        self.fill_path(&pill, color);
        let straight = self.place;
        self.place = straight.pre_translate(left + 3.0, top + 2.0);
        self.line(DIGITS[digit], 2.0, rgb(WHITE));
        if badge == Badge::Many {
            self.place = straight.pre_translate(left + 10.0, top + 2.0);
            self.line(PLUS, 1.8, rgb(WHITE));
        }
        self.place = straight;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use expect_test::{Expect, expect};

    use super::*;

    const MOODS: [Mood; 5] = [
        Mood::Calm,
        Mood::Urgent,
        Mood::Quiet,
        Mood::Offline,
        Mood::Attention,
    ];
    const LIGHT: u8 = 0xf3;
    const DARK: u8 = 0x2b;

    fn badges() -> impl Iterator<Item = Badge> {
        (0..=10).map(Badge::of)
    }

    fn drawn(mood: Mood, badge: Badge, size: u32, style: Style) -> Picture {
        draw(mood, badge, size, style).expect("a picture has a size")
    }

    #[test]
    fn every_state_has_a_picture_of_its_own_at_every_size() {
        for &size in SIZES {
            let mut states = HashMap::new();
            for mood in MOODS {
                for badge in badges() {
                    let picture = drawn(mood, badge, size, Style::Color);
                    assert_eq!(picture.rgba.len() as u32, size * size * 4);
                    let other = states.insert(picture.rgba, (mood, badge));
                    // Whoever must act sees no number.
                    assert!(
                        other.is_none() || mood == Mood::Attention,
                        "{mood:?} {badge:?} looks like {other:?} at {size}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_state_stands_out_from_light_and_from_dark_panels() {
        for mood in MOODS {
            for badge in badges() {
                for panel in [LIGHT, DARK] {
                    let picture = drawn(mood, badge, 22, Style::Color);
                    let seen = picture
                        .rgba
                        .chunks_exact(4)
                        .filter(|pixel| contrast(pixel, panel) >= 3.0)
                        .count();
                    assert!(
                        seen >= 40,
                        "{mood:?} {badge:?} on {panel:#x}: {seen} pixels are seen"
                    );
                }
            }
        }
    }

    #[test]
    fn a_number_stands_out_from_its_badge() {
        for mood in [Mood::Calm, Mood::Urgent, Mood::Quiet, Mood::Offline] {
            let badge = colors(mood).badge.to_color_u8();
            let pixel = [badge.red(), badge.green(), badge.blue(), 255];
            assert!(
                contrast(&pixel, 0xff) >= 4.5,
                "{mood:?}: {:.1}",
                contrast(&pixel, 0xff)
            );
        }
    }

    #[test]
    fn a_template_is_a_black_shape_without_a_number() {
        for mood in MOODS {
            let picture = drawn(mood, Badge::None, 44, Style::Template);
            assert!(
                picture
                    .rgba
                    .chunks_exact(4)
                    .all(|pixel| pixel[..3] == [0, 0, 0])
            );
            assert_eq!(picture, drawn(mood, Badge::Digit(3), 44, Style::Template));
        }
    }

    #[test]
    fn no_size_is_no_picture_and_any_other_is_drawn() {
        assert_eq!(draw(Mood::Calm, Badge::None, 0, Style::Color), None);
        for size in [1, 7, 16, 19, 20, 21, 33, 500] {
            assert_eq!(
                drawn(Mood::Urgent, Badge::Many, size, Style::Color).size,
                size
            );
        }
    }

    #[test]
    fn three_unread_at_22_pixels() {
        sketch(
            Mood::Calm,
            Badge::Digit(3),
            expect![[r#"
                       ######
                      #+....+#
                     #........#
                    #+........+#
                    #..........#
                    +..........+
                   #+..........+#
                   #+..........+#
                   #+........
                   #....... +++++
                  #+...... ++++++++
                  #+..... ++.....+++
                 #+......+++......+++
                 +...... +++++++..+++
                #+...... +++++....+++
                #+...... +++++....+++
                 ####### +++++++..+++
                      #..+++......+++
                      #+. ++.....+++
                       #+. ++++++++
                        ### ++++++

            "#]],
        );
    }

    #[test]
    fn nine_and_more_urgent_at_22_pixels() {
        sketch(
            Mood::Urgent,
            Badge::Many,
            expect![[r#"
                   ###        ###
                  #++#        #++#
                  #++#        #++#
                 #+++# #++++# #+++#
                 #++# #++++++# #++#
                #+++##++++++++##+++#
                #+++#++++++++++#+++#
                #++##++++++++++##++#
                #++##+++         ++#
                 ## #+ ++++++++++
                    # +++++++++++++
                     ++++..+++++++++
                   #+++.....++++.++++
                  # +++..++..+++.++++
                  # +++......+.....++
                  # ++++.....+.....++
                  # ++++++..++++.++++
                    ++++....++++.++++
                     +++..++++++++++
                      +++++++++++++
                       +++++++++++

            "#]],
        );
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is read as the table's last column"
    )]
    fn sketch(mood: Mood, badge: Badge, expected: Expect) {
        let picture = drawn(mood, badge, 22, Style::Color);
        let row = |row: &[u8]| {
            row.chunks_exact(4)
                .map(letter)
                .collect::<String>()
                .trim_end()
                .to_owned()
                + "\n"
        };
        expected.assert_eq(
            &picture
                .rgba
                .chunks_exact(22 * 4)
                .map(row)
                .collect::<String>(),
        );
    }

    fn letter(pixel: &[u8]) -> char {
        match (pixel[3], luminance(pixel)) {
            (0..96, _) => ' ',
            (_, dark) if dark < 0.06 => '#',
            (_, middle) if middle < 0.6 => '+',
            _ => '.',
        }
    }

    /// The contrast of a pixel laid over a grey panel with that panel, after WCAG 2.
    fn contrast(pixel: &[u8], panel: u8) -> f64 {
        let opacity = f64::from(pixel[3]) / 255.0;
        let over =
            [0, 1, 2].map(|i| f64::from(pixel[i]) * opacity + f64::from(panel) * (1.0 - opacity));
        let (one, other) = (linear(over), luminance(&[panel; 3]));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn luminance(pixel: &[u8]) -> f64 {
        linear([0, 1, 2].map(|i| f64::from(pixel[i])))
    }

    fn linear(rgb: [f64; 3]) -> f64 {
        let [red, green, blue] = rgb.map(|channel| {
            let channel = channel / 255.0;
            if channel <= 0.04045 {
                channel / 12.92
            } else {
                ((channel + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}
