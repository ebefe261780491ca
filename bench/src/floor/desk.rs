//! The floor of the desk: follows one stream, and hands each event to the notification daemon over one kept connection.
//!
//! It has no tray, no list, no rules, no sound and no memory.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
};

use anyhow::Result;
use zbus::{blocking::Connection, zvariant::Value};

use crate::http::Request;

/// What it calls itself to the daemon.
pub const NAME: &str = "floor";

/// Follows the floor server on `port` as agent 0, until either ends.
pub fn run(port: u16) -> Result<()> {
    let bus = Connection::session()?;
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.write_all(&Request::get("/stream/0").bytes())?;
    for line in BufReader::new(stream).lines() {
        if let Some(text) = line?.strip_prefix("data: ") {
            notify(&bus, text)?;
        }
    }
    Ok(())
}

fn notify(bus: &Connection, text: &str) -> zbus::Result<()> {
    const DAEMON: &str = "org.freedesktop.Notifications";
    let actions: [&str; 0] = [];
    let hints = HashMap::from([("urgency", Value::U8(1))]);
    let arguments = (
        NAME,
        0_u32,
        "",
        "Tomas Reed",
        text,
        actions.as_slice(),
        hints,
        -1_i32,
    );
    let path = "/org/freedesktop/Notifications";
    bus.call_method(Some(DAEMON), path, Some(DAEMON), "Notify", &arguments)?;
    Ok(())
}
