//! The sheet on which a picture is drawn: shapes filled, edged, cut out, measured in units.

use tiny_skia::{
    BlendMode, Color, FillRule, LineCap, LineJoin, Paint, Path, Pixmap, Stroke, Transform,
};

use super::{Picture, Style, WHITE, rgb};
use crate::tray::outline;

/// How many units a picture is wide.
pub const UNITS: f32 = 21.0;

/// A picture in the making, measured in units.
pub struct Sheet {
    pixmap: Pixmap,
    /// Where a unit lies in the picture.
    pub place: Transform,
    pub style: Style,
}

impl Sheet {
    pub fn new(size: u32, style: Style) -> Option<Self> {
        let pixmap = Pixmap::new(size, size)?;
        // Whole and half pixels to a unit: straight edges then fall between pixels, and stay sharp.
        #[expect(
            clippy::cast_precision_loss,
            reason = "a picture is some tens of pixels wide"
        )]
        let size = size as f32;
        let scale = if size < UNITS {
            size / UNITS
        } else {
            (size / UNITS * 2.0).floor() / 2.0
        };
        let margin = ((size - UNITS * scale) / 2.0).floor();
        Some(Self {
            pixmap,
            place: Transform::from_row(scale, 0.0, 0.0, scale, margin, margin),
            style,
        })
    }

    pub fn fill(&mut self, shape: &[outline::Step], color: Color) {
        if let Some(path) = outline::path(shape) {
            self.fill_path(&path, color);
        }
    }

    /// Draws a dark edge about a shape: a light bell is then seen on a light panel, too.
    pub fn edged(&mut self, shape: &[outline::Step], edge: Color) {
        if self.style == Style::Color {
            self.line(shape, 2.0, edge);
        }
    }

    pub fn line(&mut self, shape: &[outline::Step], width: f32, color: Color) {
        if let Some(path) = outline::path(shape) {
            self.stroke_path(&path, width, color, BlendMode::SourceOver);
        }
    }

    /// Makes the shape and `margin` units about it empty, so that what is drawn there stands clear.
    pub fn cut(&mut self, shape: &[outline::Step], margin: f32) {
        if let Some(path) = outline::path(shape) {
            self.stroke_path(&path, margin, rgb(WHITE), BlendMode::Clear);
        }
    }

    pub fn fill_path(&mut self, path: &Path, color: Color) {
        let paint = self.paint(color, BlendMode::SourceOver);
        self.pixmap
            .fill_path(path, &paint, FillRule::Winding, self.place, None);
    }

    pub fn stroke_path(&mut self, path: &Path, width: f32, color: Color, blend: BlendMode) {
        let paint = self.paint(color, blend);
        let stroke = Stroke {
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        self.pixmap
            .stroke_path(path, &paint, &stroke, self.place, None);
    }

    fn paint(&self, color: Color, blend_mode: BlendMode) -> Paint<'static> {
        let color = match self.style {
            Style::Color => color,
            Style::Template => Color::BLACK,
        };
        let mut paint = Paint {
            blend_mode,
            ..Paint::default()
        };
        paint.set_color(color);
        paint
    }

    pub fn finish(self) -> Picture {
        let size = self.pixmap.width();
        let rgba = self
            .pixmap
            .pixels()
            .iter()
            .flat_map(|pixel| {
                let color = pixel.demultiply();
                [color.red(), color.green(), color.blue(), color.alpha()]
            })
            .collect();
        Picture { size, rgba }
    }
}
