//! How much memory something draws, counted on its own thread.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    /// What is held, and the most that was held at one time; less than nothing where older memory was given back.
    static HELD_BYTES: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

/// Runs, and returns the most bytes that were held at one time besides those from before.
pub fn peak_of<T>(run: impl FnOnce() -> T) -> (T, usize) {
    HELD_BYTES.set((0, 0));
    let made = run();
    let (_, peak) = HELD_BYTES.get();
    (made, peak.unsigned_abs())
}

fn count(change: isize) {
    let (held, peak) = HELD_BYTES.get();
    HELD_BYTES.set((held + change, peak.max(held + change)));
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every request is passed on unchanged to the system's allocator; counting touches a thread-local cell
// that needs neither memory nor a destructor. A growing buffer moves by the trait's own way: allocate, copy, free.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(memory, layout) }
    }
}
