#![forbid(unsafe_code)]
//! The practice server as a program.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use practice_server::{Certificate, Fault, Options, Server, SignIn, FAULT_SWITCHES, FAULT_VALUES};

const HELP: &str = include_str!("help.txt");
const DEFAULT_PORT: u16 = 8765;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let done = match arguments.next().as_deref() {
        Some("serve") => serve(Flags::new(arguments)),
        Some("sign-in") => sign_in(Flags::new(arguments)),
        Some("--help" | "-h" | "help") => say(&help()),
        Some("--version" | "-V") => say(concat!("practice-server ", env!("CARGO_PKG_VERSION"))),
        Some(other) => Err(format!("{other} is no command; see practice-server --help")),
        None => Err("say what to do: serve or sign-in; see practice-server --help".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "practice-server: {why}");
            ExitCode::from(2)
        }
    }
}

fn serve(mut flags: Flags) -> Result<(), String> {
    let options = serve_options(&mut flags)?;
    let https = options.https;
    let server = Server::start(options).map_err(|error| error.to_string())?;
    if https {
        say(&format!("CA {}", server.ca_file().display()))?;
    }
    say(&format!("READY {}", server.url()))?;
    for (name, title, endpoints) in practice_server::bases() {
        // Whoever waited for READY may have stopped reading.
        let _ = say(&format!("  /{name:<14} {title}: {}", endpoints.join(" ")));
    }
    loop {
        thread::park();
    }
}

fn serve_options(flags: &mut Flags) -> Result<Options, String> {
    let mut options = Options { port: DEFAULT_PORT, ..Options::default() };
    let mut fault = Vec::new();
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "port" => options.port = flags.number(&flag)?,
            "https" => options.https = true,
            "ca-out" => options.ca_out = Some(PathBuf::from(flags.value(&flag)?)),
            "expires-in" => options.expires_in = Some(flags.number(&flag)?),
            "overlap" => options.overlap = flags.number(&flag)?,
            "wrong-host" => options.certificate = Certificate::WrongHost,
            "expired" => options.certificate = Certificate::Expired,
            "require-client-cert" => options.require_client_cert = true,
            "raw-expires-in" => fault.push(("expires_in".to_owned(), flags.value(&flag)?)),
            _ => fault.push(fault_flag(&flag, flags)?),
        }
    }
    let needs_https =
        options.ca_out.is_some() || options.require_client_cert || options.certificate != Certificate::Good;
    if needs_https && !options.https {
        return Err("certificates need --https".to_owned());
    }
    if !fault.is_empty() {
        options.faults.push(Fault::from_pairs(&fault)?);
    }
    Ok(options)
}

/// Each fault's name is a flag, with `-` for `_`.
fn fault_flag(flag: &str, flags: &mut Flags) -> Result<(String, String), String> {
    let name = flag.replace('-', "_");
    if FAULT_SWITCHES.contains(&name.as_str()) {
        let value = flags.inline_value().unwrap_or_else(|| "1".to_owned());
        return Ok((name, value));
    }
    if FAULT_VALUES.contains(&name.as_str()) {
        let value = flags.value(flag)?;
        return Ok((name, value));
    }
    Err(format!("--{flag} is no flag; see practice-server --help"))
}

fn sign_in(mut flags: Flags) -> Result<(), String> {
    let mut person = SignIn::default();
    let mut code_only = false;
    let (mut cert, mut key) = (None, None);
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "deny" => person.deny = true,
            "ca" => person.ca_file = Some(PathBuf::from(flags.value(&flag)?)),
            "cert" => cert = Some(PathBuf::from(flags.value(&flag)?)),
            "key" => key = Some(PathBuf::from(flags.value(&flag)?)),
            "user" => person.user = flags.value(&flag)?,
            "password" => person.password = flags.value(&flag)?,
            "code-only" => code_only = true,
            _ => return Err(format!("--{flag} is no flag; see practice-server --help")),
        }
    }
    person.client_cert = cert.zip(key);
    let url = flags.url.ok_or("the authorization URL is missing")?;
    let redirect = practice_server::sign_in(&url, &person).map_err(|error| error.to_string())?;
    if code_only {
        return say(&practice_server::code_of(&redirect).ok_or(format!("no code in {redirect}"))?);
    }
    say(&redirect)
}

fn help() -> String {
    let bases: Vec<String> = practice_server::bases()
        .into_iter()
        .map(|(name, title, endpoints)| {
            let paths: Vec<String> = endpoints.iter().map(|path| format!("\n      /{name}{path}")).collect();
            format!("  {title}{}", paths.concat())
        })
        .collect();
    HELP.trim_end().replace("{bases}", &bases.join("\n"))
}

/// A line on standard output; nobody may be reading it any more.
fn say(line: &str) -> Result<(), String> {
    let mut out = io::stdout();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| error.to_string())
}

/// The words of the command line: `--flag`, `--flag value`, `--flag=value`, and one URL.
struct Flags {
    words: std::vec::IntoIter<String>,
    inline: Option<String>,
    url: Option<String>,
}

impl Flags {
    fn new(words: impl Iterator<Item = String>) -> Flags {
        Flags { words: words.collect::<Vec<_>>().into_iter(), inline: None, url: None }
    }

    fn next(&mut self) -> Result<Option<String>, String> {
        if let Some(extra) = self.inline.take() {
            return Err(format!("{extra} has no place there"));
        }
        for word in self.words.by_ref() {
            let Some(flag) = word.strip_prefix("--") else {
                if let Some(second) = self.url.replace(word) {
                    return Err(format!("{second} is one too many"));
                }
                continue;
            };
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (flag.to_owned(), None),
            };
            self.inline = value;
            return Ok(Some(name));
        }
        Ok(None)
    }

    fn inline_value(&mut self) -> Option<String> {
        self.inline.take()
    }

    fn value(&mut self, flag: &str) -> Result<String, String> {
        self.inline.take().or_else(|| self.words.next()).ok_or(format!("--{flag} needs a value"))
    }

    fn number<T: std::str::FromStr>(&mut self, flag: &str) -> Result<T, String> {
        let value = self.value(flag)?;
        value.parse().map_err(|_| format!("--{flag} {value} is no such number"))
    }
}
