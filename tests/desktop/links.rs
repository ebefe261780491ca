//! Links of the app's own scheme, clicked where the package's desktop entry is installed.

use anyhow::Result;

use campanile_tests::stage::{
    Stage, handler::Handler, run, screen::window_in_sight, window::Window,
};

#[test]
fn a_clicked_link_starts_the_app_and_signs_in() -> Result<()> {
    // What `xdg-open` does differs from desktop to desktop.
    for desktop in ["XFCE", ""] {
        let (server, app, _folder) = Stage::parts()?;
        let handler = Handler::install(&app)?;
        handler.open(&app, desktop, &server.pairing_link()?)?;
        app.ask_until(|status| status["connected"] == true)?;
        // Whoever clicked looks at no terminal.
        window_in_sight(&app, "Campanile")?;
        app.wait_for_windows(&["bell"])?;
        run(app.command().arg("quit"))?;
    }
    Ok(())
}

#[test]
fn a_clicked_link_asks_first_where_somebody_is_signed_in() -> Result<()> {
    let stage = Stage::up()?;
    let handler = Handler::install(&stage.app)?;
    let add = ["agent", "add", "Tom Reed", "--handle", "tom"];
    run(stage.server.command().args(add))?;
    let bell = Window::open(&stage.app, "bell")?;
    bell.find("main")?;
    stage.app.wait_for_windows(&["bell"])?;
    handler.open(&stage.app, "XFCE", &stage.server.pairing_link_of("tom")?)?;
    bell.wait_for_text("body", |text| {
        text.contains("A link asks to pair this computer anew, with") && text.contains("127.0.0.1")
    })?;
    assert_eq!(stage.app.status()?["account"]["name"], "Mira Oak");
    bell.press("Pair")?;
    stage
        .app
        .ask_until(|status| status["account"]["name"] == "Tom Reed")
}
