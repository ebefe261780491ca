//! What is drawn, as plain values: the tray and the windows only draw these.

mod bell;
mod common;
mod preferences;
mod tray;

pub use bell::{
    AskView, BellView, ItemView, Page, PageFilter, RowView, ServerPart, Tab, WhyLine, WhyView,
};
pub use common::{
    AccountView, Common, HoldView, LinkView, Part, PartState, PartView, QuietView, Window,
};
pub use preferences::{
    CellView, ChannelView, GroupView, KindAt, KindView, MelodyView, PlaceView, PreferencesView,
    QuietHoursView, WindowView,
};
pub use tray::{Badge, MenuItem, Mood, TrayView};
