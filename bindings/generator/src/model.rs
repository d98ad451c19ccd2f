//! What the library offers: constants and functions with their comments.
#![forbid(unsafe_code)]

pub const CONSTANTS: &str = "src/constants";
/// Each file here may have exported functions, a theme each.
pub const EDGE: &str = "src/ffi";

pub type Result<T> = std::result::Result<T, Vec<String>>;

pub struct Interface {
    pub version: String,
    pub constant_files: Vec<String>,
    pub constants: Vec<Constant>,
    /// In the order of the list of exports.
    pub functions: Vec<Function>,
}

pub struct Constant {
    pub name: String,
    pub value: i32,
    pub doc: Doc,
    pub place: Place,
}

/// Under which comments of the source a constant stands.
#[derive(Clone, Default, PartialEq)]
pub struct Place {
    /// From `// ---- a line such as this ----`.
    pub section: String,
    /// From a plain comment between constants, if there is one.
    pub group: String,
}

pub struct Function {
    pub name: String,
    /// The file that declares it.
    pub file: String,
    pub parameters: Vec<Parameter>,
    pub doc: Doc,
}

/// The three shapes, and nothing else.
pub enum Parameter {
    Int(String),
    TextIn { text: String, length: String },
    TextOut { text: String, capacity: String },
}

pub struct Doc {
    /// As in the source, each on one line, without `# Safety`.
    pub paragraphs: Vec<String>,
    pub since: (u32, u32),
}

impl Interface {
    pub fn has_constant(&self, name: &str) -> bool {
        self.constants.iter().any(|c| c.name == name)
    }

    pub fn has_function(&self, name: &str) -> bool {
        self.functions.iter().any(|f| f.name == name)
    }
}

pub fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
