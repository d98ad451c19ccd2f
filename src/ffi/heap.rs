//! The heap of this library's own code: what is given back is wiped, and what grows leaves nothing behind.
//! So no copy of a secret stays in memory that is free, whoever made it: rustls and serde have buffers of theirs.
//! Knows nothing of OAuth.

use std::alloc::{GlobalAlloc, Layout, System};
use std::slice;

use zeroize::optimization_barrier;

/// The program's own heap, by the same malloc, for this library's code. Nothing of the program's is touched, unless it is one
/// in Rust with this crate in it, as this project's tests are: then the allocator is the program's.
struct WipedHeap;

#[global_allocator]
static HEAP: WipedHeap = WipedHeap;

// SAFETY: the system's allocator does the work, with the layouts as they came. `realloc` is the trait's own: a new block,
// a copy, and the old block to `dealloc`; the system's would free the old one as it is.
unsafe impl GlobalAlloc for WipedHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the same rules.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the same rules.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller gives back a block of that size, which nobody else uses from here on. It is filled before
        // it is looked at as bytes: the barrier keeps the compiler from leaving out what nobody reads.
        unsafe {
            block.write_bytes(0, layout.size());
            optimization_barrier(slice::from_raw_parts(block, layout.size()));
            System.dealloc(block, layout);
        }
    }
}
