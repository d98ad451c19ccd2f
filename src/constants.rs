//! Every number of the interface. A number, once released, never changes its meaning and is never used again.
//! Together with the functions in `ffi` this is the source of the header and of the bindings.
#![forbid(unsafe_code)]

mod answers;
mod properties;
mod sources;

pub use answers::*;
pub use properties::*;
pub use sources::*;
