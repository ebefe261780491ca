//! The program `campanile`: the desk, its windows and its command line.

#![cfg_attr(windows, windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    campanile_desk::main()
}
