#![forbid(unsafe_code)]
//! Connections: a thread accepts them, a thread serves each.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::late::Late;
use crate::request::{Input, Request, Stream, Trouble};
use crate::response::{Delivery, Response};
use crate::routes;
use crate::state::State;

const MAX_CONNECTIONS: usize = 512;
const IDLE: Duration = Duration::from_secs(30);

/// What all threads of a server share.
pub struct Shared {
    state: Mutex<State>,
    tls: Option<Arc<ServerConfig>>,
    sockets: Mutex<HashMap<u64, TcpStream>>,
    pub late: Arc<Late>,
}

impl Shared {
    pub fn new(state: State, tls: Option<Arc<ServerConfig>>) -> Shared {
        Shared { late: Arc::clone(&state.late), state: Mutex::new(state), tls, sockets: Mutex::default() }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Tells the threads to end; the accepting one must be woken by a connection.
    pub fn stop(&self) {
        self.late.stop();
    }

    fn is_stopping(&self) -> bool {
        self.late.is_stopping()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves until [`Shared::stop`]; then ends all connections and waits for their threads.
pub fn accept(shared: &Arc<Shared>, listener: &TcpListener) {
    let mut threads: Vec<thread::JoinHandle<()>> = Vec::new();
    for socket in listener.incoming() {
        if shared.is_stopping() {
            break;
        }
        threads.retain(|thread| !thread.is_finished());
        let Some(socket) = socket.ok().filter(|_| threads.len() < MAX_CONNECTIONS) else {
            thread::sleep(Duration::from_millis(10)); // out of descriptors, perhaps
            continue;
        };
        threads.extend(start_thread(shared, socket));
    }
    for socket in lock(&shared.sockets).values() {
        let _ = socket.shutdown(Shutdown::Both);
    }
    for thread in threads {
        let _ = thread.join();
    }
}

fn start_thread(shared: &Arc<Shared>, socket: TcpStream) -> Option<thread::JoinHandle<()>> {
    let id = {
        let mut state = shared.state();
        state.connections += 1;
        state.connections
    };
    lock(&shared.sockets).insert(id, socket.try_clone().ok()?);
    let shared = Arc::clone(shared);
    let run = move || {
        serve(&shared, socket, id);
        lock(&shared.sockets).remove(&id);
    };
    thread::Builder::new().name(format!("connection {id}")).spawn(run).ok()
}

/// The last thing said on a connection that ends as it should.
trait Goodbye: Stream {
    fn goodbye(&mut self) {}
}

impl Goodbye for TcpStream {}

impl Goodbye for StreamOwned<ServerConnection, TcpStream> {
    fn goodbye(&mut self) {
        self.conn.send_close_notify();
        let _ = self.flush();
    }
}

fn serve(shared: &Shared, socket: TcpStream, id: u64) {
    let ready = socket.set_nodelay(true).is_ok()
        && socket.set_read_timeout(Some(IDLE)).is_ok()
        && socket.set_write_timeout(Some(IDLE)).is_ok();
    let Some(raw) = socket.try_clone().ok().filter(|_| ready) else { return };
    match &shared.tls {
        None => converse(shared, Input::new(socket), &raw, id),
        Some(config) => {
            let Ok(connection) = ServerConnection::new(Arc::clone(config)) else { return };
            converse(shared, Input::new(StreamOwned::new(connection, socket)), &raw, id);
        }
    }
}

/// Answers one request after the other.
fn converse<S: Goodbye>(shared: &Shared, mut input: Input<S>, raw: &TcpStream, id: u64) {
    let mut bases = Vec::new();
    loop {
        let line = match input.request_line() {
            Ok(Some(line)) => line,
            Ok(None) | Err(Trouble::Gone) => return,
            Err(Trouble::Refused(status, why)) => return complain(&mut input, raw, status, why),
        };
        if routes::is_reset(&mut shared.state(), &line) {
            return;
        }
        let request = match Request::read(line, &mut input) {
            Ok(request) => request,
            Err(Trouble::Gone) => return,
            Err(Trouble::Refused(status, why)) => return complain(&mut input, raw, status, why),
        };
        let times_let_go = shared.late.times_let_go();
        let response = routes::answer(&mut shared.state(), &request, id, &mut bases);
        if !response.late.is_zero() {
            shared.late.wait(response.late, times_let_go);
        }
        let keep_alive = request.keep_alive && !shared.is_stopping();
        let head_only = request.method == "HEAD";
        match response.write(&mut input.stream, head_only, keep_alive) {
            Ok(true) => {}
            Ok(false) if response.delivery == Delivery::Whole => return input.stream.goodbye(),
            Ok(false) | Err(_) => return,
        }
    }
}

/// Says what is wrong, and reads on for a moment: closing with unread bytes would be a reset, which
/// can overtake the answer.
fn complain<S: Goodbye>(input: &mut Input<S>, raw: &TcpStream, status: u16, why: &str) {
    if Response::text(status, why).write(&mut input.stream, false, false).is_err() {
        return;
    }
    input.stream.goodbye();
    let _ = raw.shutdown(Shutdown::Write);
    let _ = raw.set_read_timeout(Some(Duration::from_millis(500)));
    let until = Instant::now() + Duration::from_secs(2);
    let mut rest = raw;
    let mut scrap = [0; 16 * 1024];
    while Instant::now() < until && matches!(rest.read(&mut scrap), Ok(read) if read > 0) {}
}
