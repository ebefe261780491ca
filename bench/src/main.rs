//! The program `campanile-bench`; `scripts/bench` builds and runs it.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    campanile_bench::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("campanile-bench: it reads the counters of Linux; run it there");
    ExitCode::FAILURE
}
