//! What the command's tests share: a profile at a practice server of the test's own, the program as a shell starts it, and
//! the program as a person at a terminal has it.
#![allow(dead_code)] // each test program uses a part

#[path = "../../../tests/common/runnable.rs"]
mod runnable;
pub mod terminal;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use practice_server::{Options, Server, SignIn};

/// Stands in every secret of the profiles here.
pub const CLIENT_SECRET: &str = "demo-secret";

pub struct World {
    pub server: Server,
    pub folder: PathBuf,
}

impl World {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("liboauth-command-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).unwrap();
        let world = Self { server: Server::start(options).unwrap(), folder };
        world.write_profile("", 0o600);
        world
    }

    /// `p.toml`, with these lines besides.
    pub fn write_profile(&self, more: &str, rights: u32) {
        let text = format!(
            "[demo]\nbase_url = \"{}\"\nauthorization_endpoint = \"/authorize\"\ntoken_endpoint = \"/token\"\n\
             revocation_endpoint = \"/revoke\"\nclient_id = \"demo\"\nclient_secret = \"{CLIENT_SECRET}\"\n\
             redirect_uri = \"http://127.0.0.1/cb\"\nscope = \"offline_access\"\nstore = \"file:{}\"\n{more}",
            self.server.base("strict"),
            self.store().display()
        );
        self.write("p.toml", &text, rights);
    }

    pub fn write(&self, name: &str, text: &str, rights: u32) {
        let path = self.folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(rights)).unwrap();
    }

    pub fn profile(&self) -> String {
        self.folder.join("p.toml").display().to_string()
    }

    pub fn store(&self) -> PathBuf {
        self.folder.join("tokens")
    }

    /// The files of that kind in the store.
    pub fn stored(&self, extension: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.store()).map(|entries| entries.map(|entry| entry.unwrap().path()));
        let is_meant = |path: &PathBuf| path.extension().is_some_and(|found| found == extension);
        entries.map(|paths| paths.filter(is_meant).collect()).unwrap_or_default()
    }

    /// `oauth COMMAND PROFILE MORE...`
    pub fn oauth(&self, command: &str, more: &[&str]) -> Ran {
        let mut program = oauth();
        program.arg(command).arg(self.profile()).args(more);
        ran(program, "")
    }

    /// A token is in the store.
    pub fn signed_in(self) -> Self {
        let mut program = oauth();
        program.args(["sign-in", "--paste", &self.profile()]);
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = program.spawn().unwrap();
        let url = first_url(child.stderr.as_mut().unwrap());
        let redirect = self.browse(&url);
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), redirect.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self
    }

    /// Where the server sends the browser of a person who says yes.
    pub fn browse(&self, url: &str) -> String {
        let ca_file = url.starts_with("https").then(|| self.server.ca_file().to_owned());
        practice_server::sign_in(url, &SignIn { ca_file, ..SignIn::default() }).unwrap()
    }

    /// The stored token ended long ago.
    pub fn expire(&self) {
        let record = self.stored("json").pop().expect("a record");
        let mut value: serde_json::Value = serde_json::from_slice(&fs::read(&record).unwrap()).unwrap();
        value["obtained_at"] = "2020-01-01T00:00:00Z".into();
        value["expires_at"] = "2020-01-01T01:00:00Z".into();
        fs::write(&record, value.to_string()).unwrap();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The program, as it is started here.
pub fn program() -> PathBuf {
    runnable::runnable(env!("CARGO_BIN_EXE_oauth"))
}

/// The program in an environment of its own: nothing of the developer's reaches it.
pub fn oauth() -> Command {
    let mut command = Command::new(program());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LANG", "C.UTF-8");
    command
}

/// What became of a program.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn ran(mut command: Command, input: &str) -> Ran {
    let piped = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
    let mut child = command.stdin(piped).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    if let Some(mut stdin) = child.stdin.take() {
        // Who does not read has ended.
        let _ = std::io::Write::write_all(&mut stdin, input.as_bytes());
    }
    Ran::of(&child.wait_with_output().unwrap())
}

impl Ran {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let code = output.status.code().unwrap_or(-1);
        Self { code, out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Ended with that code, after that answer, and said a line on standard error that has these words.
    #[track_caller]
    pub fn is(&self, code: i32, out: &str, says: &str) {
        assert_eq!((self.code, &*self.out), (code, out), "{}", self.err);
        assert!(self.err.contains(says), "{says:?} is not in {:?}", self.err);
        assert!(self.err.lines().count() <= 1 || code == 0, "several lines: {}", self.err);
        assert!(!self.err.contains(CLIENT_SECRET), "a secret: {}", self.err);
    }
}

fn first_url(stderr: &mut impl std::io::Read) -> String {
    let mut text = String::new();
    let mut byte = [0_u8];
    while stderr.read(&mut byte).unwrap() == 1 {
        text.push(char::from(byte[0]));
        if let Some(url) = url_in(&text) {
            return url;
        }
    }
    panic!("no address in {text:?}");
}

/// A whole line that is an address.
pub fn url_in(text: &str) -> Option<String> {
    let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    whole.map(str::trim).find(|line| line.starts_with("http")).map(str::to_owned)
}

pub fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text:?}"))
}

pub fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
