//! The table that is printed at the end, as Markdown.

/// One figure.
pub struct Row {
    /// What was measured.
    pub figure: &'static str,
    /// What came out for the program.
    pub ours: String,
    /// What came out for the least that could do the job, in the same run.
    pub floor: String,
    /// What is aimed at.
    pub target: &'static str,
    /// Whether it was hit.
    pub met: bool,
}

/// What stands where the floor has nothing like it.
pub const NO_FLOOR: &str = "";

/// Prints what stands above the rows.
pub fn head(title: &str) {
    println!("\n## {title}\n\n| figure | ours | floor | target | met |\n|---|---|---|---|---|");
}

/// Prints rows as soon as they are known: a run takes minutes, and what follows may fail.
pub fn print(rows: impl IntoIterator<Item = Row>) {
    for row in rows {
        let met = if row.met { "yes" } else { "**no**" };
        println!(
            "| {} | {} | {} | {} | {met} |",
            row.figure, row.ours, row.floor, row.target
        );
    }
}

/// Says on standard error what is being measured: a run takes minutes.
pub fn say(what: &str) {
    eprintln!("bench: {what}");
}
