//! The tray of Windows and macOS, through Tauri.

use std::pin::pin;

use campanile_client::{
    act::Action,
    message::Message,
    view::{Badge, MenuItem, Part, PartState, TrayView, Window},
};
use futures_util::future::{self, BoxFuture, Either};
use tauri::{
    AppHandle,
    image::Image,
    menu::{CheckMenuItem, IsMenuItem, Menu, MenuItem as Entry, PredefinedMenuItem, Submenu},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};
use tokio::sync::mpsc::Sender;

use super::{
    Desk, NAME,
    picture::{self, Style},
};

/// How large a picture is handed over; the system makes it smaller where it needs to.
const SIZE: u32 = if cfg!(target_os = "macos") { 44 } else { 32 };

/// Starts the thread.
///
/// # Errors
/// The system's, if it has no thread to give.
pub fn start(desk: Desk, app: BoxFuture<'static, Option<AppHandle>>) -> std::io::Result<()> {
    let work = move || tauri::async_runtime::block_on(Keeper { desk, icon: None }.work(app));
    std::thread::Builder::new()
        .name("tray".into())
        .spawn(work)?;
    Ok(())
}

/// Keeps the icon in the tray.
struct Keeper {
    desk: Desk,
    icon: Option<TrayIcon>,
}

impl Keeper {
    async fn work(mut self, app: BoxFuture<'static, Option<AppHandle>>) {
        let Some(app) = app.await else {
            return self.desk.tell(Part::Tray.fails("no_host")).await;
        };
        while self.desk.view().await.is_some() {
            let view = self.desk.views.borrow_and_update().clone();
            let Some(view) = view else { continue };
            let state = match self.draw(&app, &view) {
                Ok(()) => PartState::Works {
                    detail: String::new(),
                },
                Err(problem) => {
                    tracing::warn!(%problem, "the tray icon could not be drawn");
                    Part::Tray.fails("no_host")
                }
            };
            self.desk.tell(state).await;
            if !self.wait().await {
                return;
            }
        }
    }

    /// Waits for another view or for a check, either of which draws anew; says whether there may be one.
    async fn wait(&mut self) -> bool {
        let viewed = pin!(self.desk.views.changed());
        let checked = pin!(self.desk.checks.changed());
        match future::select(viewed, checked).await {
            Either::Left((viewed, _)) => viewed.is_ok(),
            Either::Right((checked, _)) => {
                self.desk.told = None;
                checked.is_ok()
            }
        }
    }

    fn draw(&mut self, app: &AppHandle, view: &TrayView) -> tauri::Result<()> {
        let menu = menu(app, &view.menu)?;
        if let Some(icon) = &self.icon {
            icon.set_menu(Some(menu))?;
            icon.set_icon(picture(view))?;
            icon.set_tooltip(Some(&view.tooltip))?;
            icon.set_title(title(view.badge))?;
            // A picture that is set anew is taken for a coloured one.
            return if cfg!(target_os = "macos") {
                icon.set_icon_as_template(true)
            } else {
                Ok(())
            };
        }
        let mut builder = TrayIconBuilder::with_id(NAME)
            .menu(&menu)
            .show_menu_on_left_click(false)
            .tooltip(&view.tooltip)
            .icon_as_template(cfg!(target_os = "macos"))
            .on_tray_icon_event({
                let events = self.desk.events.clone();
                move |_, event| {
                    if let TrayIconEvent::Click {
                        button: MouseButton::Left,
                        button_state: MouseButtonState::Up,
                        ..
                    } = event
                    {
                        tell(
                            &events,
                            Action::Show {
                                window: Window::Bell,
                                kind: None,
                            },
                        );
                    }
                }
            })
            .on_menu_event({
                let events = self.desk.events.clone();
                move |_, event| {
                    if let Ok(action) = serde_json::from_str(event.id().as_ref()) {
                        tell(&events, action);
                    }
                }
            });
        if let Some(picture) = picture(view) {
            builder = builder.icon(picture);
        }
        if let Some(title) = title(view.badge) {
            builder = builder.title(title);
        }
        self.icon = Some(builder.build(app)?);
        Ok(())
    }
}

/// Passes on a click. It is on the main thread, which must not wait for the desk.
fn tell(events: &Sender<Message>, action: Action) {
    if events
        .try_send(Message::Clicked {
            action,
            activation: None,
        })
        .is_err()
    {
        tracing::warn!("a click in the tray was lost: the desk takes no messages");
    }
}

fn picture(view: &TrayView) -> Option<Image<'static>> {
    let style = if cfg!(target_os = "macos") {
        Style::Template
    } else {
        Style::Color
    };
    let picture = picture::draw(view.mood, view.badge, SIZE, style)?;
    Some(Image::new_owned(picture.rgba, picture.size, picture.size))
}

/// Returns what stands beside the icon: macOS has room for the number there, and none in the icon.
fn title(badge: Badge) -> Option<String> {
    match badge {
        Badge::None => None,
        Badge::Digit(digit) => Some(digit.to_string()),
        Badge::Many => Some("9+".into()),
    }
    .filter(|_| cfg!(target_os = "macos"))
}

fn menu(app: &AppHandle, items: &[MenuItem]) -> tauri::Result<Menu<tauri::Wry>> {
    let menu = Menu::new(app)?;
    for item in items {
        menu.append(&*entry(app, item)?)?;
    }
    Ok(menu)
}

/// Returns an entry. Its id is its action, so that a click on a menu that was replaced meanwhile still does what it said.
fn entry(app: &AppHandle, item: &MenuItem) -> tauri::Result<Box<dyn IsMenuItem<tauri::Wry>>> {
    Ok(match item {
        MenuItem::Do {
            label,
            action,
            checked,
        } => {
            let id = serde_json::to_string(action)?;
            let (label, enabled, keys) = (plain(label), action.is_some(), None::<&str>);
            match checked {
                Some(checked) => Box::new(CheckMenuItem::with_id(
                    app, id, label, enabled, *checked, keys,
                )?),
                None => Box::new(Entry::with_id(app, id, label, enabled, keys)?),
            }
        }
        MenuItem::Sub { label, items } => {
            let sub = Submenu::new(app, plain(label), true)?;
            for item in items {
                sub.append(&*entry(app, item)?)?;
            }
            Box::new(sub)
        }
        MenuItem::Line => Box::new(PredefinedMenuItem::separator(app)?),
    })
}

/// Menus read an ampersand as the mark of an access key, unless there are two.
fn plain(label: &str) -> String {
    label.replace('&', "&&")
}
