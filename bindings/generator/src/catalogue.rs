//! The list of known servers for people, from the files that the library reads.

use std::fs;
use std::path::Path;

use toml::{Table, Value};

const LIST: &str = "docs/known-servers.md";
const FOLDER: &str = "src/settings/known_servers";

const HEAD: &str = "\
# Known servers

A name of this list stands for all that is special at a server: `oauth_client_open(\"ups\")`, `profile = \"ups\"` in a profile
file, or the property OAUTH_PROFILE. Set besides: client_id and client_secret, if there is one; for a grant of the kind
*code* a redirect_uri; and what the column *set, too* shows, with your own values. A setting of your own goes before the
known server's.

*Grant* is how tokens are come by: *code* means that a person signs in, every other that a job asks for itself. *From
documentation* means that nobody of this project has run it at that server; the practice server plays it as it is written
here, and a test runs each one against that. Corrections are welcome, with their source.
";

const FOOT: &str = "\
To add one: a table in a file of `src/settings/known_servers/`, from the server's own documentation, and `make bindings`,
which writes this list.
";

const COLUMNS: &str =
    "| name | what it is | grant | set, too | to know | from |\n|---|---|---|---|---|---|\n";

/// One file of the catalogue.
struct Field {
    /// Its first line, a comment.
    title: String,
    servers: Table,
}

/// Nothing, where there is no catalogue.
pub fn list(source: &Path) -> Result<Option<(&'static str, String)>, Vec<String>> {
    if !source.join(FOLDER).exists() {
        return Ok(None);
    }
    let fields = fields(&source.join(FOLDER)).map_err(|problem| vec![problem])?;
    let mut text = HEAD.to_owned();
    for field in &fields {
        let lines = field.servers.iter().map(|(name, server)| {
            line(name, server).ok_or_else(|| vec![format!("{FOLDER}: [{name}] lacks a remark")])
        });
        let lines = lines.collect::<Result<String, _>>()?;
        text.extend(["\n## ", &field.title, "\n\n", COLUMNS, &lines]);
    }
    Ok(Some((LIST, text + "\n" + FOOT)))
}

fn fields(folder: &Path) -> Result<Vec<Field>, String> {
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(|error| said(&error))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let field = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).map_err(|error| said(&error))?;
        let title = text.lines().next().unwrap_or_default().trim_start_matches('#').trim();
        let title = title.trim_end_matches('.').to_owned();
        Ok(Field { title, servers: text.parse().map_err(|error| format!("{}: {error}", path.display()))? })
    };
    paths.iter().map(field).collect()
}

fn line(name: &str, server: &Value) -> Option<String> {
    let remark = |key: &str| server.get(key).and_then(Value::as_str);
    let needs = server.get("needs").and_then(Value::as_table).into_iter().flatten();
    let needs: Vec<_> = needs.map(|(key, value)| format!("`{key} = {value}`")).collect();
    let (title, notes, source) = (remark("title")?, remark("notes")?, remark("source")?);
    let from = format!("{source}; {}, {}", remark("status")?, remark("date")?);
    let cells = [&format!("`{name}`"), title, &grant(&remark), &needs.join(", "), notes, &from];
    Some(format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | ")))
}

fn grant<'a>(remark: &impl Fn(&str) -> Option<&'a str>) -> String {
    let grant = match remark("grant_type") {
        None => "code",
        Some(grant) => grant.trim_start_matches("urn:ietf:params:oauth:grant-type:"),
    };
    match remark("refreshes") {
        Some("no") => format!("{grant}, no refresh"),
        _ => grant.to_owned(),
    }
}
