#![forbid(unsafe_code)]
//! A practice server: several OAuth 2.0 authorization servers with their habits, and a small API, on
//! loopback. Tests run it in their own process; people run the program of the same name.
//!
//! ```
//! use practice_server::{Options, Server, SignIn};
//!
//! let server = Server::start(Options::default()).unwrap();
//! let url = format!(
//!     "{}/authorize?response_type=code&client_id=demo&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb&state=s",
//!     server.base("strict")
//! );
//! let redirect = practice_server::sign_in(&url, &SignIn::default()).unwrap();
//! assert!(redirect.starts_with("http://127.0.0.1/cb?code="));
//! ```

mod answer;
mod api;
mod assertion;
mod authorize;
mod browser;
pub mod catalogue;
mod client_auth;
mod connection;
mod control;
mod device;
mod dialect;
mod dpop;
mod fault;
mod form;
mod grants;
mod introspection;
mod late;
mod metadata;
mod openid;
mod pages;
mod people;
mod pushed;
mod record;
mod refusal;
mod request;
mod response;
mod revocation;
mod routes;
mod state;
mod tls;
mod token;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

pub use browser::{code_of, sign_in, SignIn};
pub use fault::{Endpoint, Fault, Rotate, SWITCHES as FAULT_SWITCHES, VALUES as FAULT_VALUES};
pub use record::{Counts, Recorded};

use connection::Shared;
use dialect::{Dialect, DIALECTS};
use state::State;
use tls::Tls;

/// How a server starts. The default: HTTP, any free port, one hour.
#[derive(Clone, Debug)]
pub struct Options {
    /// 0: any free one.
    pub port: u16,
    pub https: bool,
    /// The life of an access token in seconds, where the server that is played says one.
    pub expires_in: Option<u64>,
    /// For how many seconds `/stamps` takes the previous refresh token once more.
    pub overlap: u64,
    pub certificate: Certificate,
    /// Only clients with a certificate of this server's CA get in.
    pub require_client_cert: bool,
    /// Where the CA certificate goes, instead of a folder that ends with the server.
    pub ca_out: Option<PathBuf>,
    pub faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            port: 0,
            https: false,
            expires_in: None,
            overlap: 60,
            certificate: Certificate::Good,
            require_client_cert: false,
            ca_out: None,
            faults: Vec::new(),
        }
    }
}

/// What the server shows for itself in HTTPS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// For 127.0.0.1, localhost and `::1`.
    Good,
    /// For another host.
    WrongHost,
    /// For the right host, long ago.
    Expired,
}

/// A running server; it stops when dropped.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    url: String,
    tls: Option<Tls>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Server {
    pub fn start(options: Options) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
            .map_err(|error| named(&error, &format!("port {}", options.port)))?;
        let address = listener.local_addr()?;
        let scheme = if options.https { "https" } else { "http" };
        let url = format!("{scheme}://{address}");
        let tls = if options.https { Some(Tls::new(&options)?) } else { None };
        let state = State::new(url.clone(), options.expires_in, options.overlap, options.faults);
        let shared = Arc::new(Shared::new(state, tls.as_ref().map(|tls| Arc::clone(&tls.config))));
        let thread = {
            let shared = Arc::clone(&shared);
            let run = move || connection::accept(&shared, &listener);
            thread::Builder::new().name("practice server".to_owned()).spawn(run)?
        };
        Ok(Server { shared, address, url, tls, thread: Mutex::new(Some(thread)) })
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL of one of the servers that are played: `base("strict")`.
    ///
    /// # Panics
    /// When there is none of that name; so does everything else that takes the name of a base.
    pub fn base(&self, name: &str) -> String {
        format!("{}/{}", self.url, known(name).name)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The PEM file of the CA that signed the server's certificate.
    ///
    /// # Panics
    /// When the server speaks HTTP only.
    pub fn ca_file(&self) -> &Path {
        &self.tls().ca_file
    }

    /// With [`Options::require_client_cert`]: the PEM file of the certificate to come with.
    ///
    /// # Panics
    /// When the server speaks HTTP only.
    pub fn client_cert_file(&self) -> &Path {
        &self.tls().client_cert_file
    }

    /// The key that belongs to [`Server::client_cert_file`].
    ///
    /// # Panics
    /// When the server speaks HTTP only.
    pub fn client_key_file(&self) -> &Path {
        &self.tls().client_key_file
    }

    fn tls(&self) -> &Tls {
        self.tls.as_ref().expect("a server started with `https`")
    }

    /// From now on this fault happens, and no other.
    pub fn set_fault(&self, fault: Fault) {
        self.shared.state().faults = vec![fault];
    }

    /// This fault happens when those before it are used up.
    pub fn add_fault(&self, fault: Fault) {
        self.shared.state().faults.push(fault);
    }

    pub fn clear_faults(&self) {
        self.shared.state().faults.clear();
    }

    /// Answers that are late (the fault `late`) go out now.
    pub fn let_go(&self) {
        self.shared.late.let_go();
    }

    pub fn counts(&self, base: &str) -> Counts {
        self.shared.state().counts(known(base)).clone()
    }

    /// How many connections have been accepted, whatever for.
    pub fn connections(&self) -> u64 {
        self.shared.state().connections
    }

    /// The last token or revocation request.
    ///
    /// # Panics
    /// When there was none.
    pub fn last_request(&self) -> Recorded {
        self.shared.state().requests.last().cloned().expect("a request before")
    }

    /// All token and revocation requests, the oldest first; without those that were reset before they were read.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.state().requests.clone()
    }

    /// Moves the server's clock, so that tokens expire without waiting.
    pub fn advance(&self, seconds: u64) {
        self.shared.state().advance(seconds);
    }

    /// The server's clock: seconds since 1970.
    pub fn now(&self) -> u64 {
        self.shared.state().now()
    }

    /// From now on the API refuses all access tokens given so far.
    pub fn revoke_access_tokens(&self) {
        let mut state = self.shared.state();
        state.grants.revoke_access_tokens();
        state.catalogue.revoke_access_tokens();
    }

    /// From now on all tokens given so far are refused, refresh tokens too.
    pub fn revoke_all(&self) {
        let mut state = self.shared.state();
        state.grants.revoke_all();
        state.catalogue.revoke_all();
    }

    /// Ends all connections and threads; what is late is not waited for.
    pub fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        self.shared.stop();
        // Wakes the thread that accepts connections. Should that fail, nobody could be waiting in it.
        let woken = TcpStream::connect(self.address);
        if woken.is_ok() {
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The same error, saying what it is about.
fn named(error: &io::Error, what: &str) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

fn known(base: &str) -> &'static Dialect {
    Dialect::named(base).unwrap_or_else(|| panic!("no base path {base}"))
}

/// Names, titles and endpoints of the servers that are played, for people.
pub fn bases() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let endpoints = |one: &Dialect| [one.authorize[0], one.token].into_iter().chain(one.revoke()).collect();
    DIALECTS.iter().map(|one| (one.name, one.title, endpoints(one))).collect()
}
