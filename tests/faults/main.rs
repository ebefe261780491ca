//! The failure model, row by row: each fault is injected for real, and what must hold is counted (docs/reliability.md).
//!
//! ```text
//! faults                the short form of every row
//! faults --full         the long form; rows that have a result already are passed over
//! faults [--full] ROW…  these rows, whatever results there are
//! ```

mod backlog;
mod bombs;
mod broken_store;
mod bus_died;
mod carrier;
mod client_killed;
mod clock;
mod clock_jumps;
mod commits;
mod damage;
mod disk;
mod disk_full;
mod disk_full_desk;
mod flood;
mod front;
mod hogs;
mod io_errors;
mod keyring;
mod leak;
mod logind;
mod memory;
mod names;
mod panels;
mod poor;
mod power_cut;
mod power_cut_desk;
mod process;
mod proxies;
mod proxy;
mod read_only;
mod resolver;
mod results;
mod row;
mod secrets_stay;
mod server_killed;
mod shut_out;
mod size;
mod slept;
mod slow_clients;
mod sound;
mod starts;
mod stopped;
mod storm;
mod switched;
mod tap;
mod toasts;
mod told;

use std::{env, process::ExitCode, time::Instant};

use results::Results;
use row::{Course, Row};

/// Every row that has a file here.
const ROWS: &[Row] = &[
    client_killed::ROW,
    server_killed::ROW,
    power_cut::ROW,
    power_cut_desk::ROW,
    stopped::ROW,
    damage::ROW,
    disk_full::ROW,
    disk_full_desk::ROW,
    read_only::ROW,
    io_errors::ROW,
    flood::ROW,
    slow_clients::ROW,
    hogs::ROW,
    backlog::ROW,
    storm::ROW,
    proxies::ROW,
    resolver::ROW,
    shut_out::ROW,
    bombs::ROW,
    broken_store::ROW,
    carrier::ROW,
    slept::ROW,
    clock_jumps::ROW,
    bus_died::ROW,
    panels::ROW,
    keyring::ROW,
    sound::ROW,
    toasts::ROW,
    starts::ROW,
    switched::ROW,
    secrets_stay::ROW,
    leak::ROW,
    poor::ROW,
];

fn main() -> ExitCode {
    let mut chosen: Vec<String> = env::args().skip(1).collect();
    let full = chosen.iter().any(|word| word == "--full");
    chosen.retain(|word| word != "--full");
    if let Some(unknown) = chosen
        .iter()
        .find(|id| ROWS.iter().all(|row| row.id != **id))
    {
        eprintln!("faults: there is no row {unknown}");
        return ExitCode::from(2);
    }
    let results = full.then(Results::open);
    let (mut passed, mut failed) = (0, 0);
    for row in ROWS {
        let is_done = || results.as_ref().is_some_and(|results| results.has(row.id));
        let is_wanted = if chosen.is_empty() {
            !is_done()
        } else {
            chosen.iter().any(|id| id == row.id)
        };
        if !is_wanted {
            continue;
        }
        let rounds = if full {
            row.full
        } else {
            row.full.div_ceil(20)
        };
        let course = Course {
            rounds,
            is_full: full,
        };
        let started = Instant::now();
        let came_to = (row.run)(&course);
        let seconds = started.elapsed().as_secs();
        match came_to {
            Ok(figure) => {
                println!(
                    "{:4} {rounds:5} × {}: {figure} ({seconds} s)",
                    row.id, row.fault
                );
                if let Some(results) = &results {
                    results.keep(row, rounds, &figure, seconds);
                }
                passed += 1;
            }
            Err(error) => {
                println!(
                    "{:4} {rounds:5} × {}: FAILED after {seconds} s: {error:#}",
                    row.id, row.fault
                );
                failed += 1;
            }
        }
    }
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {verdict}. {passed} passed; {failed} failed; 0 ignored");
    ExitCode::from(u8::from(failed > 0))
}
