//! The screen, watched from outside: when a window is seen, and the cross that closes it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use x11rb::{
    connection::Connection as _,
    protocol::{
        Event,
        damage::{self, ConnectionExt as _},
        xproto::{
            AtomEnum, ChangeWindowAttributesAux, ClientMessageEvent, ConnectionExt as _, EventMask,
            GetGeometryReply, ImageFormat, Window,
        },
    },
    rust_connection::RustConnection,
};

/// The least width and height of a window of ours.
const LEAST: u16 = 300;
/// What a window's title and border take at most, at the top and elsewhere.
const BORDER: (i16, i16) = (40, 8);
const PATIENCE: Duration = Duration::from_secs(20);

/// The eyes.
pub struct Screen {
    x: RustConnection,
    root: Window,
    damage: damage::Damage,
}

impl Screen {
    /// Looks from here on.
    pub fn open() -> Result<Self> {
        let (x, number) = x11rb::connect(None)?;
        let root = x.setup().roots[number].root;
        x.damage_query_version(1, 1)?.reply()?;
        let told = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
        x.change_window_attributes(root, &told)?.check()?;
        let damage = x.generate_id()?;
        x.damage_create(damage, root, damage::ReportLevel::NON_EMPTY)?
            .check()?;
        Ok(Self { x, root, damage })
    }

    /// Forgets what was seen so far.
    pub fn forget(&self) -> Result<()> {
        while self.x.poll_for_event()?.is_some() {}
        self.x
            .damage_subtract(self.damage, x11rb::NONE, x11rb::NONE)?
            .check()?;
        Ok(())
    }

    /// Waits until a window stands on the screen with something in it, and returns when that was.
    ///
    /// A frame around nothing, or around one color, is not yet a picture.
    pub fn first_paint(&self) -> Result<Instant> {
        let until = Instant::now() + PATIENCE;
        let mut window = None;
        loop {
            let event = self.next(until)?;
            let seen = Instant::now();
            match event {
                Event::MapNotify(mapped) => {
                    let place = self.x.get_geometry(mapped.window)?.reply();
                    // One that has gone again is not the one.
                    window = place
                        .ok()
                        .filter(|at| at.width.min(at.height) >= LEAST)
                        .or(window);
                }
                Event::DamageNotify(_) => {
                    self.x
                        .damage_subtract(self.damage, x11rb::NONE, x11rb::NONE)?
                        .check()?;
                }
                _ => continue,
            }
            if let Some(place) = &window
                && self.has_picture(place)?
            {
                return Ok(seen);
            }
        }
    }

    /// Closes all windows of ours, as their crosses do.
    pub fn close_windows(&self) -> Result<()> {
        let list = self.atom("_NET_CLIENT_LIST")?;
        let close = self.atom("_NET_CLOSE_WINDOW")?;
        let windows = self.property(self.root, list, AtomEnum::WINDOW)?;
        for window in windows.value32().into_iter().flatten() {
            let class = self.property(window, AtomEnum::WM_CLASS.into(), AtomEnum::STRING)?;
            if class.value.to_ascii_lowercase().starts_with(b"campanile") {
                let message = ClientMessageEvent::new(32, window, close, [0; 5]);
                let to = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
                self.x.send_event(false, self.root, to, message)?.check()?;
            }
        }
        Ok(())
    }

    fn has_picture(&self, at: &GetGeometryReply) -> Result<bool> {
        let (top, side) = BORDER;
        let (width, height) = (
            at.width - 2 * side.unsigned_abs(),
            at.height - top.unsigned_abs() - side.unsigned_abs(),
        );
        let (x, y) = (at.x + side, at.y + top);
        let image = self.x.get_image(
            ImageFormat::Z_PIXMAP,
            self.root,
            x,
            y,
            width,
            height,
            u32::MAX,
        )?;
        let pixels = image.reply()?.data;
        let mut pixels = pixels.chunks_exact(4).map(|pixel| &pixel[..3]);
        let first = pixels.next();
        Ok(pixels.any(|pixel| Some(pixel) != first))
    }

    fn next(&self, until: Instant) -> Result<Event> {
        loop {
            if let Some(event) = self.x.poll_for_event()? {
                return Ok(event);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!("no window came up");
            }
            let left = Timespec {
                tv_sec: left.as_secs().cast_signed(),
                tv_nsec: left.subsec_nanos().into(),
            };
            poll(
                &mut [PollFd::new(self.x.stream(), PollFlags::IN)],
                Some(&left),
            )?;
        }
    }

    fn atom(&self, name: &str) -> Result<u32> {
        Ok(self.x.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }

    fn property(
        &self,
        window: Window,
        name: u32,
        kind: AtomEnum,
    ) -> Result<x11rb::protocol::xproto::GetPropertyReply> {
        let property = self.x.get_property(false, window, name, kind, 0, 1024)?;
        property.reply().context("read a property of a window")
    }
}
