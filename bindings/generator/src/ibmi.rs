//! The bridge for IBM i: what its service program exports, each a few lines over `bindings/ibmi/OAUTHCORE.c`, with the
//! binder source and a header for ILE C. `rpg` and `cobol` have the prototypes for the rest.
#![forbid(unsafe_code)]

use crate::bridge;
use crate::model::{Function, Interface, Parameter};
use crate::prose::{self, Style};

pub const BINDER_SOURCE: &str = "bindings/ibmi/OAUTH.bnd";

/// Lines that fit into a source member of the usual length.
const WIDTH: usize = 80;
const EXPORT: &str = "EXPORT SYMBOL(\"";
const EXPORT_END: &str = "\")";

/// Functions whose text out is looked up, and can be as often as needed. Another function makes its text by the call.
const LOOK_UP: [&str; 6] =
    ["oauth_get", "oauth_accounts", "oauth_http_request", "oauth_field", "oauth_error_text", "oauth_version"];
/// Those that are asked about the last error, which may be the bridge's own.
const INQUIRIES: [&str; 2] = ["oauth_error_text", "oauth_error_action"];
/// Texts in of these names are an HTTP answer's: bytes as they came, where others are fields.
const BYTES: [&str; 2] = ["headers", "body"];

/// Callers are bound to an export's number, not its name: the order is that of the list of exports, around the bridge's
/// own.
pub fn binder_source(interface: &Interface) -> String {
    let mut names: Vec<_> = interface.functions.iter().map(|f| f.name.clone()).collect();
    for (place, function) in bridge::PLACES.into_iter().zip(bridge::functions()) {
        names.insert(place.min(names.len()), function.name);
    }
    let exports = prose::each(names, |name| format!("  {EXPORT}{name}{EXPORT_END}\n"));
    prose::fill(include_str!("../templates/OAUTH.bnd.in"), &[("EXPORTS", exports.as_str())])
}

/// What a binder source exports of the library, in its order.
pub fn exports_of(binder_source: &str) -> impl Iterator<Item = &str> {
    let names =
        binder_source.lines().filter_map(|line| line.trim().strip_prefix(EXPORT)?.strip_suffix(EXPORT_END));
    names.filter(|name| bridge::functions().iter().all(|own| own.name != *name))
}

/// `OAUTHX.c`.
pub fn exports(interface: &Interface) -> String {
    let entries = prose::each(&interface.functions, |f| format!("    {{ \"{}\", NULL, 0 }},\n", f.name));
    let bodies = prose::each(interface.functions.iter().enumerate(), |(place, f)| body(place, f));
    let values = [("ENTRIES", entries.trim_end_matches(",\n")), ("FUNCTIONS", bodies.as_str())];
    prose::fill(include_str!("../templates/OAUTHX.c.in"), &values)
}

/// `OAUTHX.h`.
pub fn header(interface: &Interface) -> String {
    let style = Style { interface, quote: '"', constant: |_, name| name.to_owned(), width: WIDTH };
    let constants = prose::each(&interface.constants, |c| {
        let value = if c.value < 0 { format!("({})", c.value) } else { c.value.to_string() };
        format!("#define {} {value}\n", c.name)
    });
    let prototypes = prose::each(&interface.functions, |f| format!("{};\n", head(f)));
    let own = prose::each(bridge::functions(), |f| {
        let comment = style.comment(" * ", &f.doc, &f.parameters);
        format!("\n/* {}\n */\n{};\n", comment.trim_start_matches(" * ").trim_end(), head(&f))
    });
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("PROTOTYPES", prototypes.as_str()),
        ("OWN", own.as_str()),
    ];
    prose::fill(include_str!("../templates/OAUTHX.h.in"), &values)
}

/// The function's declaration, broken behind a parameter where it is too long.
fn head(function: &Function) -> String {
    let start = format!("int {}(", function.name);
    let mut head = start.clone();
    let mut width = head.len();
    let parameters: Vec<_> = function.parameters.iter().flat_map(declared).collect();
    for (place, parameter) in parameters.iter().enumerate() {
        let after = if place + 1 < parameters.len() { "," } else { ")" };
        // One for the semicolon of a prototype.
        if place > 0 && width + 1 + parameter.len() + after.len() + 1 > WIDTH {
            head.push('\n');
            head.push_str(&" ".repeat(start.len()));
            width = start.len();
        } else if place > 0 {
            head.push(' ');
            width += 1;
        }
        head.push_str(parameter);
        head.push_str(after);
        width += parameter.len() + after.len();
    }
    if parameters.is_empty() {
        head += "void)";
    }
    head
}

fn declared(parameter: &Parameter) -> Vec<String> {
    match parameter {
        Parameter::Int(name) => vec![format!("int {name}")],
        Parameter::TextIn { text, length } => vec![format!("const char *{text}"), format!("int {length}")],
        Parameter::TextOut { text, capacity } => vec![format!("char *{text}"), format!("int {capacity}")],
    }
}

fn body(place: usize, function: &Function) -> String {
    let arguments = prose::each(&function.parameters, |p| argument(function, p));
    let run = if INQUIRIES.contains(&function.name.as_str()) { "bridge_run_inquiry" } else { "bridge_run" };
    format!(
        "\n{}\n{{\n    bridge_call call;\n\n    bridge_begin(&call, &functions[{place}]);\n{arguments}    return \
         {run}(&call);\n}}\n",
        head(function)
    )
}

fn argument(function: &Function, parameter: &Parameter) -> String {
    let name = function.name.as_str();
    match parameter {
        Parameter::Int(number) => format!("    bridge_int(&call, {number});\n"),
        Parameter::TextIn { text, length } => {
            let kind = if BYTES.contains(&text.as_str()) { "bytes" } else { "text" };
            format!("    bridge_{kind}(&call, {text}, {length});\n")
        }
        Parameter::TextOut { text, capacity } => {
            let kind = if LOOK_UP.contains(&name) { "read" } else { "made" };
            format!("    bridge_{kind}(&call, {text}, {capacity});\n")
        }
    }
}
